"""The backward pass over a game, for values and strategies; the forward pass is `standoff.solve.forward_pass`.

The states of a layer are cut among threads. Every number is found by one thread, in the same way whatever their number, so
the answer does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.errors import SolveError
from standoff.game.model import Epoch, Game, Layer
from standoff.solve.kernels.arrays import Grid, Moves, moves_of, second_of
from standoff.solve.kernels.backward import chance_layer, decision_layer, period_end
from standoff.solve.kernels.backward_complete import plain_layer
from standoff.solve.kernels.simultaneous_layer import simultaneous_layer
from standoff.solve.kernels.two_types import ANY_BRANCH, COUNTS, LOST, PRINCIPAL, TRACE_ALWAYS
from standoff.solve.kernels.vectors import kernel
from standoff.solve.result import Equilibrium, Settings
from standoff.solve.workers import Workers, num_processors

__all__ = ["Backward", "Workers", "backward_pass", "num_processors"]

Floats = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Backward:
    """What the backward pass found.

    Attributes:
        values: V by period and layer (one more than there are layers: at the end of the period, before its flow is paid).
        strategies: By period and layer.
        second_strategies: By period and layer.
        residual: Largest residual.
        regret: Largest regret.
        counts: See `COUNTS`.
        horizon_values: V of a crisis that goes on at the horizon; shape (state of layer 0, plane, row).
        stationary_change: Largest change of a value by one more period, in a crisis that goes on for ever; else 0.
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
    def of(equilibrium: Equilibrium) -> Backward:
        """What was found for an equilibrium, to go forward from once more; values only of the periods that were kept."""
        certificate = equilibrium.certificate
        return Backward(
            equilibrium.values, equilibrium.strategies, equilibrium.second_strategies, certificate.residual,
            certificate.regret, (), equilibrium.horizon_values, certificate.stationary_change,
        )  # fmt: skip


def start_of(layer: Layer, layer_index: int, start: int | None) -> tuple[Floats, Floats]:
    """Where a search for other equilibria starts: relative logarithms of the strategies of the movers and second movers.

    They are drawn anew for every start, layer, name of an action and type, and are the same in all states and at all beliefs,
    so that neighbouring nodes start alike. Every third start is three times as bold. Start None is the uniform one.

    Returns:
        Two arrays of shape (action, 2).
    """
    if start is None:
        return np.zeros((layer.num_actions, 2)), np.zeros((layer.num_actions, 2))
    rng = np.random.default_rng([start, layer_index])
    names = max(len(layer.action_names), 1)
    drawn = rng.normal(scale=(1.0, 3.0, 9.0)[start % 3], size=(names, 2))
    first = drawn[layer.action_label]
    second = drawn[layer.second.action_label] if layer.second is not None else np.zeros_like(first)
    return first, second


