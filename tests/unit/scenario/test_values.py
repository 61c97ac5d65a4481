import pytest

from standoff.scenario import Expression, Scenario, Scope, build_scope, parse_scenario
from standoff.scenario.values import find_rate_unit, find_time_constants, find_unit_factor


def test_rates_are_per_unit_of_the_file(good: Scenario) -> None:
    assert good.compute_parameter_values()["escort_cost"] == pytest.approx(0.07, rel=1e-15)
    assert good.compute_unit_factor("escort_cost") == 7
    assert good.compute_unit_factor("toll") == 1


@pytest.mark.parametrize(
    ("unit", "per"),
    [("1/day", "day"), ("share / week", "week"), ("day", ""), (None, ""), ("1/day of work", ""), ("1/year", "year")],
)
def test_a_rate_is_known_by_its_unit(unit: str | None, per: str) -> None:
    assert find_rate_unit(unit) == per


def test_time_constants_are_lengths_in_the_file_unit() -> None:
    assert find_time_constants("week") == {"day": 1 / 7, "week": 1, "month": 30.4375 / 7, "year": 365.25 / 7}


@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_a_rate_over_its_time_constant_is_in_the_unit_of_the_file(unit: str) -> None:
    written = Expression.parse(f"3/{unit}").evaluate(Scope(dict(find_time_constants("week"))))
    assert written == pytest.approx(3 * find_unit_factor(f"1/{unit}", "week"), rel=1e-15)


def test_formulas_follow_the_parameters_they_need(good: Scenario) -> None:
    assert good.compute_parameter_values()["widen"] == 0.2
    assert good.compute_parameter_values({"hard_prior": 0.5})["widen"] == 0.25
    assert good.compute_parameter_values({"widen": 0.9})["widen"] == 0.9


def test_the_scope_has_parameters_and_time_constants(good: Scenario) -> None:
    assert Expression.parse("1.5/week + 2 * toll").evaluate(build_scope(good)) == 2.1


def test_parameters_may_be_written_in_any_order(good_text: str) -> None:
    text = good_text.replace("parameters:\n", "parameters:\n  early: {value: toll * 2}\n")
    scenario = parse_scenario(text.replace("{north: 0.1 * passage}", "{north: early * passage}"))
    assert next(iter(scenario.compute_parameter_values())) == "early"
    assert scenario.compute_parameter_values()["early"] == 0.6


def test_a_unit_of_a_formula_must_be_that_of_the_file(good_text: str) -> None:
    text = good_text.replace("widen: {value: hard_prior / 2,", "widen: {value: hard_prior / 2, unit: 1/week,")
    assert parse_scenario(text).compute_parameter_values()["widen"] == 0.2
