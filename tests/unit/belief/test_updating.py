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
from standoff.belief.updating import Facts, update
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
    return scenario, solve(scenario, Settings(belief_points=5, threads=1)).equilibrium


@pytest.fixture(scope="module")
def found(solved):
    return update(*solved, SEEN, as_of=DAY)


def test_with_nothing_ever_reported_it_is_the_old_forecast_moved_forward(solved):
    model = ReportingModel.alike(0.0, background_per_week=0.0)
    same = update(*solved, [], as_of=DAY, model=model)
    assert same.state_period == 3
    for series in same.probabilities:
        assert series.after == pytest.approx(series.before[2:], abs=1e-12)
    assert same.after == pytest.approx(same.before, abs=1e-12)
    assert same.in_silence == pytest.approx(same.before, abs=1e-12)
    for series, mean in zip(same.beliefs, solved[1].sweep.mean_beliefs.T, strict=True):
        assert series.mean == pytest.approx(mean, abs=1e-12)


def test_neither_order_nor_repetition_of_reports_matters(solved, found):
    again = update(*solved, [*reversed(SEEN), SEEN[1], replace(SEEN[0], name="x", sources=("ap",))], as_of=DAY)
    assert again.after.tolist() == found.after.tolist()
    assert again.log_evidence == found.log_evidence
    assert again.accounts[0].observation.sources == ("tass", "ap")


def test_a_report_that_comes_late_or_is_retracted_leaves_no_trace(solved, found):
    without = update(*solved, [SEEN[0], SEEN[2], SEEN[3]], as_of=DAY)
    account = next(one for one in found.accounts if one.observation.name == "run")
    assert account.without == pytest.approx(without.after, abs=1e-12)
    assert account.shift == pytest.approx(found.after - without.after, abs=1e-12)


def test_one_by_one_the_steps_add_up_to_the_whole_change(found):
    assert found.accounts[-1].up_to == pytest.approx(found.after, abs=1e-12)
    assert found.in_silence + sum(one.step for one in found.accounts) == pytest.approx(found.after, abs=1e-12)


def test_states_and_ends_sum_to_one_and_agree_with_the_probabilities(found):
    assert found.open_probability + sum(one.probability for one in found.ends) == pytest.approx(1.0, abs=1e-7)
    by_name = {one.name: one.after for one in found.probabilities if one.kind == "outcome"}
    assert sum(by_name.values()) == pytest.approx(np.ones(4), abs=1e-12)
    assert by_name["unresolved"][0] == pytest.approx(found.open_probability, abs=1e-7)
    for track in found.levels:
        assert track.probability.sum() == pytest.approx(1.0, abs=1e-12)


def test_targets_are_the_probabilities_of_the_same_names_and_days(solved):
    targets = [Target("milestone", m.name, 5) for m in solved[1].game.milestones]
    targets += [Target("outcome", name) for name in (*solved[1].game.outcomes, "unresolved")]
    found = update(*solved, SEEN, as_of=DAY, targets=targets)
    by_name = {(one.kind, one.name): one.after for one in found.probabilities}
    expected = [by_name[one.kind, one.name][2 if one.periods else 3] for one in targets]
    assert found.after == pytest.approx(expected, abs=1e-12)


def test_readings_of_a_report_sum_to_one_and_name_what_it_tells_of(found):
    for one in found.accounts:
        assert sum(reading.probability for reading in one.readings) == pytest.approx(1.0, abs=1e-9)
    assert found.accounts[0].readings[0].event == "reply.ussr.write"
    assert found.accounts[-1].readings[0].event == ""  # a protest in Paris is none of this


def test_a_report_of_no_kind_of_event_of_the_model_puts_it_in_no_doubt(found):
    march = found.accounts[-1]
    assert march.surprise_bits > 8
    assert not march.is_expected_kind
    assert not march.is_surprising


def test_a_report_of_what_the_model_holds_nearly_impossible_puts_it_in_doubt(solved):
    # there has been no letter yet, and on the first day both sides agree
    sudden = Observation("sudden", dt.date(1962, 10, 23), "AGREE", ("RUS",), (), 0.95)
    (account,) = update(*solved, [sudden], as_of=dt.date(1962, 10, 23)).doubts
    assert account.surprise_bits >= 8


def test_what_no_event_could_be_is_infinitely_surprising(solved):
    certain = ReportingModel(actor_accuracy=1.0)
    found = update(*solved, [replace(SEEN[3], is_confirmed=True)], as_of=DAY, model=certain)
    assert found.accounts[0].surprise_bits == math.inf
    assert found.document()["accounts"][0]["surprise_bits"] is None


def test_what_is_known_of_the_state_rules_out_every_other(solved):
    facts = Facts({"quarantine": "enforced"}, is_open=True)
    found = update(*solved, SEEN, as_of=DAY, facts=facts)
    assert {one.levels["quarantine"] for one in found.states} == {"enforced"}
    assert found.ends == ()
    assert found.open_probability == pytest.approx(1.0, abs=1e-7)


def test_inside_a_period_it_goes_on_from_its_end():
    scenario = load("cuba-1962", overrides=["period.horizon=6", "period.length=2"])
    equilibrium = solve(scenario, Settings(belief_points=3, threads=1)).equilibrium
    found = update(scenario, equilibrium, SEEN, as_of=DAY)
    assert (found.state_period, found.state_date) == (2, dt.date(1962, 10, 26))
    with pytest.raises(InputError, match="no period starts on that day"):
        update(scenario, equilibrium, SEEN, as_of=DAY, facts=Facts(is_open=True))


def test_reports_of_other_times_are_set_aside_with_the_reason(solved):
    early, late = (replace(SEEN[0], name=str(day), date=dt.date(1962, 10, day)) for day in (22, 26))
    found = update(*solved, [early, late], as_of=DAY)
    assert found.accounts == ()
    assert [one.reason for one in found.set_aside] == [
        "the scenario knows it already: it is as of 1962-10-22",
        "it lies after 1962-10-25",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"as_of": dt.date(1962, 10, 21)}, "outside the forecast"),
        ({"as_of": dt.date(1962, 10, 28)}, "outside the forecast"),
        ({"targets": [Target("outcome", "unresolved", 3)]}, "asks for no day after 1962-10-25"),
        ({"facts": Facts({"weather": "fair"})}, "no track `weather`"),
        ({"facts": Facts({"quarantine": "loose"})}, "no level `loose`"),
    ],
)
def test_what_cannot_be_updated_is_told(solved, changes, message):
    with pytest.raises(InputError, match=message):
        update(*solved, SEEN, **({"as_of": DAY} | changes))


def test_more_reports_than_can_be_weighed_against_each_other_are_refused(solved):
    many = [replace(SEEN[1], name=str(k), cluster=str(k)) for k in range(9)]
    with pytest.raises(InputError, match="9 reports of period 2"):
        update(*solved, many, as_of=DAY)


def test_its_document_is_json_with_the_reports_and_the_model_of_reporting(found):
    document = json.loads(json.dumps(found.document()))
    sources = {one["observation"]["name"]: one["observation"]["sources"] for one in document["accounts"]}
    assert sources == {"write": ["tass"], "run": ["ap"], "clash": ["upi"], "march": ["afp"]}
    assert document["reporting"]["confusion"]["origin"].startswith("assumed")
    assert len(document["states"]) == len(found.states)
