"""A scenario as plain data, and the same scenario again."""

import json

import pytest

from standoff.catalog import find_scenario_path, list_scenarios
from standoff.errors import ScenarioError
from standoff.scenario import apply_overrides, archive_scenario, load_scenario, replace, restore_scenario


@pytest.mark.parametrize("name", list_scenarios())
def test_every_scenario_comes_back_from_json(name):
    scenario = load_scenario(find_scenario_path(name))
    again = restore_scenario(json.loads(json.dumps(archive_scenario(scenario))))
    assert again.scenario_hash == scenario.scenario_hash
    assert again.model_dump_json() == scenario.model_dump_json()  # also the order in which it names things


def test_an_override_beyond_its_range_comes_back():
    scenario = load_scenario(find_scenario_path("iran-us-2026"))
    name, parameter = next((name, one) for name, one in scenario.parameters.items() if one.range)
    changed = apply_overrides(scenario, [f"{name}={parameter.range[1] * 1.5}"])
    again = restore_scenario(archive_scenario(changed))
    assert again.overrides == changed.overrides
    assert again.scenario_hash == changed.scenario_hash != scenario.scenario_hash


def test_values_replaced_from_python_come_back():
    scenario = load_scenario(find_scenario_path("cuba-1962"))
    changed = replace(scenario, {"period.horizon": 3, "as_of": scenario.as_of.replace(day=1)})
    assert restore_scenario(archive_scenario(changed)).scenario_hash == changed.scenario_hash


def test_a_field_that_this_version_does_not_know_is_refused():
    kept = archive_scenario(load_scenario(find_scenario_path("cuba-1962")))
    kept["content"]["weather"] = "fine"
    with pytest.raises(ScenarioError, match="weather"):
        restore_scenario(kept)
    with pytest.raises(ScenarioError, match="not an archived scenario"):
        restore_scenario({"content": {}})
