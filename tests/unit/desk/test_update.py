"""Updates that are recorded in a store and repeated."""

import datetime as dt

import pytest

import standoff.desk.update as desk_update
from standoff import load
from standoff.belief.likelihood import ReportingModel
from standoff.belief.observation import Observation
from standoff.belief.updating import KnownFacts
from standoff.desk.update import rerun_update
from standoff.errors import InputError
from standoff.solve.target import Target
from standoff.store import Run, open_store

DAY = dt.date(1962, 10, 24)
OBSERVATION = {
    "name": "f:1-2", "date": "1962-10-24", "event_type": "MOBILIZE", "actors": ["RUS"], "targets": [], "confidence": 0.8,
    "is_confirmed": False, "stands_for": "", "cluster": "c", "sources": ["Gazette 1962-10-24"], "quote": "sent troops",
}  # fmt: skip


@pytest.fixture
def scenario():
    return load("cuba-1962", overrides=["period.horizon=2"])


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "store.sqlite") as opened:
        yield opened


def document(scenario):
    return {
        "json_version": 1, "scenario_hash": scenario.scenario_hash, "outcomes": [], "unresolved": [0.9, 0.8], "milestones": [],
        "certificate": {}, "versions": {"standoff": "0.1.0"},
    }  # fmt: skip


def test_an_update_of_json_version_1_is_repeated_with_its_recorded_inputs(scenario, store, monkeypatch):
    model = ReportingModel(background_per_week=1.5)
    old = document(scenario) | {
        "update": {
            "accounts": [], "set_aside": [], "ends": [], "in_silence": [], "log_evidence": -3.0, "odds": [], "dates": [],
            "probabilities": [{"kind": "outcome", "name": "deal", "label": "Deal", "after": []}],
            "facts": {"levels": {}, "is_open": True}, "reporting": model.to_json(),
        },
        "inputs": {
            "as_of": DAY.isoformat(), "known_by": None, "observations": [OBSERVATION], "dated_by_report": [],
            "targets": [{"kind": "outcome", "name": "deal", "periods": 2}],
        },
    }  # fmt: skip
    number = store.add_run(Run(scenario, {"belief_points": 5}, old, kind="update"))
    asked = {}
    monkeypatch.setattr(desk_update, "update", lambda *given, **named: asked.update(named, given=given))
    rerun_update(store, number)
    restored, (observation,) = asked["given"]
    assert restored.scenario_hash == scenario.scenario_hash
    assert observation == Observation(
        "f:1-2", DAY, "MOBILIZE", ("RUS",), (), 0.8, cluster="c", sources=("Gazette 1962-10-24",), quote="sent troops"
    )
    assert (asked["as_of"], asked["targets"], asked["facts"]) == (
        DAY,
        [Target("outcome", "deal", 2)],
        KnownFacts(None, is_open=True),
    )
    assert asked["model"].background_per_week == 1.5
    assert asked["model"].confusion.matrix.tolist() == model.confusion.matrix.tolist()
    assert asked["settings"].belief_points == 5


def test_a_run_that_is_not_an_update_is_refused_with_the_function_that_repeats_it(scenario, store):
    number = store.add_run(Run(scenario, {}, document(scenario)))
    with pytest.raises(InputError, match="is not an update on news") as raised:
        rerun_update(store, number)
    assert "standoff.desk.runs.rerun" in raised.value.problems[0].help