class _Induction:
    """Backward induction period by period, with what it carries from one to the next."""

    def __init__(self, game: Game, settings: Settings, grid: Grid, workers: Workers) -> None:
        self.game = game
        self.settings = settings
        self.grid = grid
        self.workers = workers
        self.num_types = 2 if game.belief_players else 1
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.mode = PRINCIPAL
        if settings.start is not None:
            self.mode = ANY_BRANCH
        elif settings.trace_always:
            self.mode = TRACE_ALWAYS
        self.starts: list[tuple[Floats, Floats]] = []
        self.epoch: Epoch | None = None
        self.moves: tuple[Moves, ...] = ()
        self.flow = np.empty(0)
        self.warm: list[Floats] = []
        self.trend: list[Floats] = []
        self.turn = 0
        self.ended = np.empty(0)
        self.rooms: dict[tuple[int, int], Floats] = {}
        self.findings: list[_Findings] = []
        self.residual = 0.0
        self.regret = 0.0
        self.counts = np.zeros(len(COUNTS), dtype=np.int64)

    def enter(self, epoch: Epoch) -> None:
        """Take the arrays of an epoch; what was known of its nodes is kept where it has the same ones."""
        if epoch is self.epoch:
            return
        self.epoch = epoch
        self.moves = tuple(moves_of(layer) for layer in epoch.layers)
        self.flow = np.ascontiguousarray(epoch.flow)
        self.findings = [_Findings.of(layer) for layer in epoch.layers]
        self.starts = [start_of(layer, s, self.settings.start) for s, layer in enumerate(epoch.layers)]
        for s, layer in enumerate(epoch.layers):
            shape = (0 if layer.is_chance or layer.second is not None else layer.num_actions, self.grid.row)
            if s < len(self.warm) and self.warm[s].shape == shape:
                continue
            first = self.starts[s][0][: shape[0]]
            warm = np.repeat(first[:, 1:] - first[:, :1], shape[1], axis=1)
            if s < len(self.warm):
                self.warm[s], self.trend[s] = warm, np.zeros(shape)
            else:
                self.warm.append(warm)
                self.trend.append(np.zeros(shape))

    def _room(self, s: int, layer: Layer) -> Floats:
        """Where the values of a layer go: used again period by period, unless they are kept, and in turns."""
        shape = (layer.num_states, len(self.game.planes), self.grid.row)
        if self.settings.keep_values:
            return np.empty(shape)
        key = (s, self.turn if s == 0 else 0)
        if key not in self.rooms:
            self.rooms[key] = np.empty(shape)
        return self.rooms[key]

    def period(self, period: int, value: Floats, strategies: list[Floats], second: list[Floats]) -> list[Floats]:
        """Values of every layer of a period, from those at the start of the next; strategies are written."""
        assert self.epoch is not None
        self.turn = 1 - self.turn
        if self.ended.shape != value.shape or self.settings.keep_values:
            self.ended = np.empty_like(value)
        ended = self.ended
        period_end(value, self.flow, self.discounts, ended)
        values = [ended]
        for s in range(len(self.epoch.layers) - 1, -1, -1):
            layer = self.epoch.layers[s]
            out = self._room(s, layer)
            if layer.is_chance:
                chance_layer(self.moves[s], self.grid.terminal_values, values[0], out)
            else:
                self._decide(period, s, layer, values[0], out, strategies[s], second[s])
            values.insert(0, out)
        return values

    def _decide(
        self, period: int, s: int, layer: Layer, value: Floats, out: Floats, strategies: Floats, second: Floats
    ) -> None:
        grid, moves = self.grid, self.moves[s]
        residuals, regrets, counts = self.findings[s]

        def solve(first: int, last: int) -> None:
            if layer.second is not None:
                simultaneous_layer(
                    first, last, moves, *second_of(layer), grid.sides, grid.terminal_values, value, out, strategies, second,
                    residuals, regrets, counts, self.mode == ANY_BRANCH, *self.starts[s],
                )  # fmt: skip
            elif grid.num_points == 1:
                plain_layer(
                    first, last, moves, grid.sides, grid.terminal_values, value, out, strategies, regrets, counts
                )
            else:
                decision_layer(
                    first, last, moves, grid.sides, grid.terminal_values, value, self.warm[s], self.trend[s], out,
                    strategies, residuals, regrets, counts, self.mode,
                )  # fmt: skip

        self.workers.share(solve, layer.num_states, layer.num_actions * grid.row)
        worst, regret, lost = sum_up(residuals, regrets, counts, self.counts)
        if lost or not worst <= self.settings.tolerance or not np.isfinite(regret):
            _refuse(self.game, layer.stage, period, worst, lost, self.settings)
        self.residual = max(self.residual, worst)
        self.regret = max(self.regret, regret)


class _Findings(NamedTuple):
    """Where a layer's kernel writes what it found in every state; used again period by period."""

    residuals: Floats
    regrets: Floats
    counts: NDArray[np.int64]

    @staticmethod
    def of(layer: Layer) -> _Findings:
        n = 0 if layer.is_chance else layer.num_states
        return _Findings(np.zeros(n), np.zeros(n), np.zeros((n, len(COUNTS)), dtype=np.int64))


