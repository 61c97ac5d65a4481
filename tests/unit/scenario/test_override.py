import pytest

from standoff.errors import ScenarioError
from standoff.scenario import Expression, Scenario, apply_overrides, parse_scenario, replace


def test_a_parameter_is_set_by_its_name(good: Scenario) -> None:
    changed = apply_overrides(good, ["escort_cost=0.02"])
    assert changed.compute_parameter_values()["escort_cost"] == pytest.approx(0.14)
    assert good.compute_parameter_values()["escort_cost"] == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("fleet.start=massed", ("state", "fleet", "start")),
        ("state.fleet.start=massed", ("state", "fleet", "start")),
        ("players.south.label=massed", ("players", "south", "label")),
        ("south.label=massed", ("players", "south", "label")),
        ("stages.pressure.label=massed", ("stages", 0, "label")),
        ("stages.0.label=massed", ("stages", 0, "label")),
        ("title=massed", ("title",)),
        ("parameters.toll.label=massed", ("parameters", "toll", "label")),
        ("toll.label=massed", ("parameters", "toll", "label")),
    ],
)
def test_a_path_leads_into_the_file(good: Scenario, override: str, path: tuple[str | int, ...]) -> None:
    here: object = apply_overrides(good, [override]).model_dump()
    for key in path:
        here = here[key]  # type: ignore[index]
    assert here == "massed"


def test_the_value_is_yaml(good: Scenario) -> None:
    changed = apply_overrides(good, ["stages.pressure.actions.mass.leads_to=[{p: 0.5, fleet: +1}, {p: 1 - 0.5}]"])
    assert len(changed.stages[0].actions["mass"].leads_to) == 2  # type: ignore[index]


def test_an_override_says_the_same_as_the_edited_file(good: Scenario, good_text: str) -> None:
    edited = parse_scenario(good_text.replace("toll: {value: 0.3}", "toll: {value: 2 * hard_prior}"))
    assert apply_overrides(good, ["toll=2 * hard_prior"]).scenario_hash == edited.scenario_hash


def test_an_override_may_leave_the_range(good: Scenario) -> None:
    assert replace(good, {"hard_prior": 0.9}).compute_parameter_values()["hard_prior"] == 0.9


def test_a_value_outside_a_range_just_set_is_a_fault(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match="outside-range"):
        apply_overrides(good, ["hard_prior.range=[0.5, 0.6]"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("escort_costs=1", "--set escort_costs=1: unknown-path: there is no `escort_costs` in this scenario"),
        ("nobody", "--set nobody: override: `nobody` is not of the form `name=value`"),
        ("toll=[", "--set toll=[: yaml-syntax"),
        ("toll=*x", "--set toll=*x: yaml-feature"),
        ("toll={a: 1, a: 2}", "duplicate-key"),
        ("toll=", "--set toll=: wrong-type: expected a number or a formula, found nothing"),
        ("toll=1 +", "--set toll=1 +: expression-syntax"),
        ("fleet.start=heavy", "--set fleet.start=heavy: unknown-level: `fleet` has no level `heavy`"),
        ("fleet.begin=light", "there is no `begin` in `state.fleet`"),
        ("south.rationality=-1", "--set south.rationality=-1: rationality"),
        ("south.rationality=.inf", "--set south.rationality=.inf: not-finite"),
        ("south.rationality=.nan", "--set south.rationality=.nan: not-finite"),
        ("period.horizon=0", "--set period.horizon=0: wrong-value: `0` should be greater than 0"),
        ("stages.presure.rate=1", "there is no `presure` in `stages`"),
        ("stages.9.rate=1", "there is no `9` in `stages`"),
        ("title.x=1", "there is no `x` in `title`"),
        ("=1", "override"),
    ],
)
def test_a_fault_names_its_override(good: Scenario, override: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(good, [override])
    assert message in str(caught.value)


def test_the_nearest_name_is_offered(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match="did you mean `escort_cost`"):
        apply_overrides(good, ["escort_costs=1"])


def test_all_faulty_overrides_are_reported_at_once(good: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(good, ["nobody=1", "toll=[", "x"])
    assert len(caught.value.problems) == 3


def test_a_scenario_remembers_what_was_changed(good: Scenario) -> None:
    changed = replace(apply_overrides(good, ["toll=0.2"]), {"fleet.start": "massed"})
    assert changed.overrides == ("toll=0.2", "fleet.start=massed")
    assert changed.is_overridden
    assert not good.is_overridden
    assert changed.state["fleet"].start == "massed"
    assert changed.compute_parameter_values()["toll"] == 0.2


def test_replace_takes_formulas_and_tuples(good: Scenario) -> None:
    changed = replace(good, {"toll": Expression.parse("2 * hard_prior"), "hard_prior.range": (0.0, 1.0)})
    assert changed.compute_parameter_values()["toll"] == 0.8
    assert changed.parameters["hard_prior"].range == (0, 1)


def test_no_override_changes_nothing(good: Scenario) -> None:
    assert apply_overrides(good, []) is good


def test_an_optional_field_can_be_added(good: Scenario) -> None:
    assert apply_overrides(good, ["stages.round.rate=0.5"]).stages[1].rate == Expression.parse(0.5)
