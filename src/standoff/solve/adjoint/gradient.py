"""Exact gradients of probabilities: an adjoint sweep through the equilibrium.

A target T is the probability of an outcome or a milestone by the end of some period. The forward pass computes it from
strategies, which the backward induction computes from values; its derivatives with respect to every array of the game follow
from the same two passes in reverse:

1. Against the order of the forward pass, backward in time: the **contribution** of mass in every state and at every belief
   point, that is, what a unit there adds to T. It obeys the recursion of a value (`linear`).
2. Against the order of the backward induction, forward in time: the sensitivity of T to every value, and with it to every
   payoff, probability and rationality (`sensitivity`, `simultaneous`). Masses travel in the same sweep.

Values and contributions are kept for the start of every period and computed again inside a period from those at its end, by
known strategies, so memory grows with the horizon only by one layer a period. A crisis without end is swept beyond the
horizon through its stationary period, until nothing is added any more: the sum that is truncated there is the Neumann series
of the implicit function theorem for the stationary values.

The answer is differentiated as it was computed: on its belief points and on its branch. Where a node lies at a fold there is
no derivative, and `NotDifferentiableError` says where.

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
from standoff.solve.adjoint.linear import Components, evaluate_layer, evaluate_on_arrival
from standoff.solve.adjoint.sensitivity import LARGEST_REACH, Derivatives, differentiate_layer, move_met
from standoff.solve.adjoint.simultaneous import differentiate_joint_layer, evaluate_joint_layer
from standoff.solve.kernels.arrays import BeliefGrid, KernelLayer, pack_layer
from standoff.solve.result import Equilibrium
from standoff.solve.target import Channels, Target, check_target, find_probability
from standoff.solve.workers import count_processors

__all__ = ["GameGradient", "LayerGradient", "NotDifferentiableError", "differentiate"]

Floats = NDArray[np.float64]

VALUE_TOLERANCE = 1e-9
"""Largest difference between the target by this sweep and by the forward pass."""
NEGLIGIBLE = 1e-13
"""Fraction of the total below which a further period of a crisis without end adds nothing."""


class NotDifferentiableError(SolveError):
    """A probability has no derivative: the equilibrium lies at a fold, or where strategies jump."""


@dataclass(frozen=True)
class LayerGradient:
    """Derivatives of a target with respect to the numbers of one layer in one epoch, over all periods of the epoch.

    Attributes:
        arrival: Shape (state,); nan where a decision never comes up.
        action_payoff: Shape (action, plane).
        branch_probability: Each probability by itself, with the others of its action fixed; shape (branch,).
    """

    arrival: Floats
    action_payoff: Floats
    branch_probability: Floats


@dataclass(frozen=True)
class GameGradient:
    """Derivatives of a target with respect to every array of a game.

    Attributes:
        target: The target.
        value: Its probability.
        layers: Derivatives by epoch and layer.
        flows: Derivatives with respect to the flow, by epoch; shape (state of layer 0, plane).
        terminal_payoff: Shape (terminal, plane, 2, 2).
        unresolved_payoff: Shape (state of layer 0, plane).
        rationality: Shape (player,).
        discount: With respect to the discount of each player a period; shape (player,).
        prior: With respect to the prior probability of the second type, which the first type loses; 0 for a player with one type;
            shape (player,).
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
    """Differentiate targets with respect to every number of the game.

    Args:
        equilibrium: A solved game.
        targets: The probabilities to differentiate.

    Returns:
        One gradient for each target.

    Raises:
        InputError: A target is not an outcome or milestone of the game, or not within its periods.
        NotDifferentiableError: A node lies at a fold of the branch.
    """
    for target in targets:
        check_target(equilibrium.game, target)
    threads = min(len(targets), equilibrium.settings.threads or count_processors())
    grid = equilibrium.grid
    if threads <= 1:
        return tuple(_Sweep(equilibrium, grid, target).run() for target in targets)
    with ThreadPoolExecutor(threads) as pool:
        return tuple(pool.map(lambda target: _Sweep(equilibrium, grid, target).run(), targets))


