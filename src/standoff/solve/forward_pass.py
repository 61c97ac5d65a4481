"""The forward pass: probability mass from the start to the horizon, layer by layer and period by period.

A layer moves its mass to the next (`kernels.forward`, `kernels.forward_complete` under complete information). After each move
the mass that meets a milestone leaves the milestone's channel; after each period the pass notes what has ended, what is still
open and what was paid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Epoch, Game, Layer
from standoff.solve.kernels import forward_complete
from standoff.solve.kernels.arrays import BeliefGrid, KernelLayer, pack_layer
from standoff.solve.kernels.arrivals import Arrivals, sort_by_target
from standoff.solve.kernels.forward import (
    Destination,
    Mass,
    Valuation,
    chance_forward,
    decision_forward,
    joint_forward,
)
from standoff.solve.kernels.mass import join, meet_milestones
from standoff.solve.kernels.simultaneous_layer import simultaneous_amounts
from standoff.solve.kernels.vectors import kernel
from standoff.solve.result import ForwardResult
from standoff.solve.workers import Workers

if TYPE_CHECKING:
    from standoff.solve.backward_pass import Backward

__all__ = ["ForwardPass", "begin_forward_pass", "forward_pass"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Progress = Callable[[float], None]

PARTS = 4
"""Parts of a large layer."""
LARGE = 30_000
"""Numbers in a layer above which it is cut into parts."""


def forward_pass(
    game: Game, grid: BeliefGrid, backward: Backward, workers: Workers, progress: Progress | None
) -> ForwardResult:
    """Move probability from the start to the horizon by the strategies of the backward pass."""
    moving = begin_forward_pass(game, grid, backward, workers)
    for period in range(game.num_periods):
        moving.move_period(period)
        if progress is not None:
            progress(0.8 + 0.2 * (period + 1) / game.num_periods)
    return moving.finish()


def begin_forward_pass(game: Game, grid: BeliefGrid, backward: Backward, workers: Workers) -> ForwardPass:
    """Put the mass of a game at its start."""
    kind = _PrivateTypes if game.belief_players else _CompleteInformation
    return kind(game, grid, backward, workers)


class ForwardPass:
    """A forward pass under way; how mass moves through a layer depends on whether the game has private types.

    Attributes:
        mass: Mass in the layer that has been reached; shape (state, channel, point).
        measures: Channel of the public measure and of every plane; shape (1 + plane,).
    """

    def __init__(
        self, game: Game, grid: BeliefGrid, backward: Backward, workers: Workers, *, channel_of_plane: Ints
    ) -> None:
        self.game = game
        self.grid = grid
        self.backward = backward
        self.workers = workers
        num_planes, num_milestones, num_terminals = len(game.planes), len(game.milestones), len(game.terminals.outcome)
        self.measures = np.concatenate([np.zeros(1, dtype=np.int64), channel_of_plane])
        self.first_plane = 1 + num_milestones
        self.num_channels = max(self.first_plane, int(self.measures.max()) + 1)
        self.discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self.after = np.array([milestone.after for milestone in game.milestones], dtype=np.int64)

        self.absorbed = np.zeros((num_terminals, self.num_channels))
        self.hits = np.zeros(num_milestones)
        self.payoffs = np.zeros(num_planes)
        self.factor = np.ones(num_planes)
        self.absorbed_by = np.zeros((game.num_periods, num_terminals, 1 + num_planes))
        self.milestones_by = np.zeros((game.num_periods, num_milestones))
        self.open_by = np.zeros((game.num_periods + 1, game.num_states[0]))
        self.beliefs_by = np.full((game.num_periods + 1, len(game.belief_players)), np.nan)

        self.turn = 0
        self.epoch: Epoch | None = None
        self.layers: list[KernelLayer] = []
        self.mass = np.zeros((game.num_states[0], self.num_channels, grid.padded))
        self.mass[game.start] = grid.start_weights
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                self.mass[game.start, 1 + m] = 0.0

    def begin(self) -> None:
        """Record the mass before the first period."""
        average_open(self.mass, self.grid.beliefs, self.open_by[0], self.beliefs_by[0])
        self.meet(self.game.epochs[0].layers[0])

    def enter(self, epoch: Epoch) -> None:
        """Take the arrays of an epoch."""
        self.epoch = epoch
        self.layers = [pack_layer(layer) for layer in epoch.layers]

    def allocate_amounts(self, layer: Layer) -> Floats:
        """Allocate the mass that takes each action of a layer."""
        return np.zeros((0 if layer.is_chance else layer.num_actions, self.num_channels, self.grid.padded))

    def move(self, period: int, s: int, layer: Layer) -> None:
        """Move the mass of a layer to the next."""
        raise NotImplementedError

    def meet(self, layer: Layer) -> None:
        """Remove the mass that meets a milestone in a layer from the milestone's channel."""
        raise NotImplementedError

    def step(self, period: int, s: int) -> None:
        """Move all mass through one layer of a period."""
        epoch = self.game.find_epoch(period)
        if epoch is not self.epoch:
            self.enter(epoch)
        self.turn = 1 - self.turn
        self.move(period, s, epoch.layers[s])
        self.meet(epoch.layers[(s + 1) % len(epoch.layers)])

    def move_period(self, period: int) -> None:
        """Move all mass through one period, and record the result."""
        for s in range(self.game.num_layers):
            self.step(period, s)
        epoch = self.game.find_epoch(period)
        pay_flow(self.mass, self.measures, epoch.flow, self.factor, self.payoffs)
        self.factor *= self.discounts
        self.absorbed_by[period] = self.absorbed[:, self.measures]
        self.milestones_by[period] = self.hits
        average_open(self.mass, self.grid.beliefs, self.open_by[period + 1], self.beliefs_by[period + 1])

    def split_jointly(self, period: int, s: int, layer: Layer, amounts: Floats) -> None:
        """Find the mass that takes every joint action of a layer in which two players move at the same time."""

        def work(first: int, last: int) -> None:
            simultaneous_amounts(
                first, last, self.first_plane, self.layers[s], self.grid.arrays,
                self.backward.strategies[period][s], self.backward.second_strategies[period][s], self.mass, amounts,
            )  # fmt: skip

        self.workers.share(work, layer.num_states, layer.num_actions * self.grid.padded)

    def finish(self) -> ForwardResult:
        """Pay the mass that is open at the horizon, and give the result."""
        open_mass = self.mass[:, self.measures[1:]]
        if self.game.continues:
            values = np.einsum("xpk,xpk->p", open_mass, self.backward.horizon_values)
        else:
            values = np.einsum("xp,xp->p", open_mass.sum(axis=2), self.game.unresolved_payoff)
        payoffs = self.payoffs + self.factor * values
        no_error = np.zeros(len(self.open_by))  # is estimated later, from a second solve
        return ForwardResult(self.absorbed_by, self.open_by, self.beliefs_by, self.milestones_by, payoffs, no_error)


