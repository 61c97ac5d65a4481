"""Reports of two weeks of the crisis of February 2026, made up for this test, taken to a new forecast and a new file."""

import datetime as dt
import json

import pytest

from standoff import load, update
from standoff.belief.continued_scenario import continue_scenario
from standoff.belief.observation import Observation
from standoff.errors import SolveError
from standoff.solve.equilibrium import Settings

AS_OF = dt.date(2026, 2, 16)
REPORTS = (
    Observation("carrier", dt.date(2026, 2, 6), "MOBILIZE", ("USA",), ("IRN",), 0.9, sources=("made up 1",)),
    Observation("again", dt.date(2026, 2, 7), "MOBILIZE", ("USA",), ("IRN",), 0.8, sources=("made up 2",)),
    Observation("tanker", dt.date(2026, 2, 12), "COERCE", ("IRN",), (), 0.5, is_confirmed=True, sources=("made up 3",)),
)
SETTINGS = Settings(belief_points=5, belief_tolerance=0.02, threads=1)


@pytest.fixture(scope="module")
def updated():
    scenario = load("iran-us-2026", overrides=["period.horizon=6"])
    return update(scenario, REPORTS, as_of=AS_OF, settings=SETTINGS)


def test_two_reports_of_one_act_count_once_with_both_sources(updated):
    carrier, tanker = updated.effects
    assert carrier.observation.sources == ("made up 1", "made up 2")
    assert carrier.associations[0].event == "pressure.usa.reinforce"
    assert tanker.associations[0].event == "reply.iran.harass"


def test_reports_move_the_state_the_beliefs_and_the_probabilities(updated):
    found = updated
    levels = {one.track: dict(zip(one.levels, one.probability, strict=True)) for one in found.levels}
    before = updated.solution.forecast.levels
    assert levels["strait"]["harassed"] > 3 * before["strait", "harassed"][2]
    assert levels["shield"]["thin"] < before["shield", "thin"][2] / 3
    assert found.beliefs[0].mean[2] > found.beliefs[0].mean[0]  # reinforcing is what a resolved US does more often
    assert found.after[0] > found.before[0]


def test_it_says_where_its_numbers_come_from(updated):
    document = json.loads(json.dumps(updated.to_json()))
    assert document["scenario_hash"] == updated.solution.scenario.scenario_hash
    assert {"certificate", "settings", "versions", "update"} <= document.keys()
    assert document["update"]["belief_error"] <= SETTINGS.belief_tolerance


def test_it_continues_as_a_file(updated, tmp_path):
    path = tmp_path / "february.yaml"
    path.write_text(continue_scenario(updated).text, encoding="utf-8")
    scenario = load(path)
    assert scenario.as_of == AS_OF
    assert scenario.state["strait"].start == "harassed"
    assert scenario.num_periods == 4


def test_probabilities_that_the_belief_points_do_not_resolve_are_refused():
    scenario = load("iran-us-2026", overrides=["period.horizon=3"])
    settings = Settings(belief_points=5, belief_tolerance=1e-7, threads=1)
    with pytest.raises(SolveError, match="the error of the updated probabilities"):
        update(scenario, REPORTS, as_of=AS_OF, settings=settings)


def test_points_are_added_until_the_updated_probabilities_are_resolved():
    scenario = load("cuba-1962", overrides=["period.horizon=3"])
    seen = Observation("letter", dt.date(1962, 10, 23), "CONSULT", ("RUS",), ("USA",), 0.9)
    loose = update(scenario, [seen], as_of=dt.date(1962, 10, 23), settings=Settings(threads=1))
    tight = update(scenario, [seen], as_of=dt.date(1962, 10, 23), settings=Settings(belief_tolerance=2e-6, threads=1))
    points = [one.solution.equilibrium.certificate.belief_points[0] for one in (loose, tight)]
    assert points[1] > points[0]
    assert tight.belief_error <= 2e-6
    assert tight.after == pytest.approx(loose.after, abs=loose.belief_error)
