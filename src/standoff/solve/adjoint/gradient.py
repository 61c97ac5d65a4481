"""Exact gradients of probabilities: an adjoint sweep through the equilibrium.

A target T is the probability of an outcome or a milestone by the end of some period. It is a number that the forward pass
makes of strategies, which the backward induction makes of values; its derivatives with respect to every array of the game
follow from the same two passes in reverse:

1. Against the order of the forward pass, backward in time, the **worth** of mass in every state and at every belief point:
   what a unit there adds to T. It obeys the recursion of a value (`standoff.solve.adjoint.linear`).
2. Against the order of the backward induction, forward in time, the sensitivity of T to every value, and with it to every
   payoff, probability and rationality (`standoff.solve.adjoint.sensitivity`). Masses travel in the same sweep.

Values and worths are kept for the start of every period and found again inside a period from those at its end, by strategies
that are known, so memory grows with the horizon only by one layer a period. A crisis that goes on for ever is swept on past
the horizon through its stationary period, until nothing is added any more: the sum that is broken off there is the Neumann
series of the implicit function theorem for the stationary values.

What is differentiated is the answer as it was found: on its belief points and on its branch. Where a node lies at a fold there
is no derivative, and `NotDifferentiableError` says where.

References:
    Griewank, A. and Walther, A. (2008), Evaluating Derivatives, SIAM.
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games, Experimental Economics 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Epoch, Layer
from standoff.solve.adjoint.linear import carried_layer, carried_meet
from standoff.solve.adjoint.sensitivity import LARGEST_REACH, sensitivity_layer, sensitivity_meet
from standoff.solve.adjoint.simultaneous import carried_pair_layer, sensitivity_pair_layer
from standoff.solve.kernels.arrays import Grid, Moves, moves_of, second_of
from standoff.solve.result import Equilibrium
from standoff.solve.target import Channels, Target, check_target, probability_of_target
from standoff.solve.workers import num_processors

__all__ = ["GameGradient", "LayerGradient", "NotDifferentiableError", "differentiate"]

Floats = NDArray[np.float64]

VALUE_TOLERANCE = 1e-9
"""Largest difference between the target as added up here and as the forward pass found it."""
NEGLIGIBLE = 1e-13
"""Share of what was added in all, below which a further period of a crisis that goes on for ever adds nothing."""


class NotDifferentiableError(SolveError):
    """The probabilities have no derivative there: the equilibrium lies at a fold, or where strategies jump."""


@dataclass(frozen=True)
class LayerGradient:
    """Derivatives of a target by the numbers of one layer in one epoch, over all periods of the epoch.

    Attributes:
        arrival: Shape (state,); not a number where a decision never comes up.
        action_payoff: Shape (action, plane).
        branch_probability: Each probability by itself, as if the others of its action stayed; shape (branch,).
    """

    arrival: Floats
    action_payoff: Floats
    branch_probability: Floats


@dataclass(frozen=True)
class GameGradient:
    """Derivatives of a target by every array of a game.

    Attributes:
        target: The target.
        value: Its probability.
        layers: By epoch and layer.
        flows: By epoch; shape (state of layer 0, plane).
        terminal_payoff: Shape (terminal, plane, 2, 2).
        unresolved_payoff: Shape (state of layer 0, plane).
        rationality: Shape (player,).
        discount: By the discount of each player a period; shape (player,).
        prior: By the prior probability of the second type, the first losing what the second gains; 0 for a player with one
            type; shape (player,).
    """

    target: Target
    value: float
    layers: tuple[tuple[LayerGradient, ...], ...]
    flows: tuple[Floats, ...]
    terminal_payoff: Floats
    unresolved_payoff: Floats
    rationality: Floats
    discount: Floats
    prior: Floats


def differentiate(equilibrium: Equilibrium, targets: Sequence[Target]) -> tuple[GameGradient, ...]:
    """Differentiate targets by every number of the game.

    Args:
        equilibrium: A solved game.
        targets: The probabilities to differentiate.

    Returns:
        One gradient for each target.

    Raises:
        InputError: A target names nothing of the game, or no period of it.
        NotDifferentiableError: A node lies at a fold of the branch.
    """
    for target in targets:
        check_target(equilibrium.game, target)
    threads = min(len(targets), equilibrium.settings.threads or num_processors())
    grid = equilibrium.grid
    if threads <= 1:
        return tuple(_Sweep(equilibrium, grid, target).run() for target in targets)
    with ThreadPoolExecutor(threads) as pool:
        return tuple(pool.map(lambda target: _Sweep(equilibrium, grid, target).run(), targets))


class _Sweep:
    """The sweep for one target."""

    def __init__(self, equilibrium: Equilibrium, grid: Grid, target: Target) -> None:
        game = equilibrium.game
        self.game, self.equilibrium, self.grid, self.target = game, equilibrium, grid, target
        self.channels = Channels(game, target)
        self.last = (target.periods or game.num_periods) - 1
        self.planes = len(game.planes)
        self.carried = self.planes + self.channels.count
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.moves: dict[int, tuple[Moves, ...]] = {
            epoch.start: tuple(moves_of(layer) for layer in epoch.layers) for epoch in game.epochs
        }
        # every terminal at every point: what it pays, and what ending there adds to the target; nothing after its last period
        points = grid.num_points
        self.terminals_after = np.zeros((len(game.terminals.outcome), self.carried, grid.row))
        self.terminals_after[:, : self.planes] = grid.terminal_values
        self.terminals = self.terminals_after.copy()
        self.terminals[:, self.planes :, :points] = self.channels.terminal_worth[:, :, None]
        self.by_terminal = np.zeros_like(self.terminals)
        self.by_rationality = np.zeros(len(game.players))
        self.by_discount = np.zeros(self.planes)
        self.by_layer = [
            [
                LayerGradient(
                    np.zeros(layer.num_states),
                    np.zeros((layer.num_actions, self.planes)),
                    np.zeros(len(layer.branch_target)),
                )
                for layer in epoch.layers
            ]
            for epoch in game.epochs
        ]
        self.by_flow = [np.zeros_like(epoch.flow) for epoch in game.epochs]

    def run(self) -> GameGradient:
        """Both passes."""
        game = self.game
        starts = self._starts()
        sensitivity = np.zeros((game.num_states[0], self.carried, self.grid.row))
        by_prior, value = self._begin(starts[0], sensitivity)
        for period in range(game.num_periods):
            sensitivity = self._period(period, starts[period + 1], sensitivity)
        by_unresolved = sensitivity[:, : self.planes].sum(axis=2)
        if game.continues:
            by_unresolved = np.zeros_like(by_unresolved)
            self._go_on(starts[game.num_periods], sensitivity)
        by_discount = np.zeros(len(game.players))
        for p, plane in enumerate(game.planes):
            by_discount[plane.player] += self.by_discount[p]
        return GameGradient(
            self.target,
            value,
            tuple(tuple(layers) for layers in self.by_layer),
            tuple(self.by_flow),
            self._by_terminal_payoff(),
            by_unresolved,
            self.by_rationality,
            by_discount,
            by_prior,
        )

    def _epoch(self, period: int) -> Epoch:
        return self.game.epoch_of(min(period, self.game.num_periods - 1))

    def _holds(self, layer: Layer) -> NDArray[np.bool_]:
        return np.ascontiguousarray(layer.milestone_holds[:, self.channels.milestones])

    def _meets(self, period: int, s: int) -> bool:
        """Whether milestones met on arrival in a layer still count; the next period's first layer ends a period."""
        return bool(self.channels.milestones) and period <= (self.last + 1 if s == 0 else self.last)

    def _arrived(self, period: int) -> Layer:
        """The layer as which mass arrives at the start of a period."""
        return self._epoch(max(period - 1, 0)).layers[0]

    def _starts(self) -> list[Floats]:
        """Carried rows where a period is entered, for every period and the horizon."""
        game, grid = self.game, self.grid
        value = np.zeros((game.num_states[0], self.carried, grid.row))
        points = grid.num_points
        if game.continues:
            value[:, : self.planes, :points] = self.equilibrium.horizon_values[:, :, :points]
        else:
            value[:, : self.planes, :points] = game.unresolved_payoff[:, :, None]
        starts = [value]
        for period in range(game.num_periods, -1, -1):
            if self._meets(period, 0):
                carried_meet(
                    self._holds(self._arrived(period)),
                    self.channels.after,
                    self.planes,
                    self.channels.hit_worth,
                    starts[0],
                )
            if period > 0:
                starts.insert(0, self._layers(period - 1, starts[0])[0])
        return starts

    def _layers(self, period: int, following: Floats) -> list[Floats]:
        """Carried rows of every layer of a period and of its end, milestones met on arrival but for the first layer."""
        epoch = self._epoch(period)
        points = self.grid.num_points
        end = following.copy()
        end[:, : self.planes] *= self.discounts[:, None]
        end[:, : self.planes, :points] += epoch.flow[:, :, None]
        terminals = self.terminals if period <= self.last else self.terminals_after
        values = [end]
        for s in range(len(epoch.layers) - 1, -1, -1):
            layer = epoch.layers[s]
            out = np.empty((layer.num_states, self.carried, self.grid.row))
            moves, strategies = self.moves[epoch.start][s], self._strategies(period)[s]
            if layer.second is not None:
                second = self._second_strategies(period)[s]
                carried_pair_layer(
                    moves,
                    *second_of(layer),
                    self.grid.sides,
                    strategies,
                    second,
                    terminals,
                    values[0],
                    self.planes,
                    out,
                )
            else:
                carried_layer(
                    layer.is_chance, moves, self.grid.sides, strategies, terminals, values[0], self.planes, out
                )
            if s > 0 and self._meets(period, s):
                carried_meet(self._holds(layer), self.channels.after, self.planes, self.channels.hit_worth, out)
            values.insert(0, out)
        return values

    def _strategies(self, period: int) -> tuple[Floats, ...]:
        return self.equilibrium.strategies[min(period, self.game.num_periods - 1)]

    def _second_strategies(self, period: int) -> tuple[Floats, ...]:
        return self.equilibrium.second_strategies[min(period, self.game.num_periods - 1)]

    def _begin(self, worth: Floats, sensitivity: Floats) -> tuple[Floats, float]:
        """Put the mass of the start into place; returns the derivatives by the priors, and the target itself."""
        game, grid, planes = self.game, self.grid, self.planes
        first = [c for c in range(self.channels.count) if not self.channels.milestones or self.channels.after[c] < 0]
        for c in first:
            sensitivity[game.start, planes + c] = grid.start_weights
        own = np.zeros(grid.shape)
        for c in first:
            own += worth[game.start, planes + c, : grid.num_points].reshape(grid.shape)
        weights = grid.start_weights[: grid.num_points].reshape(grid.shape)
        value = float((weights * own).sum()) + self.channels.constant
        found = probability_of_target(self.equilibrium, self.target)
        assert abs(value - found) <= VALUE_TOLERANCE, f"worths add up to {value}, masses to {found}"
        by_prior = np.zeros(len(game.players))
        slopes = (grid.sides.slope1, grid.sides.slope2)
        for axis, player in enumerate(game.belief_players):
            # the weights of the prior on its own axis, turned into those of the slope there
            turned = slopes[0].T @ weights if axis == 0 else weights @ slopes[1]
            by_prior[player] = float((turned * own).sum())
        return by_prior, value

    def _period(self, period: int, following: Floats, sensitivity: Floats) -> Floats:
        """Push the sensitivities through a period; returns those where the next is entered."""
        game = self.game
        epoch = self._epoch(period)
        which = [other.start for other in game.epochs].index(epoch.start)
        values = self._layers(period, following)
        terminals = self.terminals if period <= self.last else self.terminals_after
        if self._meets(period, 0):
            sensitivity_meet(self._holds(self._arrived(period)), self.channels.after, self.planes, sensitivity)
        for s, layer in enumerate(epoch.layers):
            if s > 0 and self._meets(period, s):
                sensitivity_meet(self._holds(layer), self.channels.after, self.planes, sensitivity)
            arrived = np.zeros_like(values[s + 1])
            by = self.by_layer[which][s]
            moves, strategies = self.moves[epoch.start][s], self._strategies(period)[s]
            if layer.second is not None:
                reach = sensitivity_pair_layer(
                    moves, *second_of(layer), self.grid.sides, strategies, self._second_strategies(period)[s], terminals,
                    values[s + 1], self.planes, sensitivity, arrived, self.by_terminal, by.action_payoff,
                    by.branch_probability, by.arrival, self.by_rationality,
                )  # fmt: skip
            else:
                reach = sensitivity_layer(
                    layer.is_chance, moves, self.grid.sides, strategies, terminals, values[s + 1], self.planes, sensitivity,
                    arrived, self.by_terminal, by.action_payoff, by.branch_probability, by.arrival, self.by_rationality,
                )  # fmt: skip
            if reach > 0.0:
                raise NotDifferentiableError(
                    f"the probabilities of {self.target} have no derivative: in stage `{layer.stage}` in "
                    f"period {period + 1} a strategy "
                    f"answers {reach:.1e} times as much as its cause, above {LARGEST_REACH:.0e}, as it does at a fold of the "
                    "equilibrium; lower the rationality a little, or use the difference of two solves"
                )
            sensitivity = arrived
        own = sensitivity[:, : self.planes]
        self.by_flow[which] += own.sum(axis=2)
        self.by_discount += np.einsum("xpk,xpk->p", own, following[:, : self.planes])
        own *= self.discounts[:, None]
        return sensitivity

    def _go_on(self, stationary: Floats, sensitivity: Floats) -> None:
        """Sweep on through the stationary period of a crisis that goes on for ever."""
        sensitivity[:, self.planes :] = 0.0  # mass that meets a target after the horizon does not count
        discount = max(self.discounts)
        most = 0.0
        for extra in range(self.equilibrium.settings.max_periods):
            size = float(np.abs(sensitivity).sum())
            most = max(most, size)
            if size <= NEGLIGIBLE * (1.0 - discount) * most:
                return
            sensitivity = self._period(self.game.num_periods + extra, stationary, sensitivity)
        raise SolveError(
            f"the sensitivities of {self.target} to a crisis that goes on for ever did not die out within "
            f"{self.equilibrium.settings.max_periods} periods: lower the discount, or give the crisis an end"
        )

    def _by_terminal_payoff(self) -> Floats:
        """From worth at every belief point to the payoffs by true types."""
        points = self.grid.num_points
        by_point = self.by_terminal[:, : self.planes, :points].reshape(-1, self.planes, *self.grid.shape)
        one, two = (axis[0] for axis in (self.grid.sides.axis1, self.grid.sides.axis2))
        by1, by2 = np.stack([1.0 - one, one]), np.stack([1.0 - two, two])
        return np.asarray(np.einsum("kpij,ai,bj->kpab", by_point, by1, by2))
