"""The numbers of a scenario, in one draw of its parameters or in many at once.

A **draw** gives some parameters other values than the file does; parameters that are formulas of them follow. Every array
computed from the numbers of a scenario has a leading **draw axis**, of length 1 where all draws agree, followed by a state
axis, of length 1 where the state does not matter. A formula is therefore evaluated once for all draws and states that it
does not distinguish, and NumPy broadcasts the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standoff.scenario import Expression, Scenario, Scope
from standoff.scenario.nodes import BUILTIN_FUNCTIONS
from standoff.scenario.traversal import iterate_effects, iterate_expressions
from standoff.scenario.values import find_time_constants
from standoff.submodels.oil import OilShock
from standoff.submodels.salvo_submodel import SalvoSubmodel

__all__ = ["Draw", "Numbers", "SubmodelFault", "find_suspicious_draws"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Draw = Mapping[str, float]
"""Parameter -> value, in the parameter's own unit as in the file."""
Functions = Mapping[str, Callable[..., Any]]
SubmodelFault = tuple[str, str]
"""Where in the scenario, and what is wrong."""

TOLERANCE = 1e-9
FEW = 16
"""Number of argument tuples up to which calling a submodel for each is quicker than looking for equal ones."""
_CONSTANT_FUNCTIONS = frozenset(BUILTIN_FUNCTIONS) - {"by"}
_OIL_FIELDS = {
    "flow": "flow_mbd",
    "bypass": "bypass_mbd",
    "world": "world_mbd",
    "supply_elasticity": "supply_elasticity",
    "demand_elasticity": "demand_elasticity",
    "price": "price_usd",
}


@dataclass(frozen=True)
class Numbers:
    """Parameters, time constants and submodels of a scenario in each draw.

    Attributes:
        num_draws: Number of draws.
        values: A number where every draw has the same, else an array of shape (draw, 1).
        submodels: Functions of each draw by dotted name; one entry where every draw has the same submodels.
        faults: Faults of the submodels of each draw, with as many entries as `submodels`.
    """

    num_draws: int
    values: Mapping[str, float | Floats]
    submodels: tuple[Functions, ...]
    faults: tuple[tuple[SubmodelFault, ...], ...]

    @staticmethod
    def of(scenario: Scenario, draws: Sequence[Draw]) -> Numbers:
        """Compute the numbers of each draw.

        Args:
            scenario: The scenario.
            draws: At least one; the names are trusted to be parameters.
        """
        rows = [
            scenario.compute_parameter_values(
                {name: float(value) * scenario.compute_unit_factor(name) for name, value in draw.items()}
            )
            for draw in draws
        ]
        constants = find_time_constants(scenario.period.unit)
        values: dict[str, float | Floats] = dict(constants)
        for name in scenario.parameters:
            column = np.array([row[name] for row in rows])
            values[name] = float(column[0]) if np.all(column == column[0]) else column[:, None]
        used = {
            name
            for located in iterate_expressions(scenario)
            if located.path.startswith("submodels.")
            for name in located.expression.names
        }
        differ = any(isinstance(values.get(name), np.ndarray) for name in used)
        built = [_build_submodels(scenario, Scope({**constants, **row})) for row in (rows if differ else rows[:1])]
        submodels, faults = zip(*built, strict=True)
        return Numbers(len(draws), values, tuple(submodels), tuple(faults))

    def take(self, draws: NDArray[np.int64]) -> Numbers:
        """Return the numbers of some of the draws."""
        values = {name: value[draws] if isinstance(value, np.ndarray) else value for name, value in self.values.items()}
        if len(self.submodels) == 1:
            return Numbers(len(draws), values, self.submodels, self.faults)
        return Numbers(
            len(draws), values, tuple(self.submodels[d] for d in draws), tuple(self.faults[d] for d in draws)
        )

    def make_functions(self, refuse: Callable[[int], None]) -> Functions:
        """Return the functions of the submodels, each of which evaluates every draw by the draw's own submodel.

        Args:
            refuse: Called with each of several draws whose submodel refuses its arguments. The submodel of a single draw
                raises ValueError instead.
        """
        if self.num_draws == 1:
            return self.submodels[0]
        return {name: self._call_by_draw(name, refuse) for name in self.submodels[0]}

    def _call_by_draw(self, name: str, refuse: Callable[[int], None]) -> Callable[..., Floats]:
        functions = [own[name] for own in self.submodels if name in own]
        if len(functions) < self.num_draws:
            functions = functions[:1] * self.num_draws  # the same in all draws, or not built in some: those are faulty

        def call(*arguments: ArrayLike) -> Floats:
            together = np.broadcast_arrays(*(np.atleast_2d(argument) for argument in arguments))
            columns, index = np.unique(np.concatenate(together), axis=1, return_inverse=True)
            given = np.split(columns, len(together))
            found = np.zeros((self.num_draws, columns.shape[1]))
            for d, function in enumerate(functions):
                own = [argument[min(d, len(argument) - 1)] for argument in given]
                try:
                    if columns.shape[1] <= FEW:
                        found[d] = [function(*pair) for pair in zip(*(row.tolist() for row in own), strict=True)]
                    else:
                        found[d] = function(*own)
                except ValueError:
                    refuse(d)
            return found[:, index.ravel()]

        return call


