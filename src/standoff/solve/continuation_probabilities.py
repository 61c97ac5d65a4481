"""The probability that are still to come: from any public state and belief, at any moment of a solved game.

A target T is the probability of an outcome or a milestone by a date (`standoff.solve.target.Target`). Under the public
measure, with sbar(a) = (1-b) s_1(a) + b s_2(a) and the posterior b'(a) of the mover,

    U(x, b) = q sum_a sbar(a) sum_y p(y|a) U(y, b'(a)) + (1-q) U(skip, b),      U(end) = 1 if the end counts, else 0,

and U is 1 where a milestone is met on arrival. It is the worth of a unit of mass of the forward pass, so at the start it is
the forecast to rounding error. It is found by the same linear sweep as for gradients (`standoff.solve.adjoint.linear`) and
held at the belief points; between them it is interpolated, as everything is.

Only the rows at the start of every period are kept; those inside a period are found again from its end when asked for. The
values V of the players travel in the same sweep, so that strategies at any belief (`standoff.solve.sample.layer_strategy`)
need no equilibrium that kept the values of all its periods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Epoch, Game, Layer
from standoff.solve.adjoint.linear import carried_layer, carried_meet
from standoff.solve.adjoint.simultaneous import carried_pair_layer
from standoff.solve.kernels.arrays import second_of
from standoff.solve.kernels.chebyshev import weights_at
from standoff.solve.result import Equilibrium
from standoff.solve.target import Channels, Target, check_target

__all__ = ["ContinuationProbabilities", "met_on_arrival", "probabilities_after"]

Floats = NDArray[np.float64]
NOTHING: Mapping[int, int] = {}


def probabilities_after(
    equilibrium: Equilibrium,
    period: int,
    layer_index: int,
    *,
    state: int,
    beliefs: Sequence[float],
    targets: Sequence[Target],
    met: Mapping[int, int] = NOTHING,
) -> Floats:
    """Public probabilities of targets from one place in the game; for many places make one `ContinuationProbabilities`.

    Args:
        equilibrium: A solved game; its values need not have been kept.
        period: Period, up to the number of periods (the horizon, with layer 0).
        layer_index: Layer that is entered.
        state: State of that layer.
        beliefs: Public belief about each player with two types.
        targets: What is asked for.
        met: The milestones that were met before this state was entered: index -> period in which. What is met on arrival in the
            first layer of a period counts as met in the period before.

    Returns:
        Shape (target,).

    Raises:
        InputError: A target names nothing of the game, or no period of it.
    """
    return ContinuationProbabilities(equilibrium, targets).at(
        period, layer_index, state=state, beliefs=beliefs, met=met
    )


def met_on_arrival(game: Game, layer: Layer, state: int, met: frozenset[int]) -> frozenset[int]:
    """The milestones that are met once a state is entered, those met before among them.

    What is counted after another milestone can be met only in a later state, as in the forward pass.
    """
    holding = np.flatnonzero(layer.milestone_holds[state]).tolist()
    fresh = [m for m in holding if m not in met and (game.milestones[m].after < 0 or game.milestones[m].after in met)]
    return met | frozenset(fresh) if fresh else met


@dataclass(frozen=True)
class _Question:
    """What one probability needs of the sweep: its rows, one for each channel, and what they mean.

    Attributes:
        first: Its first row, counted from the first row of all.
        last: Last period that counts.
        constant: What is added to its row.
        worth: What ending adds to each of its rows; shape (terminal, row).
        milestones: The milestones to be met one after the other, the last of which is asked for; none for an end.
    """

    first: int
    last: int
    constant: float
    worth: Floats
    milestones: tuple[int, ...] = ()

    def waiting(self, met: Mapping[int, int]) -> list[int]:
        """The channels whose milestones have not been met in time."""
        return [c for c, m in enumerate(self.milestones) if met.get(m, self.last + 1) > self.last]


class ContinuationProbabilities:
    """Probabilities from everywhere in a solved game: of targets, then of ends.

    Attributes:
        equilibrium: The solved game.
        targets: Outcomes and milestones by a date.
        ends: Sets of terminals; the probability of each are those of ending in one of them by the horizon.
    """

    def __init__(
        self, equilibrium: Equilibrium, targets: Sequence[Target], *, ends: Sequence[frozenset[int]] = ()
    ) -> None:
        """Sweep back through all periods.

        Args:
            equilibrium: A solved game; its values need not have been kept.
            targets: Outcomes and milestones by a date; may be none, where only values are wanted.
            ends: Sets of terminals.

        Raises:
            InputError: A target names nothing of the game, or no period of it.
        """
        game = equilibrium.game
        for target in targets:
            check_target(game, target)
        self.equilibrium = equilibrium
        self.targets = tuple(targets)
        self.ends = tuple(ends)
        self._game = game
        self._grid = equilibrium.grid
        self._planes = len(game.planes)
        self._discounts = np.array([game.players[plane.player].discount for plane in game.planes])
        self._questions: list[_Question] = []
        after: list[int] = []
        hit_worth: list[float] = []
        for target in targets:
            channels = Channels(game, target)
            first = len(after)
            after += [first + int(c) if c >= 0 else -1 for c in channels.after] if channels.milestones else [-1]
            hit_worth += channels.hit_worth.tolist() if channels.milestones else [0.0]
            last = (target.periods or game.num_periods) - 1
            self._questions.append(
                _Question(first, last, channels.constant, channels.terminal_worth, tuple(channels.milestones))
            )
        for end in ends:
            worth = np.isin(np.arange(len(game.terminals.outcome)), list(end)).astype(np.float64)[:, None]
            self._questions.append(_Question(len(after), game.num_periods - 1, 0.0, worth))
            after.append(-1)
            hit_worth.append(0.0)
        self._after = np.array(after, dtype=np.int64)
        self._hit_worth = np.array(hit_worth)
        counts = [question.worth.shape[1] for question in self._questions]
        self._last = np.repeat([question.last for question in self._questions], counts).astype(int)
        self._milestone = np.array([m for question in self._questions for m in question.milestones or (-1,)], dtype=int)
        terminals = np.zeros((len(game.terminals.outcome), 0))
        self._worth = np.concatenate([terminals, *(question.worth for question in self._questions)], axis=1)
        self._known: dict[int, tuple[Floats, ...]] = {}
        self._starts = self._sweep()

    def at(
        self,
        period: int,
        layer_index: int,
        *,
        state: int,
        beliefs: Sequence[float],
        met: Mapping[int, int] = NOTHING,
    ) -> Floats:
        """Public probabilities of the targets and ends from where a layer is entered.

        Args:
            period: Period, up to the number of periods (the horizon, with layer 0).
            layer_index: Layer that is entered.
            state: State of that layer; -(terminal + 1) where the crisis ended in the layer before.
            beliefs: Public belief about each player with two types.
            met: The milestones that were met before this state was entered: index -> period in which. What is met on arrival
                in the first layer of a period counts as met in the period before.

        Returns:
            Shape (target + end,), each in [0, 1].
        """
        if state < 0:
            return self._ended(period if layer_index else period - 1, -state - 1, met)
        rows = self._starts[period][state] if layer_index == 0 else self.layers(period)[layer_index][state]
        found = rows[self._planes :, : self._grid.num_points] @ self._weights(beliefs)
        return np.clip([_read(question, found, met) for question in self._questions], 0.0, 1.0)

    def over(self, period: int, mass: Floats) -> Floats:
        """What a distribution over the places in which a period may start adds to the targets and ends.

        Args:
            period: Period, up to the number of periods.
            mass: Mass at belief points where nothing has ended; shape (state of layer 0, 1 + milestone, row). Channel 0 holds all
                of it, channel 1 + m what has not met milestone m but has met the one that must come before.

        Returns:
            Shape (target + end,). For a milestone this is the mass that will still meet it in time; what has met it is not
            counted.
        """
        rows, points = self._starts[period], self._grid.num_points
        found = []
        for question in self._questions:
            pairs = [(m + 1, question.first + c) for c, m in enumerate(question.milestones)] or [(0, question.first)]
            total = question.constant * float(mass[:, 0, :points].sum())
            for channel, row in pairs:
                total += float(np.sum(mass[:, channel, :points] * rows[:, self._planes + row, :points]))
            found.append(total)
        return np.array(found)

    def values(self, period: int) -> tuple[Floats, ...]:
        """V of every layer of a period and of its end, as `Equilibrium.values` holds it; shape (state, plane, row) each."""
        return tuple(np.ascontiguousarray(rows[:, : self._planes]) for rows in self.layers(period))

    def layers(self, period: int) -> tuple[Floats, ...]:
        """Rows where each layer of a period is entered, and at its end; the last two periods asked for are kept."""
        if period not in self._known:
            while len(self._known) > 1:
                del self._known[next(iter(self._known))]
            self._known[period] = self._inside(period, self._starts[period + 1])
        return self._known[period]

    def _ended(self, period: int, terminal: int, met: Mapping[int, int]) -> Floats:
        """Probabilities where the crisis ended at a terminal in some period: they are 0 or 1."""
        found = []
        for question in self._questions:
            if question.milestones:
                found.append(float(not question.waiting(met)))
            else:
                counts = period <= question.last
                found.append(question.constant + (float(question.worth[terminal, 0]) if counts else 0.0))
        return np.array(found)

    def _weights(self, beliefs: Sequence[float]) -> Floats:
        first, second = (np.empty(size) for size in self._grid.shape)
        own = [*beliefs, 0.0, 0.0]
        weights_at(own[0], self._grid.sides.axis1, first)
        weights_at(own[1], self._grid.sides.axis2, second)
        return np.multiply.outer(first, second).ravel()

    def _epoch(self, period: int) -> Epoch:
        return self._game.epoch_of(min(period, self._game.num_periods - 1))

    def _meet(self, layer: Layer, last_period: int, rows: Floats) -> None:
        """Count milestones that are met on arrival in a layer, if that is in `last_period` or sooner of its target."""
        due = (self._milestone >= 0) & (last_period <= self._last)
        if due.any():
            holds = np.zeros((layer.num_states, len(due)), dtype=np.bool_)
            holds[:, due] = layer.milestone_holds[:, self._milestone[due]]
            carried_meet(holds, self._after, self._planes, self._hit_worth, rows)

    def _sweep(self) -> list[Floats]:
        """Rows where every period is entered, and at the horizon."""
        game, points = self._game, self._grid.num_points
        rows = np.zeros((game.num_states[0], self._planes + len(self._after), self._grid.row))
        if game.continues:
            rows[:, : self._planes, :points] = self.equilibrium.horizon_values[:, :, :points]
        else:
            rows[:, : self._planes, :points] = game.unresolved_payoff[:, :, None]
        starts = [rows]
        for period in range(game.num_periods, -1, -1):
            self._meet(self._epoch(max(period - 1, 0)).layers[0], period - 1, starts[0])
            if period > 0:
                starts.insert(0, self._inside(period - 1, starts[0])[0].copy())
        return starts

    def _inside(self, period: int, following: Floats) -> tuple[Floats, ...]:
        """Rows of every layer of a period, as it is entered, and of the end of the period; from those that follow."""
        game, grid = self._game, self._grid
        epoch = self._epoch(period)
        points = grid.num_points
        end = following.copy()
        end[:, : self._planes] *= self._discounts[:, None]
        end[:, : self._planes, :points] += epoch.flow[:, :, None]
        terminals = np.zeros((len(game.terminals.outcome), self._planes + len(self._after), grid.row))
        terminals[:, : self._planes] = grid.terminal_values
        terminals[:, self._planes :, :points] = (self._worth * (period <= self._last))[:, :, None]
        layers = [end]
        for s in range(len(epoch.layers) - 1, -1, -1):
            layer = epoch.layers[s]
            out = np.empty((layer.num_states, end.shape[1], grid.row))
            moves, strategies = self.equilibrium.moves(period, s), self.equilibrium.strategies[period][s]
            if layer.second is not None:
                second = self.equilibrium.second_strategies[period][s]
                carried_pair_layer(
                    moves, *second_of(layer), grid.sides, strategies, second, terminals, layers[0], self._planes, out
                )
            else:
                carried_layer(layer.is_chance, moves, grid.sides, strategies, terminals, layers[0], self._planes, out)
            if s > 0:
                self._meet(layer, period, out)
            layers.insert(0, out)
        return tuple(layers)


def _read(question: _Question, found: Floats, met: Mapping[int, int]) -> float:
    """One probability among the rows."""
    waiting = question.waiting(met)
    if question.milestones and not waiting:
        return 1.0
    return question.constant + float(found[question.first + (waiting[0] if waiting else 0)])