class _CompleteInformation(ForwardPass):
    """Without private types: every state gathers what arrives in it."""

    def __init__(self, game: Game, grid: BeliefGrid, backward: Backward, workers: Workers) -> None:
        # the measure of every player type is the public one
        channels = np.zeros(len(game.planes), dtype=np.int64)
        super().__init__(game, grid, backward, workers, channel_of_plane=channels)
        self.masses = [[np.zeros((n, self.num_channels, 1)) for _ in range(2)] for n in game.num_states]
        self.arrivals: list[Arrivals] = []
        self.amounts: list[Floats] = []
        self.begin()

    def enter(self, epoch: Epoch) -> None:
        super().enter(epoch)
        sizes = self.game.num_states
        self.arrivals = [
            sort_by_target(layer, num_targets=sizes[(s + 1) % len(sizes)], num_terminals=len(self.absorbed))
            for s, layer in enumerate(epoch.layers)
        ]
        self.amounts = [self.allocate_amounts(layer) for layer in epoch.layers]

    def move(self, period: int, s: int, layer: Layer) -> None:
        mass, arrivals, amounts = self.mass, self.arrivals[s], self.amounts[s]
        next_mass = self.masses[(s + 1) % self.game.num_layers][self.turn]
        if layer.second is not None:
            self.split_jointly(period, s, layer, amounts)
        elif not layer.is_chance:
            strategies = self.backward.strategies[period][s]
            self.workers.share(
                lambda first, last: forward_complete.split_mass(first, last, self.layers[s], strategies, mass, amounts),
                layer.num_states,
                layer.num_actions,
            )
        self.workers.share(
            lambda first, last: forward_complete.gather_mass(first, last, arrivals, amounts, mass, next_mass),
            len(next_mass),
            len(arrivals.source),
            lambda: forward_complete.add_payoffs(
                arrivals, self.layers[s].action_payoff, self.grid.terminal_values, self.factor, amounts, mass, self.absorbed,
                self.payoffs,
            ),
        )  # fmt: skip
        self.mass = next_mass

    def meet(self, layer: Layer) -> None:
        forward_complete.meet_milestones(layer.milestone_holds, self.after, self.mass, self.hits)


