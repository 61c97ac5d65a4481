"""The exact filter: the distribution over states and public beliefs, given the reports.

The players see every move. Given a history, the public belief b follows from the priors by Bayes' rule, and it is also the
analyst's probability of the types, because reports depend on types only through moves. The analyst sees reports of the history
and not the history itself. The filter therefore carries the weight of histories,

    W_t(x, b) = sum over histories that lead to state x and belief b of P(history) P(reports up to t | history),

which is the forward pass of the solver with every move weighted by the probability of its reports. An action that is event e has
the weight 1 - r_e if it is unreported, and r_e P(report | e) if a report is of it. A report that no event explains is
background. Each report is of one event at most, so within a period the weight is kept separately for each set of explained
reports (joint association). At the end of the period the other reports are assigned to the background, and the sets are summed.
A period without reports is also informative: its weight is the product of 1 - r_e over the unreported events and the
probability of no background report.

Masses lie at the belief points and move between them by the transpose of interpolation, as in the forward pass
(`standoff.solve.kernels.forward`). If nothing can be reported, the filter *is* the forward pass. The sum of W is P(reports), the
**marginal likelihood**. Besides the channel of all mass there is one for each milestone, with the mass that has not met it.

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

from standoff.belief.likelihood import ReportingModel, ReportLikelihood
from standoff.belief.reportable import NOT_REPORTED, ReportableEvents
from standoff.errors import InputError, Problem
from standoff.game.model import Epoch, Layer
from standoff.solve.kernels import forward_complete
from standoff.solve.kernels.arrays import KernelLayer
from standoff.solve.kernels.forward import (
    Destination,
    Mass,
    Valuation,
    chance_forward,
    decision_forward,
    joint_forward,
)
from standoff.solve.kernels.mass import meet_milestones
from standoff.solve.kernels.simultaneous_layer import simultaneous_amounts
from standoff.solve.result import Equilibrium

__all__ = ["MOST_REPORTS", "SMALLEST_RATIO", "Filter", "FilterState", "PeriodReports"]

Floats = NDArray[np.float64]

MOST_REPORTS = 8
"""Largest number of reports of one period that may be of events of the model; each doubles the number of sets."""
SMALLEST_RATIO = 1e-3
"""A report is taken to be background if every event gives it less than this multiple of the weight of the background."""


@dataclass(frozen=True)
class PeriodReports:
    """The reports of one period.

    Attributes:
        reports: Likelihood of each report.
        elapsed: Share of the period that has passed, 0..1; later events of the period cannot have been reported. At 0 the
            period is only predicted.
    """

    reports: tuple[ReportLikelihood, ...] = ()
    elapsed: float = 1.0


@dataclass(frozen=True)
class FilterState:
    """The distribution at the start of a period; channel 0 of `mass` and `ended` sums to one.

    Attributes:
        period: The period that begins.
        mass: Mass of the open crisis; shape (state of layer 0, 1 + milestone, row). Channel 0 holds all of it; channel 1 + m
            holds the mass that has not met milestone m but has met the milestone that must come before it.
        ended: Mass of the crisis that has ended, by terminal and channel; shape (terminal, 1 + milestone).
        log_likelihood: Natural logarithm of the marginal likelihood of all reports so far.
        neglected: Largest neglected ratio to the background, summed over the reports treated as background.
    """

    period: int
    mass: Floats
    ended: Floats
    log_likelihood: float
    neglected: float = 0.0

    def drop_milestones(self) -> FilterState:
        """Return the distribution with channel 0 alone, from which the marginal likelihood is cheaper to continue."""
        return replace(self, mass=np.ascontiguousarray(self.mass[:, :1]), ended=np.ascontiguousarray(self.ended[:, :1]))


class Filter:
    """The filter of a solved game.

    Attributes:
        equilibrium: Equilibrium of the game.
        reportables: Events that could be reported.
        model: Model of how events become reports.
        period_days: Length of a period in days.
        rates: Probability that each event is reported; shape (event,).
    """

    def __init__(
        self, equilibrium: Equilibrium, reportables: ReportableEvents, model: ReportingModel, *, period_days: float
    ) -> None:
        self.equilibrium, self.reportables, self.model = equilibrium, reportables, model
        self.period_days = period_days
        self._game = equilibrium.game
        self._after = np.array([milestone.after for milestone in self._game.milestones], dtype=np.int64)
        self.rates = np.array([model.find_rate(event) for event in reportables.events])
        self._nothing = np.zeros(0)

    def start(self) -> FilterState:
        """Return the distribution at the start of the first period."""
        game, grid = self._game, self.equilibrium.grid
        mass = np.zeros((game.num_states[0], 1 + len(game.milestones), grid.padded))
        mass[game.start] = grid.start_weights
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                mass[game.start, 1 + m] = 0.0
        self._meet(game.epochs[0].layers[0], mass)
        return FilterState(0, mass, np.zeros((len(game.terminals.outcome), mass.shape[1])), 0.0)

    def run(self, before: FilterState, reports_by_period: Sequence[PeriodReports]) -> tuple[FilterState, ...]:
        """Filter through the following periods.

        Args:
            before: The distribution from which to start.
            reports_by_period: Reports of each of the following periods.

        Returns:
            `before`, and the distribution after each period.

        Raises:
            InputError: Too many reports of one period may be of events of the model, or the reports are impossible.
        """
        found = [before]
        for one in reports_by_period:
            found.append(self._advance(found[-1], one))
        return tuple(found)

    def condition(self, filtered: FilterState, states: Floats, *, is_open: bool) -> FilterState:
        """Condition a distribution on facts about the state.

        Args:
            filtered: The distribution.
            states: 1 for the possible states of layer 0, 0 for the others; shape (state,).
            is_open: Whether it is known that the crisis has not ended.

        Raises:
            InputError: No state is possible.
        """
        mass = filtered.mass * states[:, None, None]
        ended = filtered.ended * (0.0 if is_open else 1.0)
        return _normalise(filtered.period, mass, ended, filtered.log_likelihood, filtered.neglected)

    def select_reports(self, reports: Sequence[ReportLikelihood], elapsed: float) -> tuple[list[int], float]:
        """Select the reports of a period that may be of an event of the model.

        Args:
            reports: Likelihood of each report.
            elapsed: Share of the period that has passed.

        Returns:
            Indices of the selected reports, and the sum of the neglected ratios of the others.
        """
        chosen, neglected = [], 0.0
        for r, one in enumerate(reports):
            background = one.background * self.expect_background(elapsed)
            best = float(np.max(self.rates * one.by_event, initial=0.0)) * elapsed
            if best <= 0.0:
                continue
            ratio = best / background if background > 0.0 else math.inf
            if ratio >= SMALLEST_RATIO:
                chosen.append(r)
            else:
                neglected += ratio
        return chosen, neglected

    def match_events(self, before: FilterState, report: ReportLikelihood, elapsed: float) -> Floats:
        """Compute the weight with which one report, alone in the next period, would be of each event.

        Later layers of the period are ignored.

        Args:
            before: The distribution at the start of the period.
            report: Likelihood of the report.
            elapsed: Share of the period that has passed.

        Returns:
            The weights; shape (event,).
        """
        epoch = self._game.find_epoch(before.period)
        shape = (len(self._game.terminals.outcome), 1)
        found = np.zeros(len(self.rates))
        mass = np.ascontiguousarray(before.mass[:, :1])
        for s in range(len(epoch.layers)):
            size = epoch.layers[(s + 1) % len(epoch.layers)].num_states
            following = np.zeros((size, *mass.shape[1:]))
            for event in range(len(found)):
                only = np.where(np.arange(len(found)) == event, report.by_event, 0.0)
                factor = self._weigh_actions(epoch, s, [ReportLikelihood(only, 0.0)], elapsed).get(1)
                if factor is not None:
                    matched, ended = np.zeros_like(following), np.zeros(shape)
                    self._move(before.period, s, factor, True, mass=mass, next_mass=matched, absorbed=ended)
                    found[event] += matched.sum() + ended.sum()
            silent = self._weigh_actions(epoch, s, [], elapsed)[0]
            self._move(before.period, s, silent, False, mass=mass, next_mass=following, absorbed=np.zeros(shape))
            mass = following
        return found

    def expect_background(self, elapsed: float) -> float:
        """Compute the expected number of background reports in a given share of a period."""
        return self.model.background_per_week * self.period_days / 7.0 * elapsed

    def _advance(self, before: FilterState, reported: PeriodReports) -> FilterState:
        """Filter through one period."""
        period = before.period
        expected = self.expect_background(reported.elapsed)
        selected, neglected = self.select_reports(reported.reports, reported.elapsed)
        if len(selected) > MOST_REPORTS:
            message = (
                f"{len(selected)} reports of period {period + 1} may be of events of the model; "
                f"at most {MOST_REPORTS} can be weighed against each other"
            )
            advice = "merge reports of one event by a cluster, drop some, or match them to events of the model"
            raise InputError(Problem("too-many-reports", message, help=advice))
        unexplained = [expected * reported.reports[r].background for r in selected]
        sure = [expected * one.background for r, one in enumerate(reported.reports) if r not in selected]
        epoch = self._game.find_epoch(period)
        shape = (len(self._game.terminals.outcome), before.mass.shape[1])
        weights: dict[int, Floats] = {0: before.mass}
        ended: dict[int, Floats] = {0: before.ended.copy()}
        for s in range(len(epoch.layers)):
            factors = self._weigh_actions(epoch, s, [reported.reports[r] for r in selected], reported.elapsed)
            arrived = epoch.layers[(s + 1) % len(epoch.layers)]
            following: dict[int, Floats] = {}
            for explained_before, mass in weights.items():
                for explained, factor in factors.items():
                    if explained_before & explained:
                        continue
                    key = explained_before | explained
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
        return _normalise(period + 1, total * scale, total_ended * scale, before.log_likelihood, neglected)

    def _weigh_actions(
        self, epoch: Epoch, layer_index: int, reports: Sequence[ReportLikelihood], elapsed: float
    ) -> dict[int, Floats]:
        """Map each set of reports to the probability that an action has exactly these reports; shape (action,)."""
        kinds = self.reportables.of_action[_find_index(self._game.epochs, epoch)][layer_index]
        rate = np.where(kinds == NOT_REPORTED, 0.0, self.rates[kinds] if len(self.rates) else 0.0) * elapsed
        silent = 1.0 - rate
        found = {0: silent[:, 0] * silent[:, 1]}
        if not rate.any():
            return found
        by_report = [np.where(kinds == NOT_REPORTED, 0.0, one.by_event[kinds]) * rate for one in reports]
        for r, one in enumerate(by_report):
            probability = one[:, 0] * silent[:, 1] + silent[:, 0] * one[:, 1]
            if probability.any():
                found[1 << r] = probability
        for (r, one), (q, other) in itertools.combinations(enumerate(by_report), 2):
            probability = one[:, 0] * other[:, 1] + other[:, 0] * one[:, 1]
            if probability.any():
                found[1 << r | 1 << q] = probability
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
        """Move mass through a layer with weighted actions; a reported action implies that the layer came up."""
        epoch = self._game.find_epoch(period)
        layer, moves, grid = (
            epoch.layers[layer_index],
            self.equilibrium.layer_arrays(period, layer_index),
            self.equilibrium.grid,
        )
        if has_come_up:
            comes_up = layer.arrival > 0.0 if layer.is_chance else (layer.arrival > 0.0) & (layer.mover >= 0)
            mass = np.where(comes_up[:, None, None], mass, 0.0)
            states = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
            moves = _weigh_branches(moves, factor * layer.arrival[states])._replace(arrival=comes_up.astype(np.float64))
        else:
            moves = _weigh_branches(moves, factor)
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
        self, period: int, layer_index: int, moves: KernelLayer, mass: Floats, next_mass: Floats, absorbed: Floats
    ) -> None:
        """Move mass through a layer in a game without private types, whose mass has no belief points."""
        layer = self._game.find_epoch(period).layers[layer_index]
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
        """Remove the mass that meets a milestone on arrival from the channel of the milestone."""
        count = len(self._game.milestones)
        if count and mass.shape[1] > 1 and self.equilibrium.grid.num_points == 1:
            forward_complete.meet_milestones(layer.milestone_holds, self._after, mass, np.zeros(count))
        elif count and mass.shape[1] > 1:
            meet_milestones(layer.milestone_holds, self._after, mass, mass.any(axis=2), np.zeros(count))


def _normalise(period: int, mass: Floats, ended: Floats, log_likelihood: float, neglected: float) -> FilterState:
    """Scale the masses to a sum of one and add the logarithm of the sum to the log likelihood."""
    total = float(mass[:, 0].sum() + ended[:, 0].sum())
    if not total > 0.0:
        message = f"the reports and known facts up to the end of period {period} are impossible in this scenario"
        advice = "check the matches of the reports and the known facts, or raise the background rate"
        raise InputError(Problem("impossible-reports", message, help=advice))
    return FilterState(period, mass / total, ended / total, log_likelihood + math.log(total), neglected)


def _weigh_branches(moves: KernelLayer, factor: Floats) -> KernelLayer:
    """Weight the branches of every action."""
    actions = np.repeat(np.arange(len(factor)), np.diff(moves.branch_start))
    return moves._replace(probability=np.ascontiguousarray(moves.probability * factor[actions]))


def _find_index(epochs: Sequence[Epoch], epoch: Epoch) -> int:
    return next(k for k, one in enumerate(epochs) if one is epoch)
