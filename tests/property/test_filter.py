"""The filter against every history written out, against the forward pass, and in the order in which reports come."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from games import random_game
from reports import enumerate_histories, random_reportables, random_reports
from small_trees import with_second_movers
from standoff.belief.filter import Filter, PeriodReports
from standoff.belief.likelihood import ReportingModel, ReportLikelihood
from standoff.belief.posterior import compute_met_probability, evaluate_targets
from standoff.belief.reportable import ReportableEvent, ReportableEvents
from standoff.errors import InputError
from standoff.solve.continuation_probabilities import ContinuationProbabilities
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.sample import sample_paths
from standoff.solve.target import Target, find_probability

MODEL = ReportingModel(
    reporting_rates={
        "verbal cooperation": 0.5,
        "material cooperation": 0.3,
        "verbal conflict": 0.8,
        "material conflict": 0.9,
    },
    background_per_week=0.7,
)
SMALL = {"num_states": (2, 3), "num_periods": 2}


def filter_of(game, seed, *, model=MODEL, points=5, period_days=7.0):
    found = solve(game, Settings(belief_points=points, threads=1))
    return Filter(found, random_reportables(game, seed), model, period_days=period_days)


def enumerated(own, reports_by_period, *, period_days=7.0):
    rates = [own.model.find_rate(event) for event in own.reportables.events]
    background = own.model.background_per_week * period_days / 7.0
    return enumerate_histories(
        own.equilibrium, own.reportables, reports_by_period, rates=rates, background_per_period=background
    )


def by_place(game, histories):
    """Probability of every state (ends after the states), the mean belief where it is open, and what is not met."""
    count = game.num_states[0]
    places = np.zeros(count + len(game.terminals.outcome))
    beliefs = np.zeros(len(game.prior_belief))
    unmet = np.zeros(len(game.milestones))
    for share, state, belief, met in histories:
        places[state if state >= 0 else count - state - 1] += share
        beliefs += share * np.array(belief) * (state >= 0)
        unmet += [share * (m not in met) for m in range(len(game.milestones))]
    return places, beliefs, unmet


def by_filter(own, found):
    """The same of the filter."""
    game, points = own.equilibrium.game, own.equilibrium.num_points
    places = np.concatenate([found.mass[:, 0].sum(axis=1), found.ended[:, 0]])
    beliefs = own.equilibrium.grid.beliefs[: len(game.prior_belief), :points] @ found.mass[:, 0, :points].sum(axis=0)
    own_unmet = found.mass[:, 1:].sum(axis=(0, 2)) + found.ended[:, 1:].sum(axis=0)
    unmet = [own_unmet[m] + sum(own_unmet[k] for k in [one.after] if k >= 0) for m, one in enumerate(game.milestones)]
    return places, beliefs, np.array(unmet)


@pytest.mark.parametrize("seed", range(6))
def test_without_private_types_the_filter_is_the_sum_over_every_history(seed):
    game = random_game(seed, types=(1, 1), **SMALL)
    game = with_second_movers(game, seed) if seed % 2 else game
    own = filter_of(game, seed)
    reports_by_period = random_reports(seed, 2)
    places, _, unmet = by_place(game, enumerated(own, reports_by_period))
    found = own.run(own.start(), reports_by_period)[-1]
    assert found.log_likelihood == pytest.approx(math.log(places.sum()), abs=1e-9)
    got, _, got_unmet = by_filter(own, found)
    assert got == pytest.approx(places / places.sum(), abs=1e-12)
    assert got_unmet == pytest.approx(unmet / places.sum(), abs=1e-12)


@pytest.mark.parametrize("period_days", [1.0, 3.5, 14.0])
def test_the_background_of_a_period_grows_with_its_length_in_days(period_days):
    game = random_game(2, types=(1, 1), **SMALL)
    own = filter_of(game, 2, period_days=period_days)
    reports_by_period = random_reports(2, 2)
    assert any(one.reports for one in reports_by_period)
    places, _, _ = by_place(game, enumerated(own, reports_by_period, period_days=period_days))
    found = own.run(own.start(), reports_by_period)[-1]
    assert found.log_likelihood == pytest.approx(math.log(places.sum()), abs=1e-9)
    assert by_filter(own, found)[0] == pytest.approx(places / places.sum(), abs=1e-12)


def test_eight_reports_of_one_period_are_weighed_against_each_other():
    game = with_second_movers(random_game(3, types=(1, 1), num_states=(2, 3), num_periods=1), 3)
    own = filter_of(game, 3)
    rng = np.random.default_rng(8)
    reports_by_period = [
        PeriodReports(tuple(ReportLikelihood(rng.random(4), float(rng.uniform(0.05, 0.5))) for _ in range(8)))
    ]
    places, _, _ = by_place(game, enumerated(own, reports_by_period))
    found = own.run(own.start(), reports_by_period)[-1]
    assert found.log_likelihood == pytest.approx(math.log(places.sum()), abs=1e-9)
    assert by_filter(own, found)[0] == pytest.approx(places / places.sum(), abs=1e-12)
    assert found.neglected == 0.0


def test_a_ninth_report_is_refused_where_an_event_could_explain_it():
    own = filter_of(random_game(3, types=(1, 1), num_states=(2, 3), num_periods=1), 3)
    with pytest.raises(InputError, match="9 reports of period 1"):
        own.run(own.start(), [PeriodReports((ReportLikelihood(np.full(4, 0.5), 0.1),) * 9)])


def test_a_ninth_report_that_is_almost_surely_background_only_scales_the_marginal_likelihood():
    own = filter_of(random_game(3, types=(1, 1), num_states=(2, 3), num_periods=1), 3)
    eight = (ReportLikelihood(np.full(4, 0.5), 0.1),) * 8
    # events of the four types are reported with probability 0.9, 0.5, 0.9 and 0.8, and the background is 0.7 a week
    ninth = ReportLikelihood(np.array([2e-4, 4e-4, 1e-4, 0.0]), 0.4)
    without, found = (own.run(own.start(), [PeriodReports(reports)])[-1] for reports in (eight, (*eight, ninth)))
    assert found.neglected == pytest.approx(0.5 * 4e-4 / (0.7 * 0.4), rel=1e-12)
    assert found.log_likelihood == pytest.approx(without.log_likelihood + math.log(0.7 * 0.4), abs=1e-12)
    assert found.mass == pytest.approx(without.mass, abs=1e-12)


def gap(seed, points):
    game = random_game(seed, types=(2, 2) if seed % 2 else (1, 2), rationality=1.0, **SMALL)
    game = with_second_movers(game, seed) if seed > 2 else game
    own = filter_of(game, seed, points=points)
    reports_by_period = random_reports(seed, 2)
    places, beliefs, unmet = by_place(game, enumerated(own, reports_by_period))
    expected = np.concatenate([places, beliefs, unmet]) / places.sum()
    return float(np.max(np.abs(np.concatenate(by_filter(own, own.run(own.start(), reports_by_period)[-1])) - expected)))


@pytest.mark.parametrize("seed", range(4))
def test_with_private_types_the_filter_converges_to_the_sum_over_every_history(seed):
    # what is held at belief points is smooth in the belief, so the error falls geometrically in their number
    few, many = gap(seed, 5), gap(seed, 9)
    assert many < max(few / 20, 1e-10)
    assert many < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_if_nothing_can_be_reported_the_filter_is_the_forward_pass(seed):
    game = random_game(seed)
    own = filter_of(game, seed, model=ReportingModel.with_one_rate(0.0))
    found = own.run(own.start(), [PeriodReports()] * game.num_periods)
    sweep = own.equilibrium.sweep
    for period, one in enumerate(found):
        assert one.mass[:, 0].sum(axis=1) == pytest.approx(sweep.open_mass[period], abs=1e-12)
    assert found[-1].ended[:, 0] == pytest.approx(sweep.absorbed[-1, :, 0], abs=1e-12)
    # silence says nothing but that there was no background, two reports a week of it
    assert found[-1].log_likelihood == pytest.approx(-2.0 * game.num_periods, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_reports_of_a_period_does_not_matter(seed):
    own = filter_of(random_game(seed), seed)
    reports_by_period = random_reports(seed, 2, most=3)
    orders = itertools.product(*(itertools.permutations(one.reports) for one in reports_by_period))
    runs = [
        own.run(own.start(), [replace(one, reports=each) for one, each in zip(reports_by_period, order, strict=True)])[
            -1
        ]
        for order in orders
    ]
    for run in runs:
        assert run.log_likelihood == pytest.approx(runs[0].log_likelihood, abs=1e-12)
        assert run.mass == pytest.approx(runs[0].mass, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_everything_sums_to_one(seed):
    own = filter_of(random_game(seed), seed)
    for one in own.run(own.start(), random_reports(seed, 3)):
        assert one.mass[:, 0].sum() + one.ended[:, 0].sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_filter_continues_from_an_earlier_distribution(seed):
    own = filter_of(random_game(seed), seed)
    reports_by_period = random_reports(seed, 3)
    whole = own.run(own.start(), reports_by_period)
    later = own.run(whole[1], reports_by_period[1:])
    assert later[-1].mass.tolist() == whole[-1].mass.tolist()
    assert later[-1].log_likelihood == whole[-1].log_likelihood


def test_reports_that_nothing_explains_are_refused_as_impossible():
    own = filter_of(random_game(1), 1, model=ReportingModel.with_one_rate(0.0, background_per_week=0.0))
    with pytest.raises(InputError, match="impossible"):
        own.run(own.start(), [PeriodReports((ReportLikelihood(np.full(4, 0.5), 0.1),))])


@pytest.mark.parametrize("seed", range(3))
def test_a_report_is_of_one_event_or_of_the_background(seed):
    # the evidence is the sum of what it is where a report can tell of one event only, and where it is background
    own = filter_of(random_game(seed), seed)
    reports_by_period = random_reports(seed, 3, most=3)
    period = next(k for k, one in enumerate(reports_by_period) if one.reports)
    first, *others = reports_by_period[period].reports

    def evidence(report):
        changed = [*reports_by_period]
        changed[period] = replace(reports_by_period[period], reports=(report, *others))
        return math.exp(own.run(own.start(), changed)[-1].log_likelihood)

    alone = [replace(first, by_event=np.eye(4)[e] * first.by_event, background=0.0) for e in range(4)]
    parts = [evidence(one) for one in [*alone, replace(first, by_event=np.zeros(4))]]
    assert sum(parts) == pytest.approx(evidence(first), rel=1e-12)


def without_chance(game):
    """The same game, but every action has one consequence."""
    layers = []
    for layer in game.epochs[0].layers:
        first = layer.branch_start[:-1]
        layers.append(
            replace(
                layer,
                branch_start=np.arange(layer.num_actions + 1, dtype=np.int32),
                branch_probability=np.ones(layer.num_actions),
                branch_target=layer.branch_target[first],
            )
        )
    return replace(game, epochs=(replace(game.epochs[0], layers=tuple(layers)),))


@pytest.mark.parametrize("seed", range(4))
def test_if_every_act_is_reported_and_correctly_coded_the_state_and_belief_are_known(seed):
    game = without_chance(random_game(seed, rationality=1.0, num_milestones=0))
    counts = [layer.num_actions for layer in game.epochs[0].layers]
    of_action, first = [], 0
    for count in counts:
        of_action.append(np.stack([np.arange(first, first + count), np.full(count, -1)], axis=1))
        first += count
    events = tuple(ReportableEvent(f"event{k}", "", ("ASSAULT",), (), ()) for k in range(first))
    sure = ReportingModel.with_one_rate(1.0, background_per_week=0.0)
    found = solve(game, Settings(belief_points=17, threads=1, keep_values=True))
    own = Filter(found, ReportableEvents(events, frozenset(), (tuple(of_action),)), sure, period_days=7.0)
    paths = sample_paths(found, 3, seed)
    for path in range(3):
        reports_by_period = []
        for period in range(game.num_periods):
            taken = paths.actions[period, :, path]
            seen = [int(of_action[s][a, 0]) for s, a in enumerate(taken.tolist()) if a >= 0]
            reports_by_period.append(
                PeriodReports(tuple(ReportLikelihood(np.eye(first)[event], 0.0) for event in seen))
            )
        last = own.run(own.start(), reports_by_period)[-1]
        places, beliefs, _ = by_filter(own, last)
        state = int(paths.states[-1, path])
        assert places[state if state >= 0 else game.num_states[0] - state - 1] == pytest.approx(1.0, abs=1e-12)
        assert beliefs == pytest.approx(paths.beliefs[-1, path] * (state >= 0), abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_if_nothing_can_be_reported_milestones_and_targets_are_those_of_the_forward_pass(seed):
    game = random_game(seed)  # milestone m1 counts only after m0
    own = filter_of(game, seed, model=ReportingModel.with_one_rate(0.0))
    path = own.run(own.start(), [PeriodReports()] * game.num_periods)
    sweep = own.equilibrium.sweep
    for period, one in enumerate(path[1:]):
        met = [compute_met_probability(game, one, m) for m in range(2)]
        assert met == pytest.approx(sweep.milestones[period], abs=1e-12)
    targets = [
        Target("milestone", "m0", 3),
        Target("milestone", "m1"),
        Target("outcome", "end_a"),
        Target("outcome", "unresolved", 2),
    ]
    found = evaluate_targets(ContinuationProbabilities(own.equilibrium, targets), path[1])
    assert found == pytest.approx([find_probability(own.equilibrium, one) for one in targets], abs=1e-9)