@kernel
def sum_up(residuals, regrets, counts, totals):
    """Largest residual and regret of a layer, not a number where one is not, and nodes lost; `totals` are added to."""
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


def backward_pass(game: Game, settings: Settings, grid: Grid, workers: Workers, progress: Progress | None) -> Backward:
    """Solve every node of the game, from the last period to the first.

    Raises:
        SolveError: A node did not converge, or a crisis that goes on for ever did not become stationary.
    """
    induction = _Induction(game, settings, grid, workers)
    value = np.zeros((game.num_states[0], len(game.planes), grid.row))
    stationary_change = 0.0
    if game.continues:
        value, stationary_change = _stationary(game, settings, induction, value)
    else:
        value += game.unresolved_payoff[:, :, None]
    horizon_values = value
    lengths = [
        (game.epochs[k + 1].start if k + 1 < len(game.epochs) else game.num_periods) - epoch.start
        for k, epoch in enumerate(game.epochs)
    ]
    all_values: list[tuple[Floats, ...]] = []
    all_strategies: list[tuple[Floats, ...]] = []
    all_second: list[tuple[Floats, ...]] = []
    for epoch, length in zip(reversed(game.epochs), reversed(lengths), strict=True):
        induction.enter(epoch)
        # one piece of memory for an epoch: asking for many small ones costs as much as filling them
        rooms = _rooms(epoch, length, induction.num_types, grid.row)
        for k in range(length - 1, -1, -1):
            period = epoch.start + k
            strategies, second = [room[0][k] for room in rooms], [room[1][k] for room in rooms]
            values = induction.period(period, value, strategies, second)
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


def _rooms(epoch: Epoch, length: int, num_types: int, row: int) -> list[tuple[Floats, Floats]]:
    """Room for the strategies of the movers and of the second movers; shape (period, action, type, row) each."""
    rooms = []
    for layer in epoch.layers:
        own = 0 if layer.is_chance else layer.num_actions
        second = layer.num_actions if layer.second is not None else 0
        rooms.append((np.empty((length, own, num_types, row)), np.empty((length, second, num_types, row))))
    return rooms


def _stationary(game: Game, settings: Settings, induction: _Induction, value: Floats) -> tuple[Floats, float]:
    """Values of a crisis that goes on for ever: the last epoch's period repeated until nothing changes any more.

    With the largest discount d, a change of e by one period leaves at most e d / (1 - d) of later changes if the period is a
    contraction, as it is at low rationality; the change that counts as none is smaller by that factor.
    """
    epoch = game.epochs[-1]
    induction.enter(epoch)
    discount = max(player.discount for player in game.players)
    change = np.inf
    rooms = _rooms(epoch, 1, induction.num_types, induction.grid.row)
    strategies, second = [room[0][0] for room in rooms], [room[1][0] for room in rooms]
    for _ in range(settings.max_periods):
        new = induction.period(game.num_periods, value, strategies, second)[0]
        change = float(np.max(np.abs(new - value), initial=0.0))
        value = new
        if change * max(1.0, discount / (1.0 - discount)) <= 0.01 * settings.tolerance:
            return value, change
    raise SolveError(
        f"the crisis goes on for ever, and after {settings.max_periods} periods one more still changed a value by {change:.1e} "
        "payoff units: lower the discount or the rationality of the players, or give it an end"
    )


def _refuse(game: Game, stage: str, period: int, residual: float, lost: int, settings: Settings) -> None:
    lambdas = ", ".join(f"{player.name} {player.rationality:g}" for player in game.players)
    why = f"residual {residual:.1e}, tolerance {settings.tolerance:.1e}"
    if lost:
        why = f"the branch traced from rationality 0 was lost at {lost} belief points"
    raise SolveError(
        f"the equilibrium of stage `{stage}` in period {period + 1} did not converge ({why}): "
        f"lower the rationality (now {lambdas}), or set more belief points"
    )