class _Sweep:
    """The sweep for one target."""

    def __init__(self, equilibrium: Equilibrium, grid: BeliefGrid, target: Target) -> None:
        game = equilibrium.game
        self.game, self.equilibrium, self.grid, self.target = game, equilibrium, grid, target
        self.channels = Channels(game, target)
        self.last = (target.periods or game.num_periods) - 1
        self.planes = len(game.planes)
        self.num_components = self.planes + self.channels.count
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.layers: dict[int, tuple[KernelLayer, ...]] = {
            epoch.start: tuple(pack_layer(layer) for layer in epoch.layers) for epoch in game.epochs
        }
        # every terminal at every point: its payoff and its contribution to the target, zero after the target's last period
        points = grid.num_points
        self.terminals_after = np.zeros((len(game.terminals.outcome), self.num_components, grid.padded))
        self.terminals_after[:, : self.planes] = grid.terminal_values
        self.terminals = self.terminals_after.copy()
        self.terminals[:, self.planes :, :points] = self.channels.terminal_value[:, :, None]
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
        """Do both passes."""
        game = self.game
        starts = self._evaluate_starts()
        sensitivity = np.zeros((game.num_states[0], self.num_components, self.grid.padded))
        by_prior, value = self._place_start(starts[0], sensitivity)
        for period in range(game.num_periods):
            sensitivity = self._differentiate_period(period, starts[period + 1], sensitivity)
        by_unresolved = sensitivity[:, : self.planes].sum(axis=2)
        if game.continues:
            by_unresolved = np.zeros_like(by_unresolved)
            self._continue(starts[game.num_periods], sensitivity)
        by_discount = np.zeros(len(game.players))
        for p, plane in enumerate(game.planes):
            by_discount[plane.player] += self.by_discount[p]
        return GameGradient(
            self.target,
            value,
            tuple(tuple(layers) for layers in self.by_layer),
            tuple(self.by_flow),
            self._convert_terminals(),
            by_unresolved,
            self.by_rationality,
            by_discount,
            by_prior,
        )

    def _find_epoch(self, period: int) -> Epoch:
        return self.game.find_epoch(min(period, self.game.num_periods - 1))

    def _holds(self, layer: Layer) -> NDArray[np.bool_]:
        return np.ascontiguousarray(layer.milestone_holds[:, self.channels.milestones])

    def _meets(self, period: int, s: int) -> bool:
        """Whether milestones met on arrival in a layer still count; the next period's first layer ends a period."""
        return bool(self.channels.milestones) and period <= (self.last + 1 if s == 0 else self.last)

    def _find_arrival(self, period: int) -> Layer:
        """Find the layer in which mass arrives at the start of a period."""
        return self._find_epoch(max(period - 1, 0)).layers[0]

    def _evaluate_starts(self) -> list[Floats]:
        """Find the components where a period is entered, for every period and the horizon."""
        game, grid = self.game, self.grid
        value = np.zeros((game.num_states[0], self.num_components, grid.padded))
        points = grid.num_points
        if game.continues:
            value[:, : self.planes, :points] = self.equilibrium.horizon_values[:, :, :points]
        else:
            value[:, : self.planes, :points] = game.unresolved_payoff[:, :, None]
        starts = [value]
        for period in range(game.num_periods, -1, -1):
            if self._meets(period, 0):
                evaluate_on_arrival(
                    self._holds(self._find_arrival(period)),
                    self.channels.after,
                    self.planes,
                    self.channels.hit_value,
                    starts[0],
                )
            if period > 0:
                starts.insert(0, self._evaluate_layers(period - 1, starts[0])[0])
        return starts

    def _evaluate_layers(self, period: int, following: Floats) -> list[Floats]:
        """Find the components of every layer of a period and of its end, as layers are entered, the first one excepted."""
        epoch = self._find_epoch(period)
        points = self.grid.num_points
        end = following.copy()
        end[:, : self.planes] *= self.discounts[:, None]
        end[:, : self.planes, :points] += epoch.flow[:, :, None]
        terminals = self.terminals if period <= self.last else self.terminals_after
        values = [end]
        for s in range(len(epoch.layers) - 1, -1, -1):
            layer = epoch.layers[s]
            out = np.empty((layer.num_states, self.num_components, self.grid.padded))
            arrays, strategies = self.layers[epoch.start][s], self._find_strategies(period)[s]
            after = Components(self.planes, terminals, values[0])
            if layer.second is not None:
                second = self._find_second_strategies(period)[s]
                evaluate_joint_layer(arrays, self.grid.arrays, strategies, second, after, out)
            else:
                evaluate_layer(layer.is_chance, arrays, self.grid.arrays, strategies, after, out)
            if s > 0 and self._meets(period, s):
                evaluate_on_arrival(self._holds(layer), self.channels.after, self.planes, self.channels.hit_value, out)
            values.insert(0, out)
        return values

    def _find_strategies(self, period: int) -> tuple[Floats, ...]:
        return self.equilibrium.strategies[min(period, self.game.num_periods - 1)]

    def _find_second_strategies(self, period: int) -> tuple[Floats, ...]:
        return self.equilibrium.second_strategies[min(period, self.game.num_periods - 1)]

    def _place_start(self, contribution: Floats, sensitivity: Floats) -> tuple[Floats, float]:
        """Put the mass at the start; returns the derivatives with respect to the priors, and the target itself."""
        game, grid, planes = self.game, self.grid, self.planes
        first = [c for c in range(self.channels.count) if not self.channels.milestones or self.channels.after[c] < 0]
        for c in first:
            sensitivity[game.start, planes + c] = grid.start_weights
        own = np.zeros(grid.shape)
        for c in first:
            own += contribution[game.start, planes + c, : grid.num_points].reshape(grid.shape)
        weights = grid.start_weights[: grid.num_points].reshape(grid.shape)
        value = float((weights * own).sum()) + self.channels.constant
        found = find_probability(self.equilibrium, self.target)
        assert abs(value - found) <= VALUE_TOLERANCE, f"contributions add up to {value}, masses to {found}"
        by_prior = np.zeros(len(game.players))
        slopes = (grid.arrays.slope1, grid.arrays.slope2)
        for axis, player in enumerate(game.belief_players):
            # the interpolation weights of the prior on its own axis, turned into those of the slope there
            turned = slopes[0].T @ weights if axis == 0 else weights @ slopes[1]
            by_prior[player] = float((turned * own).sum())
        return by_prior, value

    def _differentiate_period(self, period: int, following: Floats, sensitivity: Floats) -> Floats:
        """Push the sensitivities through a period; returns those where the next one is entered."""
        game = self.game
        epoch = self._find_epoch(period)
        which = [other.start for other in game.epochs].index(epoch.start)
        values = self._evaluate_layers(period, following)
        terminals = self.terminals if period <= self.last else self.terminals_after
        if self._meets(period, 0):
            move_met(self._holds(self._find_arrival(period)), self.channels.after, self.planes, sensitivity)
        for s, layer in enumerate(epoch.layers):
            if s > 0 and self._meets(period, s):
                move_met(self._holds(layer), self.channels.after, self.planes, sensitivity)
            arrived = np.zeros_like(values[s + 1])
            by = self.by_layer[which][s]
            arrays, strategies = self.layers[epoch.start][s], self._find_strategies(period)[s]
            after = Components(self.planes, terminals, values[s + 1])
            to = Derivatives(
                arrived, self.by_terminal, by.action_payoff, by.branch_probability, by.arrival, self.by_rationality
            )
            if layer.second is not None:
                second = self._find_second_strategies(period)[s]
                reach = differentiate_joint_layer(arrays, self.grid.arrays, strategies, second, after, sensitivity, to)
            else:
                reach = differentiate_layer(
                    layer.is_chance, arrays, self.grid.arrays, strategies, after, sensitivity, to
                )
            if reach > 0.0:
                raise NotDifferentiableError(
                    f"the probability of {self.target} has no derivative: in stage `{layer.stage}` in "
                    f"period {period + 1} a strategy changes {reach:.1e} times as much as its cause, above "
                    f"{LARGEST_REACH:.0e}, as at a fold of the equilibrium; lower the rationality a little, or "
                    "use the difference of two solves"
                )
            sensitivity = arrived
        own = sensitivity[:, : self.planes]
        self.by_flow[which] += own.sum(axis=2)
        self.by_discount += np.einsum("xpk,xpk->p", own, following[:, : self.planes])
        own *= self.discounts[:, None]
        return sensitivity

    def _continue(self, stationary: Floats, sensitivity: Floats) -> None:
        """Continue through the stationary period of a crisis without end."""
        sensitivity[:, self.planes :] = 0.0  # mass that meets a target after the horizon does not count
        discount = max(self.discounts)
        most = 0.0
        for extra in range(self.equilibrium.settings.max_periods):
            size = float(np.abs(sensitivity).sum())
            most = max(most, size)
            if size <= NEGLIGIBLE * (1.0 - discount) * most:
                return
            sensitivity = self._differentiate_period(self.game.num_periods + extra, stationary, sensitivity)
        raise SolveError(
            f"the sensitivities of {self.target} to a crisis without end did not die out within "
            f"{self.equilibrium.settings.max_periods} periods: lower the discount, or give the crisis an end"
        )

    def _convert_terminals(self) -> Floats:
        """Convert derivatives with respect to values at belief points to those with respect to payoffs by true types."""
        points = self.grid.num_points
        by_point = self.by_terminal[:, : self.planes, :points].reshape(-1, self.planes, *self.grid.shape)
        one, two = (axis[0] for axis in (self.grid.arrays.axis1, self.grid.arrays.axis2))
        by1, by2 = np.stack([1.0 - one, one]), np.stack([1.0 - two, two])
        return np.asarray(np.einsum("kpij,ai,bj->kpab", by_point, by1, by2))
