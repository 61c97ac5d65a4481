"""Made-up reports of random games, and their likelihood by enumeration of every history."""

from __future__ import annotations

import itertools
import math

import numpy as np

from standoff.belief.filter import PeriodReports
from standoff.belief.likelihood import ReportLikelihood
from standoff.belief.reportable import ReportableEvent, ReportableEvents
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.public_steps import list_public_steps

TYPES = (("MOBILIZE",), ("CONSULT", "AGREE"), ("ASSAULT",), ("REQUEST",))


def random_reportables(game, seed):
    """Every action is one of a few events, or none."""
    rng = np.random.default_rng(seed)
    events = tuple(
        ReportableEvent(f"event{k}", f"event {k}", types, ("AAA",) if k % 2 else ("BBB",), ())
        for k, types in enumerate(TYPES)
    )
    of_action = tuple(tuple(_kinds(rng, layer, len(events)) for layer in epoch.layers) for epoch in game.epochs)
    return ReportableEvents(events, frozenset({"AAA", "BBB"}), of_action)


def _kinds(rng, layer, num_events):
    kinds = rng.integers(-1, num_events, (layer.num_actions, 2))
    has_two = np.zeros(layer.num_actions, dtype=bool)
    if layer.second is not None:
        has_two = np.repeat(layer.second.mover >= 0, np.diff(layer.action_start))
    kinds[~has_two, 1] = -1
    return kinds


def random_reports(seed, num_periods, *, most=2):
    """A few reports in every period, with likelihoods of no particular shape."""
    rng = np.random.default_rng(1000 + seed)
    return [
        PeriodReports(
            tuple(
                ReportLikelihood(rng.random(len(TYPES)), float(rng.uniform(0.05, 0.5)))
                for _ in range(rng.integers(most + 1))
            ),
            float(rng.uniform(0.4, 1.0)) if period == num_periods - 1 else 1.0,
        )
        for period in range(num_periods)
    ]


def likelihood(events, reported, rates, background_per_period):
    """P(reports | events of the period): every way of telling which report tells of which event."""
    expected = background_per_period * reported.elapsed
    total = 0.0
    reports = reported.reports
    for own in itertools.product([None, *range(len(reports))], repeat=len(events)):
        used = [r for r in own if r is not None]
        if len(set(used)) < len(used):
            continue
        share = math.exp(-expected)
        for event, r in zip(events, own, strict=True):
            rate = rates[event] * reported.elapsed
            share *= 1.0 - rate if r is None else rate * reports[r].by_event[event]
        for r, report in enumerate(reports):
            share *= 1.0 if r in used else expected * report.background
        total += share
    return total


def enumerate_histories(equilibrium, reportables, reports_by_period, *, rates, background_per_period):
    """Every history of the periods, with exact beliefs: P(history and reports), where it ends, beliefs and milestones met."""
    game = equilibrium.game
    continuation = ContinuationProbabilities(equilibrium, ())
    found = []

    def close(period, place, share, events):
        share *= likelihood(events, reports_by_period[period], rates, background_per_period)
        walk(period + 1, 0, place, share, ())

    def walk(period, s, place, share, events):
        state, beliefs, met = place
        if state < 0:
            for later in range(period, len(reports_by_period)):
                share *= likelihood(
                    events if later == period else (), reports_by_period[later], rates, background_per_period
                )
            found.append((share, state, beliefs, met))
            return
        epoch = game.find_epoch(min(period, game.num_periods - 1))
        met = add_met_on_arrival(game, epoch.layers[s], state, met)
        if period == len(reports_by_period):
            found.append((share, state, beliefs, met))
            return
        k = next(k for k, one in enumerate(game.epochs) if one is epoch)
        later = continuation.values(period)[s + 1]
        for step in list_public_steps(equilibrium, period, s, state=state, beliefs=beliefs, next_values=later):
            kinds = reportables.of_action[k][s][step.action] if step.action >= 0 else ()
            after = (*events, *(int(kind) for kind in kinds if kind >= 0))
            arrived = (step.target, step.beliefs, met)
            if s + 1 == game.num_layers and step.target >= 0:
                close(period, arrived, share * step.probability, after)
            elif s + 1 == game.num_layers:
                ended = (
                    share
                    * step.probability
                    * likelihood(after, reports_by_period[period], rates, background_per_period)
                )
                walk(period + 1, 0, arrived, ended, ())
            else:
                walk(period, s + 1, arrived, share * step.probability, after)

    walk(0, 0, (game.start, tuple(game.prior_belief), frozenset()), 1.0, ())
    return found
