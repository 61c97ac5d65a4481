"""Updates of the Cuban crisis of 1962, a period a day."""

import datetime as dt
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from standoff import load, solve
from standoff.belief.likelihood import ReportingModel
from standoff.belief.observation import Observation
from standoff.belief.updating import KnownFacts, update_solution
from standoff.errors import InputError
from standoff.solve.equilibrium import Settings
from standoff.solve.target import Target

DAY = dt.date(1962, 10, 25)  # three days on
SEEN = (
    Observation("write", dt.date(1962, 10, 23), "CONSULT", ("RUS",), ("USA",), 0.9, sources=("tass",)),
    Observation("run", dt.date(1962, 10, 24), "COERCE", ("RUS",), (), 0.8, sources=("ap",)),
    Observation("clash", dt.date(1962, 10, 24), "ASSAULT", ("USA",), ("RUS",), 0.6, sources=("upi",)),
    Observation("march", dt.date(1962, 10, 25), "PROTEST", ("FRA",), (), 0.9, sources=("afp",)),
)


@pytest.fixture(scope="module")
def solved():
    scenario = load("cuba-1962", overrides=["period.horizon=6"])
    return solve(scenario, Settings(belief_points=5, threads=1))


@pytest.fixture(scope="module")
def found(solved):
    return update_solution(solved, SEEN, as_of=DAY)


def test_if_nothing_can_be_reported_the_update_is_the_first_forecast(solved):
    model = ReportingModel.with_one_rate(0.0, background_per_week=0.0)
    same = update_solution(solved, [], as_of=DAY, model=model)
    assert same.state_period == 3
    for series in same.probabilities:
        assert series.after == pytest.approx(series.before[2:], abs=1e-12)
    assert same.after == pytest.approx(same.before, abs=1e-12)
    assert same.without_reports == pytest.approx(same.before, abs=1e-12)
    for series, mean in zip(same.beliefs, solved.equilibrium.sweep.mean_beliefs.T, strict=True):
        assert series.mean == pytest.approx(mean, abs=1e-12)


def test_neither_order_nor_repetition_of_reports_matters(solved, found):
    again = update_solution(solved, [*reversed(SEEN), SEEN[1], replace(SEEN[0], name="x", sources=("ap",))], as_of=DAY)
    assert again.after.tolist() == found.after.tolist()
    assert again.log_likelihood == found.log_likelihood
    assert again.effects[0].observation.sources == ("tass", "ap")


def test_an_update_without_a_report_is_that_from_which_it_was_left_out(solved, found):
    without = update_solution(solved, [SEEN[0], SEEN[2], SEEN[3]], as_of=DAY)
    account = next(one for one in found.effects if one.observation.name == "run")
    assert account.without == pytest.approx(without.after, abs=1e-12)
    assert account.shift == pytest.approx(found.after - without.after, abs=1e-12)


def test_the_steps_of_the_reports_sum_to_the_whole_change(found):
    assert found.effects[-1].up_to == pytest.approx(found.after, abs=1e-12)
    assert found.without_reports + sum(one.step for one in found.effects) == pytest.approx(found.after, abs=1e-12)


def test_states_and_outcomes_sum_to_one_and_agree_with_the_probabilities(found):
    is_open = sum(one.probability for one in found.states)
    assert is_open + sum(one.probability for one in found.outcomes) == pytest.approx(1.0, abs=1e-7)
    by_name = {one.name: one.after for one in found.probabilities if one.kind == "outcome"}
    assert sum(by_name.values()) == pytest.approx(np.ones(4), abs=1e-12)
    assert by_name["unresolved"][0] == pytest.approx(is_open, abs=1e-7)
    for track in found.levels:
        assert track.probability.sum() == pytest.approx(1.0, abs=1e-12)


def test_targets_are_the_probabilities_of_the_same_names_and_days(solved):
    targets = [Target("milestone", m.name, 5) for m in solved.equilibrium.game.milestones]
    targets += [Target("outcome", name) for name in (*solved.equilibrium.game.outcomes, "unresolved")]
    found = update_solution(solved, SEEN, as_of=DAY, targets=targets)
    by_name = {(one.kind, one.name): one.after for one in found.probabilities}
    expected = [by_name[one.kind, one.name][2 if one.periods else 3] for one in targets]
    assert found.after == pytest.approx(expected, abs=1e-12)


def test_associations_of_a_report_sum_to_one_and_name_its_event(found):
    for one in found.effects:
        assert sum(reading.probability for reading in one.associations) == pytest.approx(1.0, abs=1e-9)
    assert found.effects[0].associations[0].event == "reply.ussr.write"
    assert found.effects[-1].associations[0].event == ""  # a protest in Paris is none of this


