"""Faults of a scenario that show only when it is compiled.

A scenario is compiled in one draw of its parameters or in many. With one draw every fault is collected, so that the author
of a file sees them all. With many, a draw with a fault is only marked: to learn what is wrong, compile it alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from standoff.errors import Problem, ScenarioError
from standoff.scenario import Scenario

__all__ = ["Faults"]

Bools = NDArray[np.bool_]


class Faults:
    """Collects the faults of a scenario in each draw of its parameters.

    Attributes:
        faulty: Draws that have a fault; shape (draw,).
    """

    def __init__(self, scenario: Scenario, faulty: Bools) -> None:
        """Collect faults.

        Args:
            scenario: The scenario, which knows its file and lines.
            faulty: Draws that are known to have a fault; shape (draw,). It is copied.
        """
        self._source_map = scenario.source_map
        self._problems: dict[tuple[str, str], Problem] = {}
        self.faulty = faulty.copy()

    def add(
        self, code: str, message: str, path: str, advice: str, about: str = "", *, draws: Bools | None = None
    ) -> None:
        """Add a fault; a place of the file reports each code once, or once for each subject.

        Args:
            code: Its code.
            message: What is wrong.
            path: Where in the file.
            advice: One thing to do.
            about: Its subject, where a place of the file may have several faults of one code.
            draws: The draws that have it; the first axis is the draw or has length 1, further axes are reduced. None: all.
        """
        if draws is None:
            self.faulty[:] = True
        else:
            self.faulty |= draws.reshape(len(draws), -1).any(axis=1)
        if len(self.faulty) == 1:
            self._problems.setdefault(
                (code, f"{path} {about}"), self._source_map.make_problem(code, message, path, advice)
            )

    def raise_problems(self) -> None:
        """Raise the faults of a single draw, in the order of the file.

        Raises:
            ScenarioError: There is a fault.
        """
        if self._problems:
            raise ScenarioError(sorted(self._problems.values(), key=lambda problem: problem.line))