def _build_submodels(scenario: Scenario, scope: Scope) -> tuple[Functions, tuple[SubmodelFault, ...]]:
    """Build the submodels of a scenario in one draw; return their functions and the faults of those that cannot be built."""
    functions: dict[str, Callable[..., Any]] = {}
    faults: list[SubmodelFault] = []
    for name, submodel in scenario.submodels.items():

        def evaluate_number(expression: Expression) -> float:
            return float(np.asarray(expression.evaluate(scope)))

        try:
            built: SalvoSubmodel | OilShock
            if submodel.kind == "salvo":
                fields: dict[str, object] = {
                    key: evaluate_number(getattr(submodel, key))
                    for key in ("launchers", "launcher_loss", "salvos", "reliability")
                }
                layer_fields = ("interceptors", "kill_probability", "shots_per_target", "readiness")
                fields["layers"] = [
                    {"name": layer.name} | {key: evaluate_number(getattr(layer, key)) for key in layer_fields}
                    for layer in submodel.layers
                ]
                built = SalvoSubmodel.from_mapping(fields)
                names: tuple[str, ...] = ("leakers", "spread", "exhausted")
            else:
                built = OilShock.from_mapping(
                    {target: evaluate_number(getattr(submodel, key)) for key, target in _OIL_FIELDS.items()}
                )
                names = ("price_change", "price")
        except ValueError as error:
            faults.append((f"submodels.{name}", str(error)))
            continue
        functions |= {f"{name}.{function}": getattr(built, function) for function in names}
    return functions, tuple(faults)


def find_suspicious_draws(scenario: Scenario, numbers: Numbers) -> Bools:
    """Return the draws that the checks of a scenario might refuse although every state of the game looks sound.

    The checks look at every number of the file, including the probabilities of what can never happen. Here they are
    made for all draws at once, a little more strictly, so that a draw that is not suspicious has none of their faults.

    Returns:
        Shape (draw,).
    """
    bad = np.zeros(numbers.num_draws, dtype=np.bool_)
    constants = {
        located.path: np.atleast_2d(np.asarray(located.expression.evaluate(Scope(numbers.values))))[:, 0]
        for located in iterate_expressions(scenario)
        if _is_constant(located.expression, numbers)
    }
    for value in constants.values():
        bad |= ~np.isfinite(value)
    for index in range(len(scenario.stages)):
        bad |= constants.get(f"stages.{index}.rate", np.zeros(1)) < 0
    for name in scenario.nature:
        bad |= constants.get(f"nature.{name}.hazard", np.zeros(1)) < 0
    for group in iterate_effects(scenario):
        probabilities = [constants.get(f"{group.path}.{index}.p") for index in range(len(group.effects))]
        known = [probability for probability in probabilities if probability is not None]
        for probability in known:
            bad |= ~_is_probability(probability)
        if known and len(known) == len(probabilities):
            bad |= ~(np.abs(sum(known) - 1.0) <= 0.5 * TOLERANCE)
    for path, value in constants.items():
        if path.endswith(".chance"):
            bad |= ~_is_probability(value)
    return bad


def _is_constant(expression: Expression, numbers: Numbers) -> bool:
    return expression.names <= numbers.values.keys() and expression.functions <= _CONSTANT_FUNCTIONS


def _is_probability(value: Floats) -> Bools:
    return np.asarray((value >= 0.0) & (value <= 1.0))
