"""Stages with one mover, with two, and the crisis that goes on: what the file says is what is read."""

import pytest

from standoff.errors import ScenarioError
from standoff.scenario import Scenario, apply_overrides, parse_scenario, replace


def test_actions_of_one_mover_are_its_own(good: Scenario) -> None:
    own = list(good.stages[0].list_actions())
    assert [(item.mover, item.name, item.path) for item in own] == [
        ("north", "hold", "actions.hold"),
        ("north", "mass", "actions.mass"),
        ("north", "strike", "actions.strike"),
    ]


def test_actions_of_two_movers_stand_under_their_players(good: Scenario) -> None:
    own = list(good.stages[2].list_actions())
    assert [(item.mover, item.name, item.path) for item in own] == [
        ("north", "stay", "actions.north.stay"),
        ("north", "press", "actions.north.press"),
        ("south", "stay", "actions.south.stay"),
        ("south", "shadow", "actions.south.shadow"),
    ]


def test_an_entry_names_an_action_of_each(good: Scenario) -> None:
    (entry,) = good.stages[2].together
    assert entry.pair == {"north": "press", "south": "shadow"}


def test_a_bargaining_stage_has_no_actions(good: Scenario) -> None:
    assert list(good.stages[1].list_actions()) == []


def test_no_effects_and_absent_effects_are_distinguished(good: Scenario) -> None:
    empty = replace(good, {"stages.patrols.together.0.leads_to": ()})
    assert empty.stages[2].together[0].leads_to == ()
    pairs = [{"north": "press", "south": "shadow"}]
    assert replace(good, {"stages.patrols.together": pairs}).stages[2].together[0].leads_to is None
    assert empty.scenario_hash != replace(good, {"stages.patrols.together": pairs}).scenario_hash


def test_an_override_reaches_an_action_of_one_of_two_movers(good: Scenario) -> None:
    changed = apply_overrides(good, ["stages.patrols.actions.south.shadow.costs.south=0.5"])
    (shadow,) = [own for own in changed.stages[2].list_actions_of("south") if own.name == "shadow"]
    assert str(shadow.action.costs["south"]) == "0.5"


def test_an_override_of_an_absent_field_is_reported(good: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"there is no `lable` in `stages\.2\.actions\.south\.shadow`"):
        apply_overrides(good, ["stages.patrols.actions.south.shadow.lable=x"])


def test_the_order_of_movers_matters_to_the_hash(good: Scenario) -> None:
    swapped = replace(good, {"stages.patrols.movers": ("south", "north")})
    assert swapped.scenario_hash != good.scenario_hash


def test_a_crisis_stops_at_the_horizon_by_default(good: Scenario, good_text: str) -> None:
    assert not good.period.continues
    assert parse_scenario(good_text.replace("horizon: 26}", "horizon: 26, continues: true}")).period.continues


def continuing(text: str, horizon: int) -> str:
    return text.replace("horizon: 26}", f"horizon: {horizon}, continues: true}}")


def test_a_deadline_that_a_period_begins_on_or_after_is_before_the_horizon(good_text: str) -> None:
    # 20 March is 46 days after 2 February: the seventh week begins on day 42, the eighth on day 49
    assert parse_scenario(continuing(good_text, 8)).num_periods == 8


def test_a_deadline_that_no_period_begins_on_or_after_never_passes(good_text: str) -> None:
    with pytest.raises(ScenarioError, match="deadline-after-horizon") as caught:
        parse_scenario(continuing(good_text, 7))
    assert len(caught.value.problems) == 1
