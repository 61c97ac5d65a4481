"""Gradients: exact derivatives of probabilities by every number of a scenario.

The adjoint sweep (`standoff.solve.adjoint`) gives the derivative of a target by every array of the game. The arrays are explicit
formulas of each parameter, so their central difference is found without solving: the game is compiled with the parameter slightly
larger and slightly smaller, and

    dT/d(parameter) = sum over all arrays   dT/d(array) * (array up - array down) / (2 step).

A parameter has no derivative where the two games differ in more than their numbers (a package enters the efficient set, a branch
becomes impossible), where the target has a kink at the value (as from `min` and `max`), or where the value cannot be changed both
ways. The reason is then reported in place of the number.

References:
    Griewank, A. and Walther, A. (2008), Evaluating Derivatives, SIAM.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.solution import Solution
from standoff.analysis.targets import parse_targets
from standoff.errors import InputError, Problem, ScenarioError, suggest_nearest
from standoff.game.compiled_scenario import CompiledScenario
from standoff.game.model import Game, Layer
from standoff.scenario import Scenario
from standoff.solve.adjoint.gradient import GameGradient, differentiate
from standoff.solve.target import Target

__all__ = ["Derivative", "Gradients", "gradients"]

Floats = NDArray[np.float64]

RELATIVE_STEP = 1e-4
"""Step of the central difference as a share of the parameter."""
KINK = 1e-2
"""A target counts as smooth where its slopes on both sides of a value differ by no more than this share."""
SAME_PAYOFF = 1e-9
"""Largest difference, as a share of the step, between payoffs of terminals that are one terminal in the game itself."""


@dataclass(frozen=True)
class Derivative:
    """Derivatives of the targets by one number.

    Attributes:
        name: The parameter, or the path of a number of a player, such as `players.usa.rationality`.
        kind: "parameter", "rationality", "discount" or "prior".
        value: Value in the unit of the file.
        derivatives: Derivative of each target; shape (target,), nan where there is none.
        undefined: Why there is no derivative; empty where there is one.
    """

    name: str
    kind: str
    value: float
    derivatives: Floats
    undefined: str = ""


@dataclass(frozen=True)
class Gradients:
    """Derivatives of several targets by the numbers of a scenario.

    Attributes:
        targets: The targets.
        probabilities: Probability of each target; shape (target,).
        rows: The parameters in the order of the file, then the numbers of the players.
        by_array: Derivatives by every array of the game, for each target.
    """

    targets: tuple[Target, ...]
    probabilities: Floats
    rows: tuple[Derivative, ...]
    by_array: tuple[GameGradient, ...]

    def __getitem__(self, name: str) -> Derivative:
        """The derivatives by a number.

        Raises:
            KeyError: There is no number of that name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)


