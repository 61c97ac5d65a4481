"""The forward pass over a game: from the start to the horizon, for odds, beliefs and payoffs.

A period moves the mass of every layer to the next (`standoff.solve.forward`, `standoff.solve.plain_forward` where nobody has
private types), takes out what meets a milestone, and adds up what ended, what is open and what was paid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Epoch, Game, Layer
from standoff.solve.arrays import Grid, Moves, moves_of, second_of
from standoff.solve.arrivals import Arrivals, arrivals_of
from standoff.solve.forward import account, arrive, meet_milestones, send
from standoff.solve.lanes import kernel
from standoff.solve.plain_forward import plain_account, plain_arrive, plain_meet_milestones, plain_send
from standoff.solve.result import Sweep
from standoff.solve.simultaneous import simultaneous_send
from standoff.solve.workers import Workers

if TYPE_CHECKING:
    from standoff.solve.passes import Backward

__all__ = ["forward_pass"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Progress = Callable[[float], None]


def forward_pass(game: Game, grid: Grid, backward: Backward, workers: Workers, progress: Progress | None) -> Sweep:
    """Carry probability from the start to the horizon by the strategies found."""
    sweeper = _Sweeper(game, grid, backward, workers)
    for period in range(game.num_periods):
        sweeper.period(period)
        if progress is not None:
            progress(0.8 + 0.2 * (period + 1) / game.num_periods)
    return sweeper.finish()


class _Sweeper:
    """The forward pass period by period, with the arrays that it fills."""

    def __init__(self, game: Game, grid: Grid, backward: Backward, workers: Workers) -> None:
        self.game = game
        self.grid = grid
        self.backward = backward
        self.workers = workers
        num_planes, num_milestones, num_terminals = len(game.planes), len(game.milestones), len(game.terminals.outcome)
        sizes = game.num_states
        # without private types the measure of every player type is the public one
        self.is_plain = not game.belief_players
        self.first_plane = 1 + num_milestones
        num_channels = self.first_plane + (0 if self.is_plain else num_planes)
        planes = np.zeros(num_planes, dtype=np.int64) if self.is_plain else self.first_plane + np.arange(num_planes)
        self.measures = np.concatenate([np.zeros(1, dtype=np.int64), planes])
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.after = np.array([milestone.after for milestone in game.milestones], dtype=np.int64)

        self.absorbed = np.zeros((num_terminals, num_channels))
        self.hits = np.zeros(num_milestones)
        self.payoffs = np.zeros(num_planes)
        self.factor = np.ones(num_planes)
        self.absorbed_by = np.zeros((game.num_periods, num_terminals, 1 + num_planes))
        self.milestones_by = np.zeros((game.num_periods, num_milestones))
        self.open_by = np.zeros((game.num_periods + 1, sizes[0]))
        self.beliefs_by = np.full((game.num_periods + 1, len(game.belief_players)), np.nan)

        # room for the mass of every layer, used again period by period; a game of one layer takes turns
        self.turns = 2 if game.num_layers == 1 else 1
        self.masses = [
            [
                (np.zeros((n, num_channels, grid.row)), np.zeros((n, num_channels), dtype=np.bool_))
                for _ in range(self.turns)
            ]
            for n in sizes
        ]
        self.turn = 0
        widest = max((layer.num_actions for layer in game.epochs[0].layers if not layer.is_chance), default=0)
        self.room = np.zeros(widest * num_channels * grid.row)
        self.epoch: Epoch | None = None
        self.moves: list[Moves] = []
        self.arrivals: list[Arrivals] = []
        self.amounts: list[Floats] = []

        self.mass, self.live = self.masses[0][0]
        self.mass[game.start] = grid.start_weights
        self.live[game.start] = True
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                self.mass[game.start, 1 + m] = 0.0
                self.live[game.start, 1 + m] = False
        open_at(self.mass, grid.beliefs, self.open_by[0], self.beliefs_by[0])
        self._meet(game.epochs[0].layers[0])

    def _enter(self, epoch: Epoch) -> None:
        """Take the arrays of an epoch."""
        self.epoch = epoch
        self.moves = [moves_of(layer) for layer in epoch.layers]
        sizes = self.game.num_states
        self.arrivals = [
            arrivals_of(layer, num_targets=sizes[(s + 1) % len(sizes)], num_terminals=len(self.absorbed))
            for s, layer in enumerate(epoch.layers)
        ]
        row = self.mass.shape[1:]
        counts = [0 if layer.is_chance else layer.num_actions for layer in epoch.layers]
        self.amounts = [self.room[: n * row[0] * row[1]].reshape(n, *row) for n in counts]

    def period(self, period: int) -> None:
        """Move all mass through one period."""
        epoch = self.game.epoch_of(period)
        if epoch is not self.epoch:
            self._enter(epoch)
        for s, layer in enumerate(epoch.layers):
            if not layer.is_chance:
                self._send(period, s, layer)
            self._arrive(s)
            self._meet(epoch.layers[(s + 1) % len(epoch.layers)])
        end_period(
            self.mass, self.measures, epoch.flow, self.factor, self.discounts, self.absorbed, self.absorbed_by[period],
            self.payoffs,
        )  # fmt: skip
        self.milestones_by[period] = self.hits
        open_at(self.mass, self.grid.beliefs, self.open_by[period + 1], self.beliefs_by[period + 1])

    def _send(self, period: int, s: int, layer: Layer) -> None:
        """Find the mass that takes every action of a layer."""
        moves, amounts, sides = self.moves[s], self.amounts[s], self.grid.sides
        strategies = self.backward.strategies[period][s]

        def work(first: int, last: int) -> None:
            if layer.second is not None:
                simultaneous_send(
                    first, last, self.first_plane, moves, *second_of(layer), sides, strategies,
                    self.backward.second_strategies[period][s], self.mass, amounts,
                )  # fmt: skip
            elif self.is_plain:
                plain_send(first, last, moves, strategies, self.mass, amounts)
            else:
                send(first, last, self.first_plane, moves, sides, strategies, self.mass, self.live, amounts)

        self.workers.share(work, layer.num_states, layer.num_actions * self.grid.row)

    def _arrive(self, s: int) -> None:
        """Add up the mass of the next layer, and what ends and is paid on the way."""
        mass, live, arrivals, amounts = self.mass, self.live, self.arrivals[s], self.amounts[s]
        self.turn = (self.turn + 1) % self.turns
        next_mass, next_live = self.masses[(s + 1) % self.game.num_layers][self.turn]

        def work(first: int, last: int) -> None:
            if self.is_plain:
                plain_arrive(first, last, arrivals, amounts, mass, next_mass)
            else:
                arrive(first, last, arrivals, amounts, mass, live, next_mass, next_live)

        def beside() -> None:
            worth, paid = self.grid.terminal_values, self.moves[s].action_payoff
            if self.is_plain:
                plain_account(arrivals, paid, worth, self.factor, amounts, mass, self.absorbed, self.payoffs)
            else:
                account(arrivals, paid, worth, self.factor, amounts, mass, live, self.absorbed, self.payoffs)

        self.workers.share(work, len(next_mass), len(arrivals.source) * self.grid.row, beside)
        self.mass, self.live = next_mass, next_live

    def _meet(self, layer: Layer) -> None:
        """Take out what meets a milestone in a layer."""
        if self.is_plain:
            plain_meet_milestones(layer.milestone_holds, self.after, self.mass, self.hits)
        else:
            meet_milestones(layer.milestone_holds, self.after, self.mass, self.live, self.hits)

    def finish(self) -> Sweep:
        """Pay what is open at the horizon."""
        open_mass = self.mass[:, self.measures[1:]]
        if self.game.continues:
            worth = np.einsum("xpk,xpk->p", open_mass, self.backward.horizon_values)
        else:
            worth = np.einsum("xp,xp->p", open_mass.sum(axis=2), self.game.unresolved_payoff)
        payoffs = self.payoffs + self.factor * worth
        return Sweep(self.absorbed_by, self.open_by, self.beliefs_by, self.milestones_by, payoffs)


@kernel
def open_at(mass, beliefs, open_mass, mean_beliefs):
    """Public mass of every state, and the public beliefs averaged over it.

    Args:
        mass: Of layer 0; shape (state, channel, row).
        beliefs: The belief of each axis at every point; shape (2, row).
        open_mass: Shape (state,); written.
        mean_beliefs: Shape (axis,); written unless nothing is open.
    """
    total = 0.0
    for x in range(mass.shape[0]):
        here = 0.0
        for k in range(mass.shape[2]):
            here += mass[x, 0, k]
        open_mass[x] = here
        total += here
    if total <= 1e-12:
        return
    for axis in range(mean_beliefs.shape[0]):
        mean = 0.0
        for x in range(mass.shape[0]):
            if open_mass[x] != 0.0:
                for k in range(mass.shape[2]):
                    mean += beliefs[axis, k] * mass[x, 0, k]
        mean_beliefs[axis] = mean / total


@kernel
def end_period(mass, measures, flow, factor, discounts, absorbed, absorbed_by, payoffs):
    """Pay the flow of a period, discount what comes later, and note what has ended.

    Args:
        mass: Of layer 0 of the next period; shape (state, channel, row).
        measures: Channel of the public measure and of every plane; shape (1 + plane,).
        flow: Shape (state, plane).
        factor: Discount factor of each plane to the start; shape (plane,); multiplied by the discount.
        discounts: Shape (plane,).
        absorbed: Shape (terminal, channel).
        absorbed_by: Shape (terminal, measure); written.
        payoffs: Shape (plane,); added to.
    """
    for p in range(payoffs.shape[0]):
        c = measures[1 + p]
        paid = 0.0
        for x in range(mass.shape[0]):
            if flow[x, p] != 0.0:
                here = 0.0
                for k in range(mass.shape[2]):
                    here += mass[x, c, k]
                paid += flow[x, p] * here
        payoffs[p] += factor[p] * paid
        factor[p] *= discounts[p]
    for terminal in range(absorbed.shape[0]):
        for k in range(measures.shape[0]):
            absorbed_by[terminal, k] = absorbed[terminal, measures[k]]
