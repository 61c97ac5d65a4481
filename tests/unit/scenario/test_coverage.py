from standoff.scenario import Scenario, measure_coverage, parse_scenario


def test_every_parameter_has_a_source_or_none(good: Scenario) -> None:
    coverage = measure_coverage(good)
    assert coverage.sources["escort_cost"] == "evidence"
    assert coverage.sources["hard_prior"] == "judgement"
    assert coverage.sources["toll"] == "none"
    assert coverage.unsourced == ("patience_of_south", "depth", "toll")


def test_counts_add_up(good: Scenario) -> None:
    assert measure_coverage(good).counts == {"evidence": 1, "judgement": 2, "none": 3}


def test_a_formula_has_the_source_of_its_parameters(good: Scenario, good_text: str) -> None:
    assert measure_coverage(good).sources["widen"] == "judgement"
    mixed = parse_scenario(good_text.replace("value: hard_prior / 2", "value: hard_prior / 2 + 0 * toll"))
    assert measure_coverage(mixed).sources["widen"] == "none"


def test_a_scenario_without_parameters_is_covered() -> None:
    assert measure_coverage(
        parse_scenario(
            "{standoff: 1, id: x, title: x, as_of: 2026-02-02, period: {unit: week, horizon: 1}, payoff_unit: x, "
            "players: {a: {label: A, rationality: 1, discount: 1}}, unresolved: {label: U}, "
            "stages: [{name: s, mover: a, actions: {wait: {label: W}}}]}"
        )
    ).counts == {"evidence": 0, "judgement": 0, "none": 0}