def gradients(
    solution: Solution,
    targets: str | Target | Sequence[str | Target] | None = None,
    *,
    parameters: Sequence[str] | None = None,
) -> Gradients:
    """Differentiate targets by parameters, and by the priors, discounts and rationality of the players.

    The derivative by a number of a player is by that number alone. It is reported even where the file gives the number as a
    formula of parameters, whose derivatives already include it.

    Args:
        solution: The solution.
        targets: The probabilities to differentiate; None: the default targets.
        parameters: Names of the parameters; None: all of them.

    Raises:
        InputError: A target or a parameter does not exist.
        NotDifferentiableError: The equilibrium lies at a fold.

    Examples:
        >>> from standoff import load, solve
        >>> solution = solve(load("cuba-1962", overrides=["period.horizon=1"]))
        >>> found = gradients(solution, ["strike"], parameters=["war_cost"])
        >>> bool(found["war_cost"].derivatives[0] < 0.0)
        True
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    wanted = parse_targets(scenario, targets)
    names = list(scenario.parameters) if parameters is None else list(parameters)
    for name in names:
        if name not in scenario.parameters:
            advice = suggest_nearest(name, list(scenario.parameters))
            raise InputError(Problem("unknown-name", f"there is no parameter `{name}`", help=advice))
    found = differentiate(equilibrium, wanted)
    rows = [
        *_differentiate_by_parameters(scenario, equilibrium.game, names, found),
        *_differentiate_by_players(scenario, equilibrium.game, found),
    ]
    return Gradients(wanted, np.array([one.value for one in found]), tuple(rows), found)


def _differentiate_by_parameters(
    scenario: Scenario, game: Game, names: Sequence[str], found: Sequence[GameGradient]
) -> Iterator[Derivative]:
    numbers = scenario.compute_parameter_values()
    values = {name: numbers[name] / scenario.compute_unit_factor(name) for name in names}
    steps = {name: _choose_step(scenario, name, values[name]) for name in names}
    draws = [{name: values[name] + sign * steps[name]} for name in names for sign in (1.0, -1.0)]
    games = CompiledScenario.of(scenario).make_games(draws)
    nothing = np.full(len(found), np.nan)
    for name in names:
        value, step = values[name], steps[name]
        changed = [next(games), next(games)]
        faults = [one for one in changed if isinstance(one, ScenarioError)]
        if faults:
            why = f"the value cannot be changed both ways: {faults[0].problems[0].message}"
            yield Derivative(name, "parameter", value, nothing, why)
            continue
        try:
            up, down = (_Coefficients.of(game, one, step) for one in changed if isinstance(one, Game))
        except _OtherGameError as change:
            yield Derivative(name, "parameter", value, nothing, f"a small change makes another game: {change}")
            continue
        here = _Coefficients.of(game, game, step)
        above = np.array([up.subtract(here).multiply(one) for one in found]) / step
        below = np.array([here.subtract(down).multiply(one) for one in found]) / step
        derivatives = np.array([up.subtract(down).multiply(one) for one in found]) / (2.0 * step)
        why = ""
        if np.isnan(derivatives).any():
            why = "it changes how often a decision comes up that never does, and what would be decided there was not solved"
        elif (np.abs(above - below) > KINK * np.maximum(np.abs(above), np.abs(below)) + 1e-9 / step).any():
            why = f"the probabilities have a kink at the value: a slope of {_join(below)} below it and {_join(above)} above"
        yield Derivative(name, "parameter", value, nothing if why else derivatives, why)


def _join(numbers: Floats) -> str:
    """Numbers in words."""
    return ", ".join(f"{number:.3g}" for number in numbers)


def _choose_step(scenario: Scenario, name: str, value: float) -> float:
    """A small share of the value, or of the range where the value is 0."""
    bounds = scenario.parameters[name].range
    scale = abs(value) or (bounds[1] - bounds[0] if bounds else 0.0) or 1.0
    return RELATIVE_STEP * scale


def _differentiate_by_players(scenario: Scenario, game: Game, found: Sequence[GameGradient]) -> Iterator[Derivative]:
    """Derivatives by the numbers of the players."""
    length = scenario.period.length
    for i, player in enumerate(game.players):
        path = f"players.{player.name}"
        yield Derivative(
            f"{path}.rationality", "rationality", player.rationality, np.array([g.rationality[i] for g in found])
        )
        # the file gives the discount per unit of time, the game has it per period
        a_unit = player.discount ** (1.0 / length)
        by_unit = np.array([g.discount[i] for g in found]) * length * a_unit ** (length - 1.0)
        yield Derivative(f"{path}.discount", "discount", a_unit, by_unit)
        if len(player.player_types) == 2:
            name = f"{path}.types.{player.player_types[1]}"
            yield Derivative(name, "prior", player.prior[1], np.array([g.prior[i] for g in found]))


class _OtherGameError(Exception):
    """Two games differ in more than their numbers."""


@dataclass(frozen=True)
class _Coefficients:
    """The numbers of a game, in the order of the arrays of another game of the same structure.

    Attributes:
        arrays: Arrival, payoffs and probabilities of every layer, epoch by epoch; then the flows of the epochs.
        terminals: Payoffs of the terminals of the other game; shape (terminal, plane, 2, 2).
        unresolved: Payoffs of the horizon; shape (state of layer 0, plane).
        players: Rationality, discount and prior of the second type; shape (3, player).
    """

    arrays: tuple[Floats, ...]
    terminals: Floats
    unresolved: Floats
    players: Floats

    @staticmethod
    def of(base: Game, game: Game, step: float) -> _Coefficients:
        """Read the numbers of `game`.

        Raises:
            _OtherGameError: `game` does not have the structure of `base`.
        """
        _require_same(base, game)
        arrays: list[Floats] = []
        for epoch in game.epochs:
            for layer in epoch.layers:
                arrays += [layer.arrival, layer.action_payoff, layer.branch_probability]
        arrays += [epoch.flow for epoch in game.epochs]
        players = np.array([[one.rationality, one.discount, one.prior[-1]] for one in game.players]).T
        return _Coefficients(tuple(arrays), _align_terminals(base, game, step), game.unresolved_payoff, players)

    def subtract(self, other: _Coefficients) -> _Coefficients:
        """The difference to other numbers."""
        arrays = tuple(one - two for one, two in zip(self.arrays, other.arrays, strict=True))
        return _Coefficients(
            arrays, self.terminals - other.terminals, self.unresolved - other.unresolved, self.players - other.players
        )

    def multiply(self, gradient: GameGradient) -> float:
        """The sum of products with the derivatives by these numbers; nan where a derivative that matters is nan."""
        by: list[Floats] = []
        for layers in gradient.layers:
            for layer in layers:
                by += [layer.arrival, layer.action_payoff, layer.branch_probability]
        by += gradient.flows
        players = np.stack([gradient.rationality, gradient.discount, gradient.prior])
        pairs = [*zip(by, self.arrays, strict=True), (gradient.terminal_payoff, self.terminals)]
        pairs += [(gradient.unresolved_payoff, self.unresolved), (players, self.players)]
        return float(sum(np.sum(np.where(change == 0.0, 0.0, slope) * change) for slope, change in pairs))


def _require_same(base: Game, game: Game) -> None:
    """Refuse a game that differs in more than its numbers."""
    if base is game:
        return
    if base.packages != game.packages:
        raise _OtherGameError(f"the packages on the table are {', '.join(game.packages)}")
    if base.num_states != game.num_states or [e.start for e in base.epochs] != [e.start for e in game.epochs]:
        raise _OtherGameError("other states become reachable")
    for mine, other in zip(base.epochs, game.epochs, strict=True):
        for one, two in zip(mine.layers, other.layers, strict=True):
            if not all(np.array_equal(a, b) for a, b in zip(_list_structure(one), _list_structure(two), strict=True)):
                raise _OtherGameError(f"stage `{one.stage}` has other moves or consequences")
    if base.start != game.start:
        raise _OtherGameError("it starts in another state")


def _list_structure(layer: Layer) -> tuple[NDArray[np.generic], ...]:
    """Everything of a layer but its numbers; terminals are compared separately."""
    second = layer.second
    together = () if second is None else (second.mover, second.num_actions, second.action_label, second.action_allowed)
    return (
        layer.levels, layer.mover, layer.skip, layer.action_start, layer.action_label, layer.action_allowed,
        layer.branch_start, np.maximum(layer.branch_target, -1), layer.milestone_holds, *together,
    )  # fmt: skip


def _align_terminals(base: Game, game: Game, step: float) -> Floats:
    """Payoffs of the terminals of `base` in `game`, which may number its terminals differently."""
    payoff = np.full_like(base.terminals.payoff, np.nan)
    for mine, other in zip(base.epochs, game.epochs, strict=True):
        for one, two in zip(mine.layers, other.layers, strict=True):
            ends = np.unique(
                np.stack([-one.branch_target - 1, -two.branch_target - 1])[:, one.branch_target < 0], axis=1
            )
            for here, there in ends.T:
                is_same = base.terminals.outcome[here] == game.terminals.outcome[there]
                if not is_same or base.terminals.package[here] != game.terminals.package[there]:
                    raise _OtherGameError(f"stage `{one.stage}` ends in other ways")
                found = game.terminals.payoff[there]
                if np.isnan(payoff[here]).all():
                    payoff[here] = found
                elif np.abs(payoff[here] - found).max(initial=0.0) > SAME_PAYOFF * step:
                    raise _OtherGameError(f"terminals of stage `{one.stage}` that pay the same no longer do")
    return np.where(np.isnan(payoff), base.terminals.payoff, payoff)
