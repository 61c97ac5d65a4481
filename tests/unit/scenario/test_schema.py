import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from standoff.scenario import Scenario, build_scope, parse_scenario


def test_the_good_file_is_read(good: Scenario) -> None:
    assert good.num_periods == 26
    assert good.period_days == 7
    assert good.as_of == dt.date(2026, 2, 2)
    assert good.players["north"].type_names == ("soft", "hard")
    assert good.players["south"].type_names == ("",)


def test_periods_start_on_days(good: Scenario) -> None:
    assert good.find_date(0) == good.as_of
    assert good.find_date(26) == dt.date(2026, 8, 3)


def test_half_periods_and_months_have_their_length(good_text: str) -> None:
    half = parse_scenario(good_text.replace("unit: week, horizon", "unit: week, length: 0.5, horizon"))
    assert (half.num_periods, half.period_days) == (52, 3.5)
    assert half.find_date(1) == dt.date(2026, 2, 5)
    monthly = parse_scenario(good_text.replace("unit: week, horizon: 26", "unit: month, horizon: 12"))
    assert monthly.period_days == 30.4375
    assert monthly.find_date(12) == dt.date(2027, 2, 2)


def test_one_effect_needs_no_list(good: Scenario) -> None:
    (effect,) = good.stages[0].actions["mass"].leads_to  # type: ignore[index]
    assert effect.changes == {"fleet": 1}
    assert effect.p.evaluate(build_scope(good)) == 1


def test_amounts_differ_by_type(good: Scenario) -> None:
    payoffs = good.outcomes["withdrawal"].payoffs
    assert {name: amount.written for name, amount in payoffs["north"].items()} == {"soft": -0.2, "hard": -0.4}
    assert good.outcomes["deal"].payoffs["north"].source == "0.1 * passage"


def test_worth_and_red_lines_are_found_by_type(good: Scenario) -> None:
    assert good.agenda is not None
    tolls = good.agenda.issues["tolls"]
    assert tolls.get_worth("dropped", "north", "soft").written == -0.1
    assert tolls.get_worth("dropped", "south").written == 0.2
    assert tolls.get_worth("kept", "south").written == 0
    assert tolls.is_red_line("dropped", "north", "hard")
    assert not tolls.is_red_line("dropped", "north", "soft")
    assert not tolls.is_red_line("dropped", "south")


def test_a_scenario_is_frozen(good: Scenario) -> None:
    with pytest.raises(ValidationError):
        good.title = "another"  # type: ignore[misc]


def test_a_scenario_survives_pickling(good: Scenario) -> None:
    again = pickle.loads(pickle.dumps(good))  # noqa: S301  our own bytes
    assert again == good
    assert again.scenario_hash == good.scenario_hash
    assert again.source_map == good.source_map


def test_dumped_data_can_be_read_again(good: Scenario) -> None:
    assert Scenario.model_validate(good.model_dump(mode="json")).scenario_hash == good.scenario_hash


def test_the_hash_ignores_comments_layout_and_defaults(good: Scenario, good_text: str) -> None:
    changed = good_text.replace("# The smallest", "# the smallest").replace(
        "toll: {value: 0.3}", "toll:\n    value: 0.30"
    )
    changed = changed.replace("horizon: 26", "horizon: 26.0, length: 1").replace(
        "discount: 0.99\n", "discount: '0.99'\n"
    )
    assert parse_scenario(changed).scenario_hash == good.scenario_hash


def test_the_hash_ignores_the_order_of_parameters(good: Scenario, good_text: str) -> None:
    moved = good_text.replace("  toll: {value: 0.3}\n", "").replace(
        "parameters:\n", "parameters:\n  toll: {value: 0.3}\n"
    )
    assert parse_scenario(moved).scenario_hash == good.scenario_hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("toll: {value: 0.3}", "toll: {value: 0.31}"),
        ("{soft: 1 - hard_prior, hard: hard_prior}", "{hard: hard_prior, soft: 1 - hard_prior}"),
        ("levels: [light, massed]", "levels: [massed, light]"),
        ("label: Strike\n", "label: Attack\n"),
    ],
)
def test_the_hash_sees_what_matters(good: Scenario, good_text: str, old: str, new: str) -> None:
    assert parse_scenario(good_text.replace(old, new)).scenario_hash != good.scenario_hash


def test_the_order_of_ratification_matters(good_text: str) -> None:
    first = good_text.replace("ratify: {south: {chance: 0.9", "ratify: {north: {chance: 1}, south: {chance: 0.9")
    second = good_text.replace("failed: {talks: -1}}}", "failed: {talks: -1}}, north: {chance: 1}}")
    assert parse_scenario(first).scenario_hash != parse_scenario(second).scenario_hash


def test_a_date_may_be_quoted(good: Scenario, good_text: str) -> None:
    quoted = parse_scenario(good_text.replace("as_of: 2026-02-02", "as_of: '2026-02-02'"))
    assert quoted.scenario_hash == good.scenario_hash


def test_a_retrospective_document_may_be_late(good_text: str) -> None:
    parse_scenario(good_text.replace("date: 2026-02-01, rating", "date: 2027-02-01, retrospective: true, rating"))


@given(st.integers(0, 1000))
def test_dates_never_go_back(period: int) -> None:
    scenario = parse_scenario(
        "{standoff: 1, id: x, title: x, as_of: 2026-02-02, period: {unit: month, length: 0.1, horizon: 100}, "
        "payoff_unit: x, players: {a: {label: A, rationality: 1, discount: 1}}, unresolved: {label: U}, "
        "stages: [{name: s, mover: a, actions: {wait: {label: W}}}]}"
    )
    assert scenario.find_date(period) <= scenario.find_date(period + 1)
