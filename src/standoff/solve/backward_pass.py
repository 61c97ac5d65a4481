"""The backward pass: values and strategies of every layer and period, from the last period to the first.

A period is solved layer by layer from its end (`kernels.backward`, `kernels.backward_complete` under complete information,
`kernels.simultaneous_layer` where two players move at the same time). Threads share the states of a layer. One thread finds
each number, in the same way whatever the number of threads, so the answer does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Epoch, Game, Layer
from standoff.solve.advice import advise_lost_branch, advise_residual
from standoff.solve.kernels.arrays import BeliefGrid, KernelLayer, LayerSolution, pack_layer
from standoff.solve.kernels.backward import chance_layer, decision_layer, end_period
from standoff.solve.kernels.backward_complete import complete_layer
from standoff.solve.kernels.simultaneous_layer import Start, simultaneous_layer
from standoff.solve.kernels.two_types import ANY_BRANCH, COUNTS, FOLLOW, LOST, PRINCIPAL, TRACE_ALWAYS
from standoff.solve.kernels.vectors import kernel
from standoff.solve.result import Equilibrium, Settings
from standoff.solve.workers import Workers
from standoff.text import pluralise

__all__ = ["Backward", "BranchLostError", "Follow", "backward_pass", "count_rows", "draw_start"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Backward:
    """The result of the backward pass.

    Attributes:
        values: V by period and layer, and last at the end of the period before its flow is paid.
        strategies: Strategies of the movers, by period and layer.
        second_strategies: Strategies of the second movers, by period and layer.
        residual: Largest residual.
        regret: Largest regret.
        counts: What was done, as `COUNTS` lists it.
        horizon_values: V of a crisis that is open at the horizon; shape (state of layer 0, plane, point).
        stationary_change: Largest change of a value by one more period, in a crisis without end; else 0.
    """

    values: tuple[tuple[Floats, ...], ...]
    strategies: tuple[tuple[Floats, ...], ...]
    second_strategies: tuple[tuple[Floats, ...], ...]
    residual: float
    regret: float
    counts: tuple[int, ...]
    horizon_values: Floats
    stationary_change: float

    @staticmethod
    def restore(equilibrium: Equilibrium) -> Backward:
        """Take the result of an equilibrium, for another forward pass; values only of the periods that were kept."""
        certificate = equilibrium.certificate
        return Backward(
            equilibrium.values, equilibrium.strategies, equilibrium.second_strategies, certificate.residual,
            certificate.regret, (), equilibrium.horizon_values, certificate.stationary_change,
        )  # fmt: skip


class Follow(NamedTuple):
    """How a pass stays on the branch on which the passes before it lay (`joint_branch`).

    Attributes:
        mode: `PRINCIPAL` for the first pass, `FOLLOW`, or `FOLLOW_OR_JUMP`.
        ell: Predictions by period and layer, as in `LayerSolution`; overwritten with the solutions. Those of a crisis without end
            stand under the period after the last.
        horizon_values: V at the horizon of a crisis without end, where to begin to look for it; None: zero.
    """

    mode: int
    ell: dict[int, list[Floats]]
    horizon_values: Floats | None = None


class BranchLostError(Exception):
    """A node could not follow its branch over a step."""


def draw_start(layer: Layer, layer_index: int, start: int | None) -> Start:
    """Draw where a search for other equilibria starts in a layer.

    The relative logarithms of the strategies are drawn for every start, layer, action name and type. They are the same in all
    states and at all beliefs, so that neighbouring nodes start alike. Their spread takes three sizes in turn. Start None is the
    uniform one, from which no solution is looked for.
    """
    if start is None:
        return Start(False, np.zeros((layer.num_actions, 2)), np.zeros((layer.num_actions, 2)))
    rng = np.random.default_rng([start, layer_index])
    names = max(len(layer.action_names), 1)
    drawn = rng.normal(scale=(1.0, 3.0, 9.0)[start % 3], size=(names, 2))
    first = drawn[layer.action_label]
    second = drawn[layer.second.action_label] if layer.second is not None else np.zeros_like(first)
    return Start(True, first, second)


def count_rows(layer: Layer) -> int:
    """Count the unknowns of a layer that are kept at each belief point (`LayerSolution.ell`)."""
    if layer.is_chance:
        return 0
    return layer.num_actions if layer.second is None else 4 * layer.num_actions


class _Induction:
    """Backward induction period by period, with the arrays that it reuses from one to the next."""

    def __init__(
        self, game: Game, settings: Settings, grid: BeliefGrid, workers: Workers, follow: Follow | None
    ) -> None:
        self.game = game
        self.settings = settings
        self.grid = grid
        self.follow = follow
        self.workers = workers
        self.num_types = 2 if game.belief_players else 1
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.mode = PRINCIPAL
        if settings.start is not None:
            self.mode = ANY_BRANCH
        elif settings.trace_always:
            self.mode = TRACE_ALWAYS
        if follow is not None:
            self.mode = follow.mode
        self.starts: list[Start] = []
        self.epoch: Epoch | None = None
        self.layers: tuple[KernelLayer, ...] = ()
        self.flow = np.empty(0)
        self.ell: list[Floats] = []
        self.ell_change: list[Floats] = []
        self.turn = 0
        self.end_values = np.empty(0)
        self.value_arrays: dict[tuple[int, int], Floats] = {}
        self.reports: list[_Reports] = []
        self.residual = 0.0
        self.regret = 0.0
        self.counts = np.zeros(len(COUNTS), dtype=np.int64)

    def enter(self, epoch: Epoch) -> None:
        """Take the arrays of an epoch; solutions of the last one are kept as guesses where it has the same nodes."""
        if epoch is self.epoch:
            return
        self.epoch = epoch
        self.layers = tuple(pack_layer(layer) for layer in epoch.layers)
        self.flow = np.ascontiguousarray(epoch.flow)
        self.reports = [_Reports.make(layer) for layer in epoch.layers]
        self.starts = [draw_start(layer, s, self.settings.start) for s, layer in enumerate(epoch.layers)]
        for s, layer in enumerate(epoch.layers):
            shape = (count_rows(layer), self.grid.padded)
            if s < len(self.ell) and self.ell[s].shape == shape:
                continue
            ell = np.zeros(shape)
            if layer.second is None and not layer.is_chance:
                ell += np.diff(self.starts[s].strategies, axis=1)
            if s < len(self.ell):
                self.ell[s], self.ell_change[s] = ell, np.zeros(shape)
            else:
                self.ell.append(ell)
                self.ell_change.append(np.zeros(shape))

    def _reuse_values(self, s: int, layer: Layer) -> Floats:
        """Give the array for the values of a layer: the same in every period, or two in turns, unless values are kept."""
        shape = (layer.num_states, len(self.game.planes), self.grid.padded)
        if self.settings.keep_values:
            return np.empty(shape)
        key = (s, self.turn if s == 0 else 0)
        if key not in self.value_arrays:
            self.value_arrays[key] = np.empty(shape)
        return self.value_arrays[key]

    def solve_period(self, period: int, value: Floats, strategies: list[Floats], second: list[Floats]) -> list[Floats]:
        """Find the values of every layer of a period, from those at the start of the next; strategies are written."""
        assert self.epoch is not None
        if self.follow is not None:
            self.ell = self.follow.ell[period]
        self.turn = 1 - self.turn
        if self.end_values.shape != value.shape or self.settings.keep_values:
            self.end_values = np.empty_like(value)
        end_period(value, self.flow, self.discounts, self.end_values)
        values = [self.end_values]
        for s in range(len(self.epoch.layers) - 1, -1, -1):
            layer = self.epoch.layers[s]
            out = self._reuse_values(s, layer)
            if layer.is_chance:
                chance_layer(self.layers[s], self.grid.terminal_values, values[0], out)
            else:
                self._decide(period, s, layer, values[0], out, strategies[s], second[s])
            values.insert(0, out)
        return values

    def _decide(
        self, period: int, s: int, layer: Layer, value: Floats, out: Floats, strategies: Floats, second: Floats
    ) -> None:
        grid, arrays = self.grid, self.layers[s]
        solution = LayerSolution(out, strategies, second, *self.reports[s], self.ell[s], self.ell_change[s])

        def solve(first: int, last: int) -> None:
            if layer.second is not None:
                simultaneous_layer(
                    first, last, arrays, grid.arrays, grid.terminal_values, value, solution, self.starts[s], self.mode
                )
            elif grid.num_points == 1:
                complete_layer(first, last, arrays, grid.arrays, grid.terminal_values, value, solution)
            else:
                decision_layer(first, last, arrays, grid.arrays, grid.terminal_values, value, solution, self.mode)

        self.workers.share(solve, layer.num_states, layer.num_actions * grid.padded)
        worst, regret, lost = sum_up(solution.residuals, solution.regrets, solution.counts, self.counts)
        if lost or not worst <= self.settings.tolerance or not np.isfinite(regret):
            if self.mode == FOLLOW:
                raise BranchLostError
            raise _refuse(self.game, layer.stage, period, worst, lost, self.settings)
        self.residual = max(self.residual, worst)
        self.regret = max(self.regret, regret)


class _Reports(NamedTuple):
    """What a layer's kernel reports of every state; reused period by period."""

    residuals: Floats
    regrets: Floats
    counts: NDArray[np.int64]

    @staticmethod
    def make(layer: Layer) -> _Reports:
        n = 0 if layer.is_chance else layer.num_states
        return _Reports(np.zeros(n), np.zeros(n), np.zeros((n, len(COUNTS)), dtype=np.int64))


