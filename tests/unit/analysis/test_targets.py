"""Targets as a person writes them."""

import pytest

from standoff import load
from standoff.analysis.targets import choose_default_targets, describe_target, parse_target, parse_targets
from standoff.errors import InputError
from standoff.solve.target import Target


@pytest.fixture(scope="module")
def scenario():
    return load("iran-us-2026")


def test_the_usual_targets_are_the_first_milestone_and_outcome_by_week_8(scenario):
    assert choose_default_targets(scenario) == (Target("milestone", "strike", 8), Target("outcome", "deal", 8))


def test_a_short_forecast_is_asked_for_its_horizon():
    scenario = load("iran-us-2026", overrides=["period.horizon=3"])
    assert {target.periods for target in choose_default_targets(scenario)} == {3}


@pytest.mark.parametrize(("by", "periods"), [("8", 8), ("2026-03-30", 8), ("2026-03-31", 9), ("0.5", 1), ("26", 26)])
def test_a_date_counts_to_the_end_of_its_period(scenario, by, periods):
    assert parse_target(scenario, f"strike@{by}").periods == periods


def test_units_of_time_are_not_periods():
    scenario = load("iran-us-2026", overrides=["period.length=0.5"])
    assert parse_target(scenario, "strike@8").periods == 16


def test_words_name_the_day(scenario):
    assert describe_target(scenario, parse_target(scenario, "unresolved@26")) == "Still open by 3 August 2026"


def test_targets_written_twice_count_once(scenario):
    assert len(parse_targets(scenario, ["deal", "deal@8"])) == 1


def test_one_target_may_stand_without_a_list(scenario):
    assert parse_targets(scenario, "deal@8") == parse_targets(scenario, ["deal@8"])
    assert parse_targets(scenario, Target("outcome", "deal", 8)) == parse_targets(scenario, ["deal@8"])


@pytest.mark.parametrize("by", ["0", "27", "2026-02-02", "2027-01-01", "soon", "", "nan", "inf"])
def test_a_date_outside_the_forecast_is_reported(scenario, by):
    with pytest.raises(InputError, match="target-date"):
        parse_target(scenario, f"strike@{by}")


def test_every_fault_is_reported_with_the_nearest_name(scenario):
    with pytest.raises(InputError) as raised:
        parse_targets(scenario, ["strik", "deal@x"])
    assert [one.code for one in raised.value.problems] == ["unknown-target", "target-date"]
    assert raised.value.problems[0].help == "did you mean `strike`?"
