"""Every exception that standoff raises on purpose, and the one form in which a fault is told.

    StandoffError
    ├── InputError            what the user gave is wrong: a file, a name, a value (exit 2)
    │   ├── CoderError        what codes documents cannot work: no server, no answer
    │   ├── ScenarioError     a scenario file has faults; carries all of them
    │   └── MissingExtraError an optional part of standoff is not installed
    ├── SolveError            the equations were not solved to tolerance; nothing is printed (exit 3)
    └── StoreError            the store cannot be reached or is damaged (exit 4)

Anything else that escapes is a bug in standoff (exit 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from standoff.text import make_safe

__all__ = [
    "CoderError",
    "InputError",
    "MissingExtraError",
    "Problem",
    "ScenarioError",
    "SolveError",
    "StandoffError",
    "StoreError",
    "nearest",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file, told so that its author can mend it.

    Attributes:
        code: A stable slug such as `unknown-name`.
        message: What is wrong, with the offending value in backticks.
        path: Where in the file, as keys joined by dots (`stages.0.actions.strike.when`), or "".
        help: One thing to do about it.
        file: The file as the user named it.
        line: Line number from 1, or 0 where the fault has no line.
    """

    code: str
    message: str
    path: str = ""
    help: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = f"{place}: " if place else ""
        lines = [f"{head}{self.code}: {self.message}"]
        if self.path:
            lines.append(f"  at: {self.path}")
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(map(make_safe, lines))  # what was typed or read must not command the terminal that shows it


class StandoffError(Exception):
    """Base of every error that standoff raises on purpose."""

    exit_code = 1


class InputError(StandoffError):
    """What the user gave is wrong.

    Attributes:
        problems: Every fault found, in the order of the file.
    """

    exit_code = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        assert self.problems, "an InputError needs at least one problem"
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes by the problems: the text alone does not make the error again."""
        return _remade, (type(self), self.problems)


class CoderError(InputError):
    """What codes documents cannot work, so that it would code no other document either."""


class ScenarioError(InputError):
    """A scenario file has faults."""


class MissingExtraError(InputError):
    """An optional part of standoff is not installed.

    Args:
        extra: The extra of standoff that brings it.
        needed_for: What needs it, as the start of a sentence.
        then: A second command, where the extra alone does not bring everything.
    """

    def __init__(self, extra: str, needed_for: str, *, then: str = "") -> None:
        super().__init__(
            Problem(
                code="missing-extra",
                message=f"{needed_for} needs the extra `{extra}`, which is not installed",
                help=f"python -m pip install 'standoff[{extra}]'" + (f" && {then}" if then else ""),
            )
        )


def _remade(kind: type[InputError], problems: tuple[Problem, ...]) -> InputError:
    """An error of a kind whose constructor may ask for something else than problems."""
    error = kind.__new__(kind)
    InputError.__init__(error, problems)
    return error


class SolveError(StandoffError):
    """The equations were not solved to tolerance, so there is no answer to print."""

    exit_code = 3


class StoreError(StandoffError):
    """The store cannot be reached, cannot be written to, or is damaged.

    Attributes:
        problem: What went wrong, and what was and was not written.
    """

    exit_code = 4

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def nearest(name: str, valid: Sequence[str]) -> str:
    """Say which valid name comes nearest to a wrong one, as the text of a `help:`.

    Args:
        name: The name that was not found.
        valid: The names that would have been.

    Returns:
        "did you mean `x`?" or, where nothing is near, the list of valid names.
    """
    close = get_close_matches(name, valid, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not valid:
        return "there is none to choose from"
    shown = ", ".join(f"`{item}`" for item in sorted(valid)[:12])
    return f"use one of {shown}" + (", ..." if len(valid) > 12 else "")