@kernel
def sum_up(residuals, regrets, counts, totals):
    """Find the largest residual and regret of a layer (nan where one is) and its lost nodes, and add its counts to the totals."""
    worst = 0.0
    regret = 0.0
    for x in range(residuals.shape[0]):
        if worst == worst and not residuals[x] <= worst:
            worst = residuals[x]
        if regret == regret and not regrets[x] <= regret:
            regret = regrets[x]
        for k in range(counts.shape[1]):
            totals[k] += counts[x, k]
    lost = 0
    for x in range(residuals.shape[0]):
        lost += counts[x, LOST]
    return worst, regret, lost


def backward_pass(
    game: Game,
    settings: Settings,
    grid: BeliefGrid,
    workers: Workers,
    progress: Progress | None = None,
    follow: Follow | None = None,
) -> Backward:
    """Solve every node of the game, from the last period to the first.

    Raises:
        SolveError: A node did not converge, or a crisis without end did not become stationary.
        BranchLostError: A node could not follow its branch.
    """
    induction = _Induction(game, settings, grid, workers, follow)
    value = np.zeros((game.num_states[0], len(game.planes), grid.padded))
    stationary_change = 0.0
    if game.continues:
        if follow is not None and follow.horizon_values is not None:
            value = follow.horizon_values
        value, stationary_change = _find_stationary(game, settings, induction, value)
    else:
        value += game.unresolved_payoff[:, :, None]
    horizon_values = value.copy()  # the array itself is used again
    lengths = [
        (game.epochs[k + 1].start if k + 1 < len(game.epochs) else game.num_periods) - epoch.start
        for k, epoch in enumerate(game.epochs)
    ]
    all_values: list[tuple[Floats, ...]] = []
    all_strategies: list[tuple[Floats, ...]] = []
    all_second: list[tuple[Floats, ...]] = []
    for epoch, length in zip(reversed(game.epochs), reversed(lengths), strict=True):
        induction.enter(epoch)
        # one piece of memory for an epoch: many small allocations cost as much as the work
        arrays = _allocate_strategies(epoch, length, induction.num_types, grid.padded)
        for k in range(length - 1, -1, -1):
            period = epoch.start + k
            strategies, second = [own[k] for own, _ in arrays], [other[k] for _, other in arrays]
            values = induction.solve_period(period, value, strategies, second)
            value = values[0]
            if settings.keep_values or period == 0:
                all_values.append(tuple(values))
            all_strategies.append(tuple(strategies))
            all_second.append(tuple(second))
            if progress is not None:
                progress(0.8 * (game.num_periods - period) / game.num_periods)
    return Backward(
        tuple(reversed(all_values)),
        tuple(reversed(all_strategies)),
        tuple(reversed(all_second)),
        induction.residual,
        induction.regret,
        tuple(int(count) for count in induction.counts),
        horizon_values,
        stationary_change,
    )


