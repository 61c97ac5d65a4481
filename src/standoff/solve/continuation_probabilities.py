"""Continuation probabilities: of any outcome or milestone, from any state and belief at any moment of a solved game.

A target T is the probability of an outcome or a milestone by a date (`standoff.solve.target.Target`). Under the public
measure, with sbar(a) = (1-b) s_1(a) + b s_2(a) and the posterior b'(a) of the mover,

    U(x, b) = q sum_a sbar(a) sum_y p(y|a) U(y, b'(a)) + (1-q) U(skip, b),      U(terminal) = 1 if it counts, else 0,

and U is 1 where a milestone is met on arrival. It is the contribution of a unit of mass of the forward pass, so at the start
it equals the forecast to rounding error. It is found by the same linear sweep as for gradients (`adjoint.linear`) and held at
the belief points; between them it is interpolated.

Only the components at the start of every period are kept; those inside a period are computed again from its end when asked
for. The values V of the players travel in the same sweep, so strategies at any belief (`standoff.solve.sample.find_strategy`)
do not need an equilibrium that kept the values of all its periods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import Epoch, Game, Layer
from standoff.solve.adjoint.linear import Components, evaluate_layer, evaluate_on_arrival
from standoff.solve.adjoint.simultaneous import evaluate_joint_layer
from standoff.solve.result import Equilibrium
from standoff.solve.target import Channels, Target, check_target

__all__ = ["ContinuationProbabilities", "add_met_on_arrival"]

Floats = NDArray[np.float64]
NOTHING: Mapping[int, int] = {}


def add_met_on_arrival(game: Game, layer: Layer, state: int, met: frozenset[int]) -> frozenset[int]:
    """Add the milestones that are met on arrival in a state to those met before.

    A milestone that must come after another one can be met only in a later state, as in the forward pass.
    """
    holding = np.flatnonzero(layer.milestone_holds[state]).tolist()
    fresh = [m for m in holding if m not in met and (game.milestones[m].after < 0 or game.milestones[m].after in met)]
    return met | frozenset(fresh) if fresh else met


@dataclass(frozen=True)
class _Question:
    """The components that make up one probability, one for each channel.

    Attributes:
        first: Index of its first component among those of all probabilities.
        last: Last period that counts.
        constant: Number that is added to its component.
        terminal_value: Contribution of mass that ends to each of its components; shape (terminal, component).
        milestones: The milestones to be met one after the other, the last of which is asked for; none for an outcome.
    """

    first: int
    last: int
    constant: float
    terminal_value: Floats
    milestones: tuple[int, ...] = ()

    def list_unmet(self, met: Mapping[int, int]) -> list[int]:
        """List the channels whose milestones have not been met in time."""
        return [c for c, m in enumerate(self.milestones) if met.get(m, self.last + 1) > self.last]


class ContinuationProbabilities:
    """Probabilities from everywhere in a solved game: of targets, then of sets of terminals.

    Attributes:
        equilibrium: The solved game.
        targets: Outcomes and milestones by a date.
        ends: Sets of terminals; the probability of each is that of ending in one of them by the horizon.
    """

    def __init__(
        self, equilibrium: Equilibrium, targets: Sequence[Target], *, ends: Sequence[frozenset[int]] = ()
    ) -> None:
        """Sweep backward through all periods.

        Args:
            equilibrium: A solved game; its values need not have been kept.
            targets: Outcomes and milestones by a date; may be empty where only values are needed.
            ends: Sets of terminals.

        Raises:
            InputError: A target is not an outcome or milestone of the game, or not within its periods.
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
        hit_value: list[float] = []
        for target in targets:
            channels = Channels(game, target)
            first = len(after)
            after += [first + int(c) if c >= 0 else -1 for c in channels.after] if channels.milestones else [-1]
            hit_value += channels.hit_value.tolist() if channels.milestones else [0.0]
            last = (target.periods or game.num_periods) - 1
            self._questions.append(
                _Question(first, last, channels.constant, channels.terminal_value, tuple(channels.milestones))
            )
        for end in ends:
            terminal_value = np.isin(np.arange(len(game.terminals.outcome)), list(end)).astype(np.float64)[:, None]
            self._questions.append(_Question(len(after), game.num_periods - 1, 0.0, terminal_value))
            after.append(-1)
            hit_value.append(0.0)
        self._after = np.array(after, dtype=np.int64)
        self._hit_value = np.array(hit_value)
        counts = [question.terminal_value.shape[1] for question in self._questions]
        self._last = np.repeat([question.last for question in self._questions], counts).astype(int)
        self._milestone = np.array([m for question in self._questions for m in question.milestones or (-1,)], dtype=int)
        terminals = np.zeros((len(game.terminals.outcome), 0))
        self._terminal_value = np.concatenate(
            [terminals, *(question.terminal_value for question in self._questions)], axis=1
        )
        self._recent: dict[int, tuple[Floats, ...]] = {}
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
        """Find the public probabilities of the targets and ends where a layer is entered.

        Args:
            period: Period, up to the number of periods (the horizon, with layer 0).
            layer_index: Layer that is entered.
            state: State of that layer; -(terminal + 1) where the crisis ended in the layer before.
            beliefs: Public belief about each player with two types.
            met: The milestones that were met before this state was entered, each with its period. A milestone met on arrival in
                the first layer of a period counts as met in the period before.

        Returns:
            Shape (target + end,), each in [0, 1].
        """
        if state < 0:
            return self._find_ended(period if layer_index else period - 1, -state - 1, met)
        components = self._starts[period][state] if layer_index == 0 else self.layers(period)[layer_index][state]
        found = components[self._planes :, : self._grid.num_points] @ self._grid.interpolate(beliefs)
        return np.clip([_read(question, found, met) for question in self._questions], 0.0, 1.0)

    def over(self, period: int, mass: Floats) -> Floats:
        """Add up the targets and ends over a distribution of states and beliefs at the start of a period.

        Args:
            period: Period, up to the number of periods.
            mass: Mass at belief points of a crisis that is open; shape (state of layer 0, 1 + milestone, point). Channel 0 holds
                all of it, channel 1 + m the mass that has not met milestone m but has met the one that must come before.

        Returns:
            Shape (target + end,). For a milestone this is the mass that will still meet it in time; mass that has met it is
            not counted.
        """
        components, points = self._starts[period], self._grid.num_points
        found = []
        for question in self._questions:
            pairs = [(m + 1, question.first + c) for c, m in enumerate(question.milestones)] or [(0, question.first)]
            total = question.constant * float(mass[:, 0, :points].sum())
            for channel, row in pairs:
                total += float(np.sum(mass[:, channel, :points] * components[:, self._planes + row, :points]))
            found.append(total)
        return np.array(found)

    def values(self, period: int) -> tuple[Floats, ...]:
        """Find V of every layer of a period and of its end, as in `Equilibrium.values`; shape (state, plane, point) each."""
        return tuple(np.ascontiguousarray(components[:, : self._planes]) for components in self.layers(period))

    def layers(self, period: int) -> tuple[Floats, ...]:
        """Find the components where each layer of a period is entered, and at its end; the last two periods are kept."""
        if period not in self._recent:
            while len(self._recent) > 1:
                del self._recent[next(iter(self._recent))]
            self._recent[period] = self._evaluate_inside(period, self._starts[period + 1])
        return self._recent[period]

    def _find_ended(self, period: int, terminal: int, met: Mapping[int, int]) -> Floats:
        """Find the probabilities, 0 or 1, where the crisis ended at a terminal in some period."""
        found = []
        for question in self._questions:
            if question.milestones:
                found.append(float(not question.list_unmet(met)))
            else:
                counts = period <= question.last
                found.append(question.constant + (float(question.terminal_value[terminal, 0]) if counts else 0.0))
        return np.array(found)

    def _find_epoch(self, period: int) -> Epoch:
        return self._game.find_epoch(min(period, self._game.num_periods - 1))

    def _meet(self, layer: Layer, last_period: int, components: Floats) -> None:
        """Count milestones that are met on arrival in a layer, where `last_period` counts for their target."""
        due = (self._milestone >= 0) & (last_period <= self._last)
        if due.any():
            holds = np.zeros((layer.num_states, len(due)), dtype=np.bool_)
            holds[:, due] = layer.milestone_holds[:, self._milestone[due]]
            evaluate_on_arrival(holds, self._after, self._planes, self._hit_value, components)

    def _sweep(self) -> list[Floats]:
        """Find the components where every period is entered, and at the horizon."""
        game, points = self._game, self._grid.num_points
        components = np.zeros((game.num_states[0], self._planes + len(self._after), self._grid.padded))
        if game.continues:
            components[:, : self._planes, :points] = self.equilibrium.horizon_values[:, :, :points]
        else:
            components[:, : self._planes, :points] = game.unresolved_payoff[:, :, None]
        starts = [components]
        for period in range(game.num_periods, -1, -1):
            self._meet(self._find_epoch(max(period - 1, 0)).layers[0], period - 1, starts[0])
            if period > 0:
                starts.insert(0, self._evaluate_inside(period - 1, starts[0])[0].copy())
        return starts

    def _evaluate_inside(self, period: int, following: Floats) -> tuple[Floats, ...]:
        """Find the components of every layer of a period, as it is entered, and of its end, from those that follow."""
        game, grid = self._game, self._grid
        epoch = self._find_epoch(period)
        points = grid.num_points
        end = following.copy()
        end[:, : self._planes] *= self._discounts[:, None]
        end[:, : self._planes, :points] += epoch.flow[:, :, None]
        terminals = np.zeros((len(game.terminals.outcome), self._planes + len(self._after), grid.padded))
        terminals[:, : self._planes] = grid.terminal_values
        terminals[:, self._planes :, :points] = (self._terminal_value * (period <= self._last))[:, :, None]
        layers = [end]
        for s in range(len(epoch.layers) - 1, -1, -1):
            layer = epoch.layers[s]
            out = np.empty((layer.num_states, end.shape[1], grid.padded))
            arrays, strategies = self.equilibrium.layer_arrays(period, s), self.equilibrium.strategies[period][s]
            after = Components(self._planes, terminals, layers[0])
            if layer.second is not None:
                second = self.equilibrium.second_strategies[period][s]
                evaluate_joint_layer(arrays, grid.arrays, strategies, second, after, out)
            else:
                evaluate_layer(layer.is_chance, arrays, grid.arrays, strategies, after, out)
            if s > 0:
                self._meet(layer, period, out)
            layers.insert(0, out)
        return tuple(layers)


def _read(question: _Question, found: Floats, met: Mapping[int, int]) -> float:
    """Read one probability from the components."""
    unmet = question.list_unmet(met)
    if question.milestones and not unmet:
        return 1.0
    return question.constant + float(found[question.first + (unmet[0] if unmet else 0)])