def test_a_report_that_no_event_of_the_model_resembles_does_not_put_it_in_doubt(found):
    march = found.effects[-1]
    assert march.surprise_bits > 8
    assert not march.is_expected_kind
    assert not march.is_surprising


def test_a_report_of_an_event_that_the_model_excludes_almost_surely_puts_it_in_doubt(solved):
    # there has been no letter yet, and on the first day both sides agree
    sudden = Observation("sudden", dt.date(1962, 10, 23), "AGREE", ("RUS",), (), 0.95)
    (account,) = update_solution(solved, [sudden], as_of=dt.date(1962, 10, 23)).doubts
    assert account.surprise_bits >= 8


def test_a_report_that_no_event_can_yield_is_infinitely_surprising(solved):
    certain = ReportingModel(actor_accuracy=1.0)
    found = update_solution(solved, [replace(SEEN[3], is_confirmed=True)], as_of=DAY, model=certain)
    assert found.effects[0].surprise_bits == math.inf
    assert found.to_json()["update"]["effects"][0]["surprise_bits"] is None


def test_known_levels_exclude_every_other_state(solved):
    facts = KnownFacts({"quarantine": "enforced"}, is_open=True)
    found = update_solution(solved, SEEN, as_of=DAY, facts=facts)
    assert {one.levels["quarantine"] for one in found.states} == {"enforced"}
    assert found.outcomes == ()
    assert sum(one.probability for one in found.states) == pytest.approx(1.0, abs=1e-7)


def test_inside_a_period_it_continues_from_its_end():
    scenario = load("cuba-1962", overrides=["period.horizon=6", "period.length=2"])
    solution = solve(scenario, Settings(belief_points=3, threads=1))
    found = update_solution(solution, SEEN, as_of=DAY)
    assert (found.state_period, found.state_date) == (2, dt.date(1962, 10, 26))
    with pytest.raises(InputError, match="no period starts on that day"):
        update_solution(solution, SEEN, as_of=DAY, facts=KnownFacts(is_open=True))


def test_reports_of_other_times_are_excluded_with_the_reason(solved):
    early, late = (replace(SEEN[0], name=str(day), date=dt.date(1962, 10, day)) for day in (22, 26))
    found = update_solution(solved, [early, late], as_of=DAY)
    assert found.effects == ()
    assert [one.reason for one in found.excluded] == [
        "already part of the scenario, which is as of 1962-10-22",
        "dated after 1962-10-25",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"as_of": dt.date(1962, 10, 21)}, "outside the forecast"),
        ({"as_of": dt.date(1962, 10, 28)}, "outside the forecast"),
        ({"targets": [Target("outcome", "unresolved", 3)]}, "is not after 1962-10-25"),
        ({"facts": KnownFacts({"weather": "fair"})}, "no track `weather`"),
        ({"facts": KnownFacts({"quarantine": "loose"})}, "no level `loose`"),
    ],
)
def test_an_impossible_request_is_refused(solved, changes, message):
    with pytest.raises(InputError, match=message):
        update_solution(solved, SEEN, **({"as_of": DAY} | changes))


def test_more_reports_than_can_be_weighed_against_each_other_are_refused(solved):
    many = [replace(SEEN[1], name=str(k), cluster=str(k)) for k in range(9)]
    with pytest.raises(InputError, match="9 reports of period 2"):
        update_solution(solved, many, as_of=DAY)


def test_the_json_has_the_reports_and_the_reporting_model(found):
    document = json.loads(json.dumps(found.to_json()))["update"]
    sources = {one["observation"]["name"]: one["observation"]["sources"] for one in document["effects"]}
    assert sources == {"write": ["tass"], "run": ["ap"], "clash": ["upi"], "march": ["afp"]}
    assert document["reporting"]["confusion"]["origin"].startswith("assumed")
    assert len(document["states"]) == len(found.states)


def test_a_belief_over_crises_of_which_too_few_are_open_is_not_shown(solved):
    # the reference stands for a coarser solution whose probability of being open is far off at the last dates
    other = load("cuba-1962", overrides=["period.horizon=6", "rationality=3"])
    far_off = solve(other, Settings(belief_points=5, threads=1)).equilibrium
    without, found = (update_solution(solved, SEEN, as_of=DAY, reference=reference) for reference in (None, far_off))
    for series, free in zip(found.beliefs, without.beliefs, strict=True):
        shown = ~np.isnan(series.mean)
        assert series.mean[shown] == pytest.approx(free.mean[shown], abs=0)
        assert ((series.mean[shown] >= 0.0) & (series.mean[shown] <= 1.0)).all()
        assert not np.isnan(free.mean).any()
    hidden = [np.isnan(series.mean) for series in found.beliefs]
    assert hidden[0].any()
    assert (hidden[0] == hidden[1]).all()
