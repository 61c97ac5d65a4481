import pytest

from standoff import load
from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.scenario import Scenario, apply_overrides, parse_scenario, replace


@pytest.fixture(scope="module")
def iran() -> Scenario:
    return load("iran-us-2026")


def test_a_switched_off_hazard_is_removed(good: Scenario) -> None:
    changed = apply_overrides(good, ["nature.collision=off"])
    assert list(changed.nature) == ["collapse"]
    assert changed.overrides == ("nature.collision=off",)
    assert changed.scenario_hash != good.scenario_hash


def test_a_switched_off_action_loses_its_joint_effects(good: Scenario) -> None:
    changed = apply_overrides(good, ["stages.patrols.actions.north.press=off"])
    assert [own.name for own in changed.stages[2].list_actions()] == ["stay", "stay", "shadow"]
    assert changed.stages[2].together == ()


def test_an_action_of_a_single_mover_is_named_by_its_stage(good: Scenario) -> None:
    changed = apply_overrides(good, ["stages.pressure.actions.mass=off"])
    assert [own.name for own in changed.stages[0].list_actions()] == ["hold", "strike"]


def test_a_switched_off_stage_leaves_the_others_findable(good: Scenario) -> None:
    changed = apply_overrides(good, ["stages.pressure=off", "stages.patrols.when=fight == regional"])
    assert [stage.name for stage in changed.stages] == ["round", "patrols"]
    assert str(changed.stages[1].when) == "fight == regional"
    assert changed.source_map.find_line("stages.1.movers") == good.source_map.find_line("stages.2.movers")
    again = apply_overrides(changed, ["stages.patrols.label=Patrols"])
    assert again.stages[1].label == "Patrols"
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(changed, ["stages.round.when=1 +"])
    assert caught.value.problems[0].file == "--set stages.round.when=1 +"