class _PrivateTypes(ForwardPass):
    """With private types: every state adds what it sends where it goes, part by part."""

    def __init__(self, game: Game, grid: BeliefGrid, backward: Backward, workers: Workers) -> None:
        channels = 1 + len(game.milestones) + np.arange(len(game.planes), dtype=np.int64)
        super().__init__(game, grid, backward, workers, channel_of_plane=channels)
        self.num_parts = [
            PARTS if layer.num_actions * grid.padded >= LARGE and layer.num_states >= PARTS else 1
            for layer in game.epochs[0].layers
        ]
        # two buffers in turns for the mass of every layer: what stays in the caches is moved fastest
        sizes = [self.num_parts[s - 1] * n * self.num_channels for s, n in enumerate(game.num_states)]
        buffers = [np.empty(max(sizes) * grid.padded) for _ in range(2)]
        self.parts = [
            [_Parts.cut(buffer, (self.num_parts[s - 1], n, self.num_channels, grid.padded)) for buffer in buffers]
            for s, n in enumerate(game.num_states)
        ]
        self.live = np.zeros(self.mass.shape[:2], dtype=np.bool_)
        self.live[game.start] = self.mass[game.start].any(axis=1)
        self.amounts = [
            self.allocate_amounts(layer) if layer.second is not None else np.zeros((0, 0, 0))
            for layer in game.epochs[0].layers
        ]
        self.begin()

    def move(self, period: int, s: int, layer: Layer) -> None:
        arrays, amounts, grid = self.layers[s], self.amounts[s], self.grid
        parts = self.parts[(s + 1) % self.game.num_layers][self.turn]
        parts.part_live[:] = False
        num_parts = self.num_parts[s]
        absorbed = np.zeros((num_parts, *self.absorbed.shape))
        payoffs = np.zeros((num_parts, *self.payoffs.shape))
        valuation = Valuation(self.first_plane, grid.terminal_values, self.factor)
        source = Mass(self.mass, self.live)
        if layer.second is not None:
            self.split_jointly(period, s, layer, amounts)

        def work(first_part: int, last_part: int) -> None:
            for part in range(first_part, last_part):
                first, last = (layer.num_states * k // num_parts for k in (part, part + 1))
                to = Destination(parts.part_mass[part], parts.part_live[part], absorbed[part], payoffs[part])
                if layer.is_chance:
                    chance_forward(first, last, arrays, valuation, source, to)
                elif layer.second is not None:
                    joint_forward(first, last, arrays, amounts, valuation, source, to)
                else:
                    strategies = self.backward.strategies[period][s]
                    decision_forward(first, last, arrays, grid.arrays, strategies, valuation, source, to)

        self.workers.share_parts(work, num_parts)
        self.absorbed += absorbed.sum(axis=0)
        self.payoffs += payoffs.sum(axis=0)
        self.workers.share(
            lambda first, last: join(first, last, parts.part_mass, parts.part_live, parts.live),
            len(parts.live),
            parts.live.size * grid.padded if num_parts > 1 else 0,
        )
        self.mass, self.live = parts.part_mass[0], parts.live

    def meet(self, layer: Layer) -> None:
        meet_milestones(layer.milestone_holds, self.after, self.mass, self.live, self.hits)


class _Parts(NamedTuple):
    """Arrays for the mass that a layer sends.

    Attributes:
        part_mass: What each part of the layer sends, then in the first their sum; shape (part, state, channel, point).
        part_live: Which of each part is not zero; shape (part, state, channel).
        live: Which of the sum is not zero; shape (state, channel).
    """

    part_mass: Floats
    part_live: Bools
    live: Bools

    @staticmethod
    def cut(buffer: Floats, shape: tuple[int, int, int, int]) -> _Parts:
        size = int(np.prod(shape))
        return _Parts(
            buffer[:size].reshape(shape), np.zeros(shape[:3], dtype=np.bool_), np.zeros(shape[1:3], dtype=np.bool_)
        )


@kernel
def average_open(mass, beliefs, open_mass, mean_beliefs):
    """Write the public mass of every state, and the public beliefs averaged over it.

    Args:
        mass: Mass of layer 0; shape (state, channel, point).
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
def pay_flow(mass, measures, flow, factor, payoffs):
    """Pay the flow of a period.

    Args:
        mass: Mass of layer 0 of the next period; shape (state, channel, point).
        measures: Channel of the public measure and of every plane; shape (1 + plane,).
        flow: Shape (state, plane).
        factor: Discount factor of each plane to the start; shape (plane,).
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
