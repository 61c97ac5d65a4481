"""The numbers of many games of one structure, stacked for a GPU, and how much memory they take.

Games that a scenario's draws make mostly have the same integer arrays: what can happen is the same, only numbers differ. Such
games are stacked: their integer arrays are held once, every array of numbers gets the draw as its last axis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.game.model import Game, Layer
from standoff.solve.arrays import Grid, terminal_values
from standoff.solve.chebyshev import interpolation_weights
from standoff.solve.cuda_device import Sizes
from standoff.solve.result import Settings

__all__ = ["LayerNumbers", "Links", "Stack", "bytes_per_draw", "check_supported", "structure_key"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


def check_supported(game: Game, settings: Settings) -> None:
    """Refuse what the GPU path does not cover.

    Raises:
        InputError: The game or the settings are not covered; all faults at once.
    """
    problems = list(_unsupported(game, settings))
    if problems:
        raise InputError(problems)


def _unsupported(game: Game, settings: Settings) -> Iterator[Problem]:
    instead = "solve on the processor with the executor `Threads`"
    joint = sorted({layer.stage for epoch in game.epochs for layer in epoch.layers if layer.second is not None})
    for stage in joint:
        message = f"two players move at the same time in stage `{stage}`, which the GPU path does not solve"
        yield Problem("gpu-unsupported", message, help=instead)
    if game.continues:
        yield Problem(
            "gpu-unsupported",
            "`period.continues` is `true`, and the GPU path does not solve a crisis that goes on for ever",
            help=instead,
        )
    for name, asked in (
        ("trace_always", settings.trace_always),
        ("start", settings.start is not None),
        ("keep_values", settings.keep_values),
        ("anchor", settings.anchor is not None),
    ):
        if asked:
            value = getattr(settings, name)
            yield Problem("gpu-unsupported", f"the GPU path cannot solve with `{name}={value}`", help=instead)


def structure_key(game: Game) -> str:
    """The same text for games that differ in numbers alone."""
    digest = hashlib.sha256()
    plain = (
        game.num_periods,
        game.start,
        [len(player.player_types) for player in game.players],
        [epoch.start for epoch in game.epochs],
        [milestone.after for milestone in game.milestones],
        game.outcomes,
    )
    digest.update(repr(plain).encode())
    arrays: list[NDArray[Any]] = [game.terminals.outcome]
    for epoch in game.epochs:
        for layer in epoch.layers:
            digest.update(bytes([layer.is_chance]))
            arrays += [layer.mover, layer.skip, layer.action_start, layer.action_allowed, layer.branch_start]
            arrays += [layer.branch_target, layer.milestone_holds]
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Links:
    """The arrays that a layer has in every draw, with those that tell what leads where.

    Attributes:
        mover: Shape (state,). It and the next six are those of `standoff.game.model.Layer`.
        skip: Shape (state,).
        action_start: Shape (state + 1,).
        allowed: Shape (action, type).
        branch_start: Shape (action + 1,).
        target: Shape (branch,).
        holds: Shape (state, milestone).
        state_of: State of each action; shape (action,).
        action_of: Action of each branch; shape (branch,).
        end_start: First entry of each terminal in `end_branch`; shape (terminal + 1,).
        end_branch: Branches that end at each terminal.
        into_start: First entry of each state of the next layer in `into_branch`; shape (next state + 1,).
        into_branch: Branches that lead to each state of the next layer.
        skips_start: First entry of each state of the next layer in `skips_from`; shape (next state + 1,).
        skips_from: States whose `skip` is each state of the next layer.
    """

    mover: Ints
    skip: Ints
    action_start: Ints
    allowed: NDArray[np.bool_]
    branch_start: Ints
    target: Ints
    holds: NDArray[np.bool_]
    state_of: Ints
    action_of: Ints
    end_start: Ints
    end_branch: Ints
    into_start: Ints
    into_branch: Ints
    skips_start: Ints
    skips_from: Ints

    @staticmethod
    def of(layer: Layer, num_next: int, num_terminals: int) -> Links:
        """Those of a layer whose next one has `num_next` states."""
        target = np.ascontiguousarray(layer.branch_target, dtype=np.int32)
        return Links(
            np.ascontiguousarray(layer.mover, dtype=np.int32),
            np.ascontiguousarray(layer.skip, dtype=np.int32),
            np.ascontiguousarray(layer.action_start, dtype=np.int32),
            np.ascontiguousarray(layer.action_allowed, dtype=np.bool_),
            np.ascontiguousarray(layer.branch_start, dtype=np.int32),
            target,
            np.ascontiguousarray(layer.milestone_holds, dtype=np.bool_),
            np.repeat(np.arange(layer.num_states, dtype=np.int32), np.diff(layer.action_start)),
            np.repeat(np.arange(layer.num_actions, dtype=np.int32), np.diff(layer.branch_start)),
            *_grouped(np.where(target < 0, -target - 1, -1), num_terminals),
            *_grouped(target, num_next),
            *_grouped(np.asarray(layer.skip), num_next),
        )


def _grouped(place: NDArray[Any], num_places: int) -> tuple[Ints, Ints]:
    """First entry of each place, and who has it, in order; a place that is none is left out."""
    found = np.flatnonzero((place >= 0) & (place < num_places))
    order = found[np.argsort(place[found], kind="stable")]
    counts = np.bincount(place[found], minlength=num_places)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), order.astype(np.int32)


@dataclass(frozen=True)
class LayerNumbers:
    """The numbers of a layer in every draw.

    Attributes:
        comes_up: Probability that somebody, or nature, moves; shape (state, draw).
        payoff: Shape (action, plane, draw).
        probability: Shape (branch, draw).
    """

    comes_up: Floats
    payoff: Floats
    probability: Floats

    @staticmethod
    def of(layers: Sequence[Layer]) -> LayerNumbers:
        """Those of one layer in every draw."""
        comes_up = np.stack([layer.arrival for layer in layers], axis=-1)
        if not layers[0].is_chance:
            comes_up[layers[0].mover < 0] = 0.0
        return LayerNumbers(
            comes_up,
            np.stack([layer.action_payoff for layer in layers], axis=-1),
            np.stack([layer.branch_probability for layer in layers], axis=-1),
        )


class Stack:
    """Games of one structure at the same belief points.

    Args:
        games: At least one; `structure_key` is the same for all.
        num_points: Belief points on each axis.
        anchor: The belief on each axis that is one of them; None: the prior of the first game.
    """

    def __init__(self, games: Sequence[Game], num_points: int, anchor: tuple[float, ...] | None = None) -> None:
        self.games = tuple(games)
        self.first = games[0]
        self.grid = Grid(self.first, num_points, anchor)
        self.own_points, self.other_points = (
            self.grid.shape
        )  # two axes have as many points, and a single one is the first
        terminals = len(self.first.terminals.outcome)
        sizes = self.first.num_states
        self.links = tuple(
            tuple(Links.of(layer, sizes[(s + 1) % len(sizes)], terminals) for s, layer in enumerate(epoch.layers))
            for epoch in self.first.epochs
        )

    @property
    def num_draws(self) -> int:
        """Games."""
        return len(self.games)

    @property
    def num_points(self) -> int:
        """Belief points, on both axes together."""
        return self.grid.num_points

    @property
    def num_types(self) -> int:
        """Rows of strategies of an action."""
        return 2 if self.first.belief_players else 1

    @property
    def num_channels(self) -> int:
        """Measures that travel together: public, milestones, planes."""
        return self.first_plane + len(self.first.planes)

    @property
    def first_plane(self) -> int:
        """Channel of the first plane."""
        return 1 + len(self.first.milestones)

    @cached_property
    def sizes(self) -> Sizes:
        """What kernels are compiled for."""
        most = max(int(np.diff(layer.action_start).max(initial=1)) for layer in self.layers)
        return Sizes(max(most, 1), len(self.first.planes), self.own_points)

    @property
    def layers(self) -> list[Layer]:
        """All layers of the first game."""
        return [layer for epoch in self.first.epochs for layer in epoch.layers]

    def numbers(self, epoch: int, s: int) -> LayerNumbers:
        """The numbers of a layer."""
        return LayerNumbers.of([game.epochs[epoch].layers[s] for game in self.games])

    def flow(self, epoch: int) -> Floats:
        """Payoff of a period; shape (state of layer 0, plane, draw)."""
        return np.stack([game.epochs[epoch].flow for game in self.games], axis=-1)

    @cached_property
    def unresolved(self) -> Floats:
        """Payoff at the horizon; shape (state of layer 0, plane, draw)."""
        return np.stack([game.unresolved_payoff for game in self.games], axis=-1)

    @cached_property
    def discounts(self) -> Floats:
        """Shape (plane, draw)."""
        return np.array([[game.players[plane.player].discount for game in self.games] for plane in self.first.planes])

    @cached_property
    def rationality(self) -> Floats:
        """Shape (player, draw)."""
        players = range(len(self.first.players))
        return np.array([[game.players[i].rationality for game in self.games] for i in players], dtype=np.float64)

    @cached_property
    def start_weights(self) -> Floats:
        """Interpolation weights of the prior; shape (point, draw)."""
        rows = []
        for game in self.games:
            axes = zip(game.prior_belief, self.grid.shape, self.grid.anchors, strict=False)
            weights = [interpolation_weights(belief, n, anchor) for belief, n, anchor in axes]
            weights += [np.ones(1)] * (2 - len(weights))
            rows.append(np.outer(weights[0], weights[1]).ravel())
        return np.stack(rows, axis=-1)

    def terminal_values(self) -> Floats:
        """Worth of each terminal; shape (terminal, plane, point, draw)."""
        axes = self.grid.sides.axis1[0], self.grid.sides.axis2[0]
        return np.stack([terminal_values(game, *axes)[..., : self.num_points] for game in self.games], axis=-1)


def bytes_per_draw(game: Game, num_points: int) -> int:
    """Device memory that one draw takes at most, the strategies of all periods being by far the largest part."""
    axes = len(game.belief_players)
    row = int(num_points**axes)
    types = 2 if axes else 1
    planes = len(game.planes)
    channels = 1 + len(game.milestones) + planes
    layers = game.epochs[0].layers
    decisions = sum(layer.num_actions for layer in layers if not layer.is_chance)
    most_actions = max(layer.num_actions for layer in layers)
    states = sum(set(game.num_states))
    strategies = game.num_periods * decisions * types * row
    evidence = 2 * decisions * row
    # one layer at a time: action values and coefficients going back, amounts going forward; two rooms for values or masses
    going_back = most_actions * row * (planes + 2) + (2 * states + 2 * game.num_states[0]) * planes * row + states * row
    going_forward = most_actions * channels * (row + 1) + (2 * states + game.num_states[0]) * channels * (row + 1)
    numbers = len(game.epochs) * sum(
        layer.num_states * (1 + planes) + layer.num_actions * planes + len(layer.branch_target) for layer in layers
    )
    ends = len(game.terminals.outcome) * (planes * row + channels)
    return 8 * (strategies + evidence + max(going_back, going_forward) + numbers + ends)
