import datetime as dt
from dataclasses import replace

import pytest

from standoff import load, solve
from standoff.belief.continued_scenario import continue_scenario
from standoff.belief.observation import Observation
from standoff.belief.updating import KnownFacts, update_solution
from standoff.errors import InputError
from standoff.scenario import parse_scenario
from standoff.scenario.writing import write_yaml
from standoff.solve.equilibrium import Settings

DAY = dt.date(1962, 10, 30)
SEEN = Observation("write", dt.date(1962, 10, 24), "CONSULT", ("RUS",), ("USA",), 0.95)


@pytest.fixture(scope="module")
def updated():
    scenario = load("cuba-1962", overrides=["period.horizon=10"])
    solution = solve(scenario, Settings(belief_points=3, threads=1))
    return update_solution(solution, [SEEN], as_of=DAY, facts=KnownFacts(is_open=True))


@pytest.mark.parametrize("name", ["cuba-1962", "iran-us-2026"])
def test_the_text_of_a_scenario_is_read_as_the_same_scenario(name):
    scenario = load(name, overrides=["period.horizon=10"])
    again = parse_scenario(write_yaml(scenario.content, heading=["one", "two"]))
    assert again.scenario_hash == scenario.scenario_hash


def test_it_starts_at_the_most_likely_state_with_the_beliefs_there(updated):
    on = continue_scenario(updated)
    assert {name: track.start for name, track in on.scenario.state.items()} == updated.states[0].levels
    values = on.scenario.compute_parameter_values()
    assert values["bold_prior"] == pytest.approx(updated.states[0].beliefs["usa"], abs=1e-12)
    assert values["unbending_prior"] == pytest.approx(updated.states[0].beliefs["ussr"], abs=1e-12)


def test_its_horizon_ends_on_the_same_day(updated):
    scenario, found = updated.solution.scenario, updated
    on = continue_scenario(found).scenario
    assert on.as_of == DAY
    assert on.find_date(on.num_periods) == scenario.find_date(scenario.num_periods)


def test_a_deadline_that_has_passed_holds_from_the_start(updated):
    scenario, found = updated.solution.scenario, updated
    (deadline,) = scenario.deadlines.values()
    assert deadline.date <= DAY
    on = continue_scenario(found)
    assert not on.scenario.deadlines
    assert "passed(" not in on.text


def test_the_file_begins_with_notes_on_what_it_does_not_express(updated):
    on = continue_scenario(updated)
    assert on.is_spread
    assert on.text.startswith("# cuba-1962 as of 1962-10-30, from an update of the scenario with the hash\n# ")
    assert all(f"# {note}\n" in on.text for note in on.notes)
    assert "The state is uncertain" in on.notes[0]
    assert f"{on.state.probability:.3f}" in on.notes[0]


def test_it_can_be_solved_though_it_has_left_levels_behind_for_good(updated, tmp_path):
    on = continue_scenario(updated)
    assert on.scenario.state["sites"].start == "ready"  # and nothing leads back to `building`
    path = tmp_path / "on.yaml"
    path.write_text(on.text, encoding="utf-8")
    assert solve(load(path), Settings(belief_points=3, threads=1)).forecast.outcomes


def test_a_prior_that_is_used_elsewhere_is_written_as_a_number():
    scenario = load("cuba-1962", overrides=["period.horizon=3", "strike_gain_bold=0.1 + 0.1 * bold_prior"])
    found = update_solution(solve(scenario, Settings(belief_points=3, threads=1)), [SEEN], as_of=dt.date(1962, 10, 24))
    on = continue_scenario(found).scenario
    assert on.compute_parameter_values()["bold_prior"] == scenario.compute_parameter_values()["bold_prior"]
    assert on.players["usa"].types["bold"].written == found.states[0].beliefs["usa"]


def test_a_value_that_was_set_outside_its_range_leaves_the_range_behind():
    scenario = load("cuba-1962", overrides=["period.horizon=3", "strike_gain_bold=0.14"])
    found = update_solution(solve(scenario, Settings(belief_points=3, threads=1)), [SEEN], as_of=dt.date(1962, 10, 24))
    on = continue_scenario(found)
    assert on.scenario.parameters["strike_gain_bold"].range is None
    assert any("strike_gain_bold" in note for note in on.notes)


def test_a_crisis_that_is_over_has_no_scenario_to_go_on_from(updated):
    with pytest.raises(InputError, match="has ended"):
        continue_scenario(replace(updated, states=()))
