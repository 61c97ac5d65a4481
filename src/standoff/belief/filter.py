"""The exact filter: where the crisis stands, and what the players believe of each other, given what was reported.

The players see every move, so given a history the public belief b is what Bayes' rule makes of the priors, and it is also the
analyst's probability of the types: reports depend on types only through moves. The analyst does not see the history but reports
of it. So the filter carries the weight of histories,

    W_t(x, b) = sum over histories that lead to state x and belief b of P(history) P(reports up to t | history),

which is the forward pass of the solver with every move weighted by the probability of its reports: an action that is event e
leads on with 1 - r_e where it goes unreported, and with r_e P(report | e) where it is what a report tells. What no event
explains is background. Each report tells of one event at most, so within a period the weight is kept apart by the set of
reports that are explained (joint association); at the end of the period the others are set to the background, and the sets are
added up. Silence weighs by the 1 - r_e of all that goes unreported, and by there being no background.

Masses lie at the belief points and move between them by the transpose of interpolation, as in the forward pass
(`standoff.solve.kernels.forward`), so without reports and with nothing reported the filter *is* the forward pass. The sum of W is
P(reports), the **evidence**. Beside the channel of all mass, one for every milestone holds what has not met it yet.

References:
    Baum, L. E. et al. (1970), A maximization technique occurring in the statistical analysis of Markov chains, section 2.
    Bar-Shalom, Y. and Fortmann, T. E. (1988), Tracking and Data Association.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standoff.belief.likelihood import ReportingModel, Weights
from standoff.belief.reportable import NOT_REPORTED, Reportables
from standoff.errors import InputError, Problem
from standoff.game.model import Epoch, Layer
from standoff.solve.kernels import forward_complete
from standoff.solve.kernels.arrays import LayerArrays
from standoff.solve.kernels.forward import (
    Destination,
    Mass,
    Valuation,
    chance_forward,
    decision_forward,
    joint_forward,
    meet_milestones,
)  # fmt: skip
from standoff.solve.kernels.simultaneous_layer import simultaneous_amounts
from standoff.solve.result import Equilibrium

__all__ = ["LARGEST_ASSOCIATION", "SMALLEST_RATIO", "Filter", "Filtered", "Slice"]

Floats = NDArray[np.float64]

LARGEST_ASSOCIATION = 8
"""Reports of one period that may tell of events of the model; each doubles the sets that are kept apart."""
SMALLEST_RATIO = 1e-3
"""A report that no event makes more than so many times as likely as the background does is taken to be background."""


@dataclass(frozen=True)
class Slice:
    """What was reported in one period.

    Attributes:
        reports: The likelihood of every report.
        elapsed: Share of the period that has passed, 0..1: what happens later in it cannot have been reported. At 0 nothing of
            the period is known, and it is only predicted.
    """

    reports: tuple[Weights, ...] = ()
    elapsed: float = 1.0


@dataclass(frozen=True)
class Filtered:
    """Where the crisis stands at the start of a period; everything sums to one.

    Attributes:
        period: The period that begins.
        mass: What is open; shape (state of layer 0, 1 + milestone, row). Channel 0 holds all of it, channel 1 + m what has not
            met milestone m but has met the one that must come before.
        ended: What has ended, by terminal and channel; shape (terminal, 1 + milestone).
        log_evidence: Natural logarithm of the probability of all reports so far.
        neglected: Largest ratio to the background that was neglected, summed over the reports concerned.
    """

    period: int
    mass: Floats
    ended: Floats
    log_evidence: float
    neglected: float = 0.0

    def without_milestones(self) -> Filtered:
        """The same with channel 0 alone, from which the evidence can be carried on at a fraction of the work."""
        return replace(self, mass=np.ascontiguousarray(self.mass[:, :1]), ended=np.ascontiguousarray(self.ended[:, :1]))


class Filter:
    """The filter of a solved game.

    Attributes:
        equilibrium: The solved game.
        reportables: What could be reported.
        model: How it is reported.
        period_days: Length of a period in days.
        rates: Probability that each event is reported; shape (event,).
    """

    def __init__(
        self, equilibrium: Equilibrium, reportables: Reportables, model: ReportingModel, *, period_days: float
    ) -> None:
        self.equilibrium, self.reportables, self.model = equilibrium, reportables, model
        self.period_days = period_days
        self._game = equilibrium.game
        self._after = np.array([milestone.after for milestone in self._game.milestones], dtype=np.int64)
        self.rates = np.array([model.rate_of(event) for event in reportables.events])
        self._nothing = np.zeros(0)

    def start(self) -> Filtered:
        """Where the crisis stands at its start."""
        game, grid = self._game, self.equilibrium.grid
        mass = np.zeros((game.num_states[0], 1 + len(game.milestones), grid.padded))
        mass[game.start] = grid.start_weights
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                mass[game.start, 1 + m] = 0.0
        self._meet(game.epochs[0].layers[0], mass)
        return Filtered(0, mass, np.zeros((len(game.terminals.outcome), mass.shape[1])), 0.0)

    def run(self, before: Filtered, slices: Sequence[Slice]) -> tuple[Filtered, ...]:
        """Go on by a number of periods.

        Args:
            before: Where it stands.
            slices: What was reported in each of the periods that follow.

        Returns:
            Where it stands after each of them, `before` first.

        Raises:
            InputError: Too many reports of one period may tell of events of the model, or the reports are impossible.
        """
        found = [before]
        for one in slices:
            found.append(self._period(found[-1], one))
        return tuple(found)

    def condition(self, filtered: Filtered, states: Floats, *, is_open: bool) -> Filtered:
        """Add what is known of the state.

        Args:
            filtered: Where it stands.
            states: 1 for the states of layer 0 that are possible, 0 for the others; shape (state,).
            is_open: Whether nothing has ended the crisis.

        Raises:
            InputError: Nothing is left.
        """
        mass = filtered.mass * states[:, None, None]
        ended = filtered.ended * (0.0 if is_open else 1.0)
        return _normalised(filtered.period, mass, ended, filtered.log_evidence, filtered.neglected)

    def association(self, reports: Sequence[Weights], elapsed: float) -> tuple[list[int], float]:
        """The reports of a period that may tell of an event, and the sum of the ratios of those that are taken not to.

        Args:
            reports: Likelihood of each.
            elapsed: Share of the period that has passed.
        """
        chosen, neglected = [], 0.0
        for r, one in enumerate(reports):
            background = one.background * self.expected_background(elapsed)
            best = float(np.max(self.rates * one.by_event, initial=0.0)) * elapsed
            if best <= 0.0:
                continue
            ratio = best / background if background > 0.0 else math.inf
            if ratio >= SMALLEST_RATIO:
                chosen.append(r)
            else:
                neglected += ratio
        return chosen, neglected

    def tellings(self, before: Filtered, report: Weights, elapsed: float) -> Floats:
        """Weight with which a report, alone in the next period, would tell of each event, what follows left out.

        Args:
            before: Where it stands.
            report: Likelihood of the report.
            elapsed: Share of the period that has passed.

        Returns:
            Shape (event,).
        """
        epoch = self._game.epoch_of(before.period)
        shape = (len(self._game.terminals.outcome), 1)
        found = np.zeros(len(self.rates))
        mass = np.ascontiguousarray(before.mass[:, :1])
        for s in range(len(epoch.layers)):
            size = epoch.layers[(s + 1) % len(epoch.layers)].num_states
            following = np.zeros((size, *mass.shape[1:]))
            for event in range(len(found)):
                only = np.where(np.arange(len(found)) == event, report.by_event, 0.0)
                factor = self._factors(epoch, s, [Weights(only, 0.0)], elapsed).get(1)
                if factor is not None:
                    told, ended = np.zeros_like(following), np.zeros(shape)
                    self._move(before.period, s, factor, True, mass=mass, next_mass=told, absorbed=ended)
                    found[event] += told.sum() + ended.sum()
            silent = self._factors(epoch, s, [], elapsed)[0]
            self._move(before.period, s, silent, False, mass=mass, next_mass=following, absorbed=np.zeros(shape))
            mass = following
        return found

    def expected_background(self, elapsed: float) -> float:
        """Expected number of background reports in a period of which a share has passed."""
        return self.model.background_per_week * self.period_days / 7.0 * elapsed

    def _period(self, before: Filtered, reported: Slice) -> Filtered:
        """One period on."""
        period = before.period
        expected = self.expected_background(reported.elapsed)
        told, neglected = self.association(reported.reports, reported.elapsed)
        if len(told) > LARGEST_ASSOCIATION:
            message = (
                f"{len(told)} reports of period {period + 1} may tell of events of the model; "
                f"at most {LARGEST_ASSOCIATION} can be weighed against each other"
            )
            advice = "merge reports of one event by a cluster, drop some, or say what they stand for"
            raise InputError(Problem("too-many-reports", message, help=advice))
        unexplained = [expected * reported.reports[r].background for r in told]
        sure = [expected * one.background for r, one in enumerate(reported.reports) if r not in told]
        epoch = self._game.epoch_of(period)
        shape = (len(self._game.terminals.outcome), before.mass.shape[1])
        weights: dict[int, Floats] = {0: before.mass}
        ended: dict[int, Floats] = {0: before.ended.copy()}
        for s in range(len(epoch.layers)):
            factors = self._factors(epoch, s, [reported.reports[r] for r in told], reported.elapsed)
            arrived = epoch.layers[(s + 1) % len(epoch.layers)]
            following: dict[int, Floats] = {}
            for told_of, mass in weights.items():
                for explained, factor in factors.items():
                    if told_of & explained:
                        continue
                    key = told_of | explained
                    if key not in following:
                        following[key] = np.zeros((arrived.num_states, *mass.shape[1:]))
                    absorbed = ended.setdefault(key, np.zeros(shape))
                    self._move(period, s, factor, explained > 0, mass=mass, next_mass=following[key], absorbed=absorbed)
            weights = {key: mass for key, mass in following.items() if mass[:, 0].any()}
            for mass in weights.values():
                self._meet(arrived, mass)
        total, total_ended = np.zeros_like(before.mass), np.zeros(shape)
        for key in {**weights, **ended}:
            left = math.prod(share for r, share in enumerate(unexplained) if not key >> r & 1)
            if key in weights:
                total += left * weights[key]
            total_ended += left * ended.get(key, np.zeros(shape))
        scale = math.prod(sure) * math.exp(-expected)
        neglected += before.neglected
        return _normalised(period + 1, total * scale, total_ended * scale, before.log_evidence, neglected)

    def _factors(self, epoch: Epoch, layer_index: int, reports: Sequence[Weights], elapsed: float) -> dict[int, Floats]:
        """Set of reports -> probability that an action is reported by exactly these; shape (action,) each."""
        kinds = self.reportables.of_action[_number_of(self._game.epochs, epoch)][layer_index]
        rate = np.where(kinds == NOT_REPORTED, 0.0, self.rates[kinds] if len(self.rates) else 0.0) * elapsed
        silent = 1.0 - rate
        found = {0: silent[:, 0] * silent[:, 1]}
        if not rate.any():
            return found
        by_report = [np.where(kinds == NOT_REPORTED, 0.0, one.by_event[kinds]) * rate for one in reports]
        for r, one in enumerate(by_report):
            told = one[:, 0] * silent[:, 1] + silent[:, 0] * one[:, 1]
            if told.any():
                found[1 << r] = told
        for (r, one), (q, other) in itertools.combinations(enumerate(by_report), 2):
            told = one[:, 0] * other[:, 1] + other[:, 0] * one[:, 1]
            if told.any():
                found[1 << r | 1 << q] = told
        return found

    def _move(
        self,
        period: int,
        layer_index: int,
        factor: Floats,
        has_come_up: bool,
        *,
        mass: Floats,
        next_mass: Floats,
        absorbed: Floats,
    ) -> None:
        """Carry mass through a layer, every action weighted; where something is told, the layer has come up."""
        epoch = self._game.epoch_of(period)
        layer, moves, grid = (
            epoch.layers[layer_index],
            self.equilibrium.layer_arrays(period, layer_index),
            self.equilibrium.grid,
        )
        if has_come_up:
            comes_up = layer.arrival > 0.0 if layer.is_chance else (layer.arrival > 0.0) & (layer.mover >= 0)
            mass = np.where(comes_up[:, None, None], mass, 0.0)
            states = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
            moves = _weighted(moves, factor * layer.arrival[states])._replace(arrival=comes_up.astype(np.float64))
        else:
            moves = _weighted(moves, factor)
        if grid.num_points == 1:
            self._move_plainly(period, layer_index, moves, mass, next_mass, absorbed)
            return
        channels = mass.shape[1]
        none = self._nothing
        last = layer.num_states
        valuation = Valuation(channels, grid.terminal_values, none)  # no channel belongs to a player type
        source = Mass(mass, np.asarray(mass.any(axis=2)))
        to = Destination(next_mass, np.asarray(next_mass.any(axis=2)), absorbed, none)
        strategies = self.equilibrium.strategies[period][layer_index]
        if layer.is_chance:
            chance_forward(0, last, moves, valuation, source, to)
        elif layer.second is not None:
            amounts = np.zeros((layer.num_actions, channels, mass.shape[2]))
            second = self.equilibrium.second_strategies[period][layer_index]
            simultaneous_amounts(0, last, channels, moves, grid.arrays, strategies, second, mass, amounts)
            joint_forward(0, last, moves, amounts, valuation, source, to)
        else:
            decision_forward(0, last, moves, grid.arrays, strategies, valuation, source, to)

    def _move_plainly(
        self, period: int, layer_index: int, moves: LayerArrays, mass: Floats, next_mass: Floats, absorbed: Floats
    ) -> None:
        """As `_move` in a game without private types, whose mass has no belief points."""
        layer = self._game.epoch_of(period).layers[layer_index]
        comes_up = moves.arrival if layer.is_chance else np.where(layer.mover >= 0, moves.arrival, 0.0)
        np.add.at(next_mass, moves.skip, (1.0 - comes_up)[:, None, None] * mass)
        states = np.repeat(np.arange(layer.num_states), np.diff(moves.action_start))
        share = comes_up[states]
        if not layer.is_chance:
            share = share * self.equilibrium.strategies[period][layer_index][:, 0, 0]
        if layer.second is not None:
            second = self.equilibrium.second_strategies[period][layer_index][:, 0, 0]
            share = share * np.where(layer.second.mover[states] >= 0, second, 1.0)
        actions = np.repeat(np.arange(layer.num_actions), np.diff(moves.branch_start))
        sent = (mass[states] * share[:, None, None])[actions] * moves.probability[:, None, None]
        ends = moves.target < 0
        np.add.at(next_mass, moves.target[~ends], sent[~ends])
        np.add.at(absorbed, -moves.target[ends] - 1, sent[ends].sum(axis=2))

    def _meet(self, layer: Layer, mass: Floats) -> None:
        """Take what meets a milestone on arrival out of its channel."""
        count = len(self._game.milestones)
        if count and mass.shape[1] > 1 and self.equilibrium.grid.num_points == 1:
            forward_complete.meet_milestones(layer.milestone_holds, self._after, mass, np.zeros(count))
        elif count and mass.shape[1] > 1:
            meet_milestones(layer.milestone_holds, self._after, mass, mass.any(axis=2), np.zeros(count))


def _normalised(period: int, mass: Floats, ended: Floats, log_evidence: float, neglected: float) -> Filtered:
    """Scale everything so that it sums to one."""
    total = float(mass[:, 0].sum() + ended[:, 0].sum())
    if not total > 0.0:
        message = f"what was reported or is known by the end of period {period} is impossible in this scenario"
        advice = "check what the reports stand for and what is said to be known, or raise the background rate"
        raise InputError(Problem("impossible-reports", message, help=advice))
    return Filtered(period, mass / total, ended / total, log_evidence + math.log(total), neglected)


def _weighted(moves: LayerArrays, factor: Floats) -> LayerArrays:
    """The moves with the branches of every action weighted."""
    actions = np.repeat(np.arange(len(factor)), np.diff(moves.branch_start))
    return moves._replace(probability=np.ascontiguousarray(moves.probability * factor[actions]))


def _number_of(epochs: Sequence[Epoch], epoch: Epoch) -> int:
    return next(k for k, one in enumerate(epochs) if one is epoch)