def test_a_fault_after_a_switched_off_stage_names_its_own_override(good: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(good, ["stages.pressure=off", "stages.patrols.rate=-1"])
    assert [problem.file for problem in caught.value.problems] == ["--set stages.patrols.rate=-1"]


def test_a_switched_off_issue_stays_at_the_status_quo_in_every_package_and_formula(good: Scenario) -> None:
    changed = apply_overrides(good, ["agenda.issues.tolls=off"])
    game = compile_game(changed)
    assert game.packages == ("passage:open+tolls:kept",)
    assert str(changed.stages[1].bargaining.accept.ratify["south"].chance) == "0.9 if tolls == kept else 0.8"  # type: ignore[union-attr]
    assert changed.agenda is not None
    assert changed.agenda.issues["tolls"].worth == {}


@pytest.mark.parametrize("packages", ["efficient", "all"])
def test_no_package_contains_a_switched_off_issue(good: Scenario, packages: str) -> None:
    changed = apply_overrides(good, [f"agenda.packages={packages}", "agenda.issues.tolls=off"])
    assert all("tolls:kept" in name for name in compile_game(changed).packages)


def test_an_issue_at_its_status_quo_no_longer_bars_a_package(iran: Scenario) -> None:
    """The US has a red line against unlimited nuclear work; without that issue on the table there is still a deal."""
    changed = apply_overrides(iran, ["agenda.issues.nuclear=off"])
    packages = compile_game(changed).packages
    assert packages
    assert all("nuclear:unlimited" in name for name in packages)


@pytest.mark.parametrize("path", ["red_lines.iran", "red_lines.iran.hardline", "red_lines"])
def test_a_switched_off_red_line_is_removed(iran: Scenario, path: str) -> None:
    changed = apply_overrides(iran, [f"agenda.issues.missiles.{path}=off"])
    assert changed.agenda is not None
    assert iran.agenda is not None
    assert iran.agenda.issues["missiles"].is_red_line("reduced", "iran", "hardline")
    assert not changed.agenda.issues["missiles"].is_red_line("reduced", "iran", "hardline")


@pytest.mark.parametrize("written", ["players.israel=off", "israel=off"])
def test_a_switched_off_third_party_makes_no_decisions_and_keeps_its_payoffs(iran: Scenario, written: str) -> None:
    changed = apply_overrides(iran, [written])
    assert "israel_alone" not in [stage.name for stage in changed.stages]
    assert changed.flows.keys() == iran.flows.keys()
    compile_game(changed)


def test_slipping_and_ratifying_can_be_switched_off(iran: Scenario) -> None:
    changed = apply_overrides(
        iran, ["stages.round.bargaining.slip=off", "stages.round.bargaining.accept.ratify.usa=off"]
    )
    (bargaining,) = [stage.bargaining for stage in changed.stages if stage.bargaining]
    assert bargaining.slip is None
    assert list(bargaining.accept.ratify) == ["iran"]


def test_several_parts_are_switched_off_in_any_order(iran: Scenario) -> None:
    parts = ["israel=off", "stages.retaliation=off", "nature.unrest=off", "stages.israel_alone=off"]
    one, other = apply_overrides(iran, parts), apply_overrides(iran, parts[::-1])
    assert one.scenario_hash == other.scenario_hash
    assert [stage.name for stage in one.stages] == ["pressure", "reply", "round", "campaign"]


def test_replace_switches_off_too(good: Scenario) -> None:
    assert "collapse" not in replace(good, {"nature.collapse": "off"}).nature


def test_off_is_also_the_name_of_a_level(good_text: str) -> None:
    text = good_text.replace("levels: [light, massed], start: light", "levels: [off, massed], start: massed")
    text = text.replace("level_labels: {massed: in force}", "level_labels: {off: at home}")
    assert apply_overrides(parse_scenario(text), ["fleet.start=off"]).state["fleet"].start == "off"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["north=off"], "--set north=off: switch-off: `north` has private types"),
        (["south=off"], "`south` negotiates in the stage `round`"),
        (["agenda.issues.tolls=off", "agenda.issues.passage=off"], "`passage` is the last issue on the agenda"),
        (["stages.pressure=off", "stages.round=off", "stages.patrols=off"], "no stage would remain"),
        (
            ["stages.patrols.actions.south.stay=off", "stages.patrols.actions.south.shadow=off"],
            "`shadow` is the last action of the stage `patrols`",
        ),
        (["milestones.first_strike=off"], "`milestones.first_strike` cannot be switched off"),
        (["nature.colision=off"], "did you mean `collision`?"),
        (["agenda.issues.passage.red_lines.south=off"], "there is no `red_lines` in `agenda.issues.passage`"),
        (["stages.patrol=off"], "there is no `patrol` in `stages`"),
        (
            ["nature.collision=off", "nature.collision.hazard=1"],
            "contradiction: `nature.collision.hazard` is changed, but",
        ),
        (["toll=0.1", "toll=0.2"], "--set toll=0.2: contradiction: `toll` is set to two different values"),
        (["toll=0.1", "parameters.toll.value=0.2"], "contradiction"),
    ],
)
def test_a_part_that_cannot_be_switched_off_is_refused_with_the_reason(
    good: Scenario, overrides: list[str], message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(good, overrides)
    assert message in str(caught.value)


def test_a_part_that_needs_a_switched_off_part_is_reported_with_it(good: Scenario) -> None:
    """Only an accepted package leads to `deal`, whose payoffs use an issue; without the talks nothing does."""
    with pytest.raises(ScenarioError) as caught:
        apply_overrides(good, ["stages.round=off"])
    (problem,) = caught.value.problems
    assert problem.path == "outcomes.deal.payoffs.north"
    assert problem.message == "the issue `passage` cannot be used here, with `stages.round=off`"


def test_the_same_value_twice_contradicts_nothing(good: Scenario) -> None:
    assert apply_overrides(good, ["toll=0.1", "toll=0.1"]).compute_parameter_values()["toll"] == 0.1


@pytest.mark.parametrize(("written", "other"), [("0.7", 0.3), ("hard_prior / 2", 0.8)])
def test_a_prior_set_alone_gives_the_other_type_the_rest(good: Scenario, written: str, other: float) -> None:
    changed = apply_overrides(good, [f"north.types.hard={written}"])
    assert compile_game(changed).players[0].prior[0] == pytest.approx(other, abs=1e-15)


def test_both_priors_set_must_sum_to_one_by_themselves(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"sum to 0\.8, not to 1"):
        apply_overrides(good, ["north.types.hard=0.4", "north.types.soft=0.4"])


def test_a_prior_outside_its_bounds_is_refused(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"--set north.types.hard=1.2: priors: the prior of the type `hard` is 1.2"):
        apply_overrides(good, ["north.types.hard=1.2"])
