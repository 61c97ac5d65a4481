"""The numbers of a scenario, in one draw of its parameters or in many at once.

A **draw** gives some parameters other values than the file does; the parameters that are formulas of them follow. What is
computed from the numbers of a scenario has a leading **draw axis**, of length 1 where every draw agrees, and a state axis
behind it, of length 1 where the state does not matter. So a formula is worked out once for all draws and states that it
can tell apart, and NumPy's broadcasting does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.game.submodel_functions import SubmodelFault, submodel_functions
from standoff.scenario import Expression, Scenario, Scope
from standoff.scenario.nodes import BUILTIN_FUNCTIONS
from standoff.scenario.traversal import iterate_effects, iterate_expressions
from standoff.scenario.values import find_time_constants

__all__ = ["Draw", "Numbers", "suspicious_draws"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Draw = Mapping[str, float]
"""Parameter -> value, in the parameter's own unit as in the file."""
Functions = Mapping[str, Callable[..., Any]]

TOLERANCE = 1e-9
_CONSTANT_FUNCTIONS = frozenset(BUILTIN_FUNCTIONS) - {"by"}


@dataclass(frozen=True)
class Numbers:
    """Parameters, time constants and submodels.

    Attributes:
        num_draws: How many draws there are.
        values: A number where every draw has the same, else an array of shape (draw, 1).
        submodels: Functions by dotted name, of each draw; one entry where every draw has the same submodels.
        faults: Faults of the submodels of each draw, with as many entries.
    """

    num_draws: int
    values: Mapping[str, float | Floats]
    submodels: tuple[Functions, ...]
    faults: tuple[tuple[SubmodelFault, ...], ...]

    @staticmethod
    def of(scenario: Scenario, draws: Sequence[Draw]) -> Numbers:
        """Work out the numbers of each draw.

        Args:
            scenario: The scenario.
            draws: At least one; the names are trusted to be parameters.
        """
        rows = [
            scenario.parameter_values({name: float(value) * scenario.unit_factor(name) for name, value in draw.items()})
            for draw in draws
        ]
        values: dict[str, float | Floats] = dict(find_time_constants(scenario.period.unit))
        for name in scenario.parameters:
            column = np.array([row[name] for row in rows])
            values[name] = float(column[0]) if np.all(column == column[0]) else column[:, None]
        used = {
            name
            for place in iterate_expressions(scenario)
            if place.path.startswith("submodels.")
            for name in place.expression.names
        }
        differ = any(isinstance(values.get(name), np.ndarray) for name in used)
        constants = find_time_constants(scenario.period.unit)
        built = [submodel_functions(scenario, Scope({**constants, **row})) for row in (rows if differ else rows[:1])]
        return Numbers(
            len(draws), values, tuple(functions for functions, _ in built), tuple(tuple(told) for _, told in built)
        )

    def take(self, draws: NDArray[np.int64]) -> Numbers:
        """The numbers of some of the draws."""
        values = {name: value[draws] if isinstance(value, np.ndarray) else value for name, value in self.values.items()}
        if len(self.submodels) == 1:
            return Numbers(len(draws), values, self.submodels, self.faults)
        return Numbers(
            len(draws), values, tuple(self.submodels[d] for d in draws), tuple(self.faults[d] for d in draws)
        )


def suspicious_draws(scenario: Scenario, numbers: Numbers) -> Bools:
    """Draws that the checks of a scenario might refuse although every state of the game looks sound; shape (draw,).

    The checks look at every number of the file, also at the probabilities of what can never happen. Here they are
    made for all draws at once, a little more strictly, so that a draw that is not suspicious has none of their faults.
    """
    bad = np.zeros(numbers.num_draws, dtype=np.bool_)
    constants = {
        place.path: np.atleast_2d(np.asarray(place.expression.evaluate(Scope(numbers.values))))[:, 0]
        for place in iterate_expressions(scenario)
        if _is_constant(place.expression, numbers)
    }
    for value in constants.values():
        bad |= ~np.isfinite(value)
    for index in range(len(scenario.stages)):
        bad |= constants.get(f"stages.{index}.rate", np.zeros(1)) < 0
    for name in scenario.nature:
        bad |= constants.get(f"nature.{name}.hazard", np.zeros(1)) < 0
    for group in iterate_effects(scenario):
        shares = [constants.get(f"{group.path}.{position}.p") for position in range(len(group.effects))]
        known = [share for share in shares if share is not None]
        for share in known:
            bad |= ~_is_share(share)
        if known and len(known) == len(shares):
            bad |= ~(np.abs(sum(known) - 1.0) <= 0.5 * TOLERANCE)
    for path, value in constants.items():
        if path.endswith(".chance"):
            bad |= ~_is_share(value)
    return bad


def _is_constant(expression: Expression, numbers: Numbers) -> bool:
    return expression.names <= numbers.values.keys() and expression.functions <= _CONSTANT_FUNCTIONS


def _is_share(value: Floats) -> Bools:
    return np.asarray((value >= 0.0) & (value <= 1.0))