def _allocate_strategies(epoch: Epoch, length: int, num_types: int, padded: int) -> list[tuple[Floats, Floats]]:
    """Allocate the strategies of the movers and of the second movers; shape (period, action, type, point) each."""
    arrays = []
    for layer in epoch.layers:
        own = 0 if layer.is_chance else layer.num_actions
        second = layer.num_actions if layer.second is not None else 0
        arrays.append((np.empty((length, own, num_types, padded)), np.empty((length, second, num_types, padded))))
    return arrays


def _find_stationary(game: Game, settings: Settings, induction: _Induction, value: Floats) -> tuple[Floats, float]:
    """Find the values of a crisis without end: repeat the last epoch's period until no value changes any more.

    With the largest discount d, a change of e by one period is followed by later changes of at most e d / (1 - d) if the
    period is a contraction, as it is at low rationality; the change that counts as zero is smaller by that factor.
    """
    epoch = game.epochs[-1]
    induction.enter(epoch)
    discount = max(player.discount for player in game.players)
    change = np.inf
    arrays = _allocate_strategies(epoch, 1, induction.num_types, induction.grid.padded)
    strategies, second = [own[0] for own, _ in arrays], [other[0] for _, other in arrays]
    for _ in range(settings.max_periods):
        new = induction.solve_period(game.num_periods, value, strategies, second)[0]
        change = float(np.max(np.abs(new - value), initial=0.0))
        value = new
        if change * max(1.0, discount / (1.0 - discount)) <= 0.01 * settings.tolerance:
            return value, change
    raise SolveError(
        f"the crisis has no end, and after {settings.max_periods} periods one more still changed a value by {change:.1e} "
        "payoff units: lower the discount or the rationality of the players, or give the crisis an end"
    )


def _refuse(game: Game, stage: str, period: int, residual: float, lost: int, settings: Settings) -> SolveError:
    why, advice = f"residual {residual:.1e}, tolerance {settings.tolerance:.1e}", advise_residual(game, settings)
    if lost:
        where = f" at {pluralise(lost, 'belief point')}" if game.belief_players else ""
        why, advice = f"the branch traced from rationality 0 was lost{where}", advise_lost_branch(game, settings)
    return SolveError(f"the equilibrium of stage `{stage}` in period {period + 1} did not converge ({why}): {advice}")
