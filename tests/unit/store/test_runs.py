"""Runs, their probabilities, and the scenario that they solved."""

import datetime as dt

import pytest

from standoff.catalog import find_scenario_path
from standoff.desk.runs import rerun
from standoff.errors import InputError
from standoff.scenario import apply_overrides, load_scenario
from standoff.store import Run
from standoff.version import __version__
from stored_news import document

SETTINGS = {"tolerance": 1e-8, "belief_points": 5}


@pytest.fixture(scope="module")
def cuba():
    return load_scenario(find_scenario_path("cuba-1962"))


@pytest.fixture(scope="module")
def changed(cuba):
    return apply_overrides(cuba, ["period.horizon=3", "players.usa.rationality=2.5"])


def a_run(scenario, probabilities=(0.1, 1 / 3), **more):
    """A run as a solve would give it; the numbers are made up."""
    given = {
        "scenario_hash": scenario.scenario_hash,
        "overrides": list(scenario.overrides),
        "outcomes": [{"name": "war", "label": "War", "cumulative": list(probabilities)}],
        "unresolved": [1 - p for p in probabilities],
        "milestones": [{"name": "alarm", "label": "Alarm", "cumulative": [0.5, 0.5]}],
        "certificate": {"residual": 1.2345678901234567e-9},
        "versions": {"standoff": __version__},
    }
    return Run(scenario, SETTINGS, given, **more)


def test_a_run_comes_back_as_it_was_given(store, changed):
    given = a_run(changed, kind="update", note="after the speech")
    found = store.read_run(store.add_run(given))
    assert found.document == given.document
    assert (found.settings, found.certificate) == (SETTINGS, given.document["certificate"])
    assert (found.kind, found.note, found.known_by) == ("update", "after the speech", None)
    assert (found.scenario, found.scenario_hash, found.as_of) == (changed.id, changed.scenario_hash, changed.as_of)
    assert found.overrides == changed.overrides
    assert found.series == given.list_series()
    assert abs(dt.datetime.now(dt.UTC) - found.recorded_at) < dt.timedelta(hours=1)


def test_the_probabilities_of_a_run_have_dates(changed):
    war, unresolved, alarm = a_run(changed).list_series()
    assert [series.kind for series in (war, unresolved, alarm)] == ["outcome", "outcome", "milestone"]
    assert war.dates == (changed.find_date(1), changed.find_date(2))
    assert unresolved.probabilities == (0.9, 1 - 1 / 3)


def test_the_scenario_of_a_run_is_made_again_with_its_overrides(store, changed):
    found = store.restore_scenario(store.add_run(a_run(changed)))
    assert found.scenario_hash == changed.scenario_hash
    assert found.overrides == changed.overrides
    assert found.model_dump_json() == changed.model_dump_json()  # also the order in which it names things


def test_a_scenario_is_found_by_the_start_of_its_hash(store, cuba, changed):
    store.add_run(a_run(cuba))
    store.add_run(a_run(changed))
    assert store.restore_scenario(cuba.scenario_hash[:12]).scenario_hash == cuba.scenario_hash
    for unknown in ("", "%", "_", "x" * 64):
        with pytest.raises(InputError, match="unknown-scenario"):
            store.restore_scenario(unknown)


def test_a_scenario_solved_twice_is_kept_once_and_checked(store, cuba):
    store.add_run(a_run(cuba))
    before = store.read_last_write()
    store.add_run(a_run(cuba, probabilities=(0.2, 0.3)))
    assert (store.read_last_write(), store.check()) == (before + 1, ())


def test_runs_are_listed_by_scenario_and_kind(store, cuba, changed):
    first, second = store.add_run(a_run(cuba)), store.add_run(a_run(changed, kind="update"))
    third = store.add_run(a_run(changed))

    def found(**filters):
        return [run.run_id for run in store.list_runs(**filters)]

    assert found() == found(scenario="cuba-1962") == [first, second, third]
    assert found(scenario_hash=changed.scenario_hash) == [second, third]
    assert found(kind="update") == [second]
    assert found(limit=2) == [second, third]
    assert found(scenario="elsewhere") == []


def test_a_run_tells_which_news_it_knew(store, cuba):
    store.add_documents([document()])
    write = store.read_last_write()
    assert store.read_run(store.add_run(a_run(cuba, known_by=write))).known_by == write
    with pytest.raises(InputError, match="unknown-write"):
        store.add_run(a_run(cuba, known_by=write + 10))


def test_an_unknown_run_is_refused(store):
    with pytest.raises(InputError, match="there is no run `7`"):
        store.read_run(7)
    with pytest.raises(InputError, match="there is no run `7`"):
        store.restore_scenario(7)


def test_a_run_is_of_its_scenario(cuba, changed):
    with pytest.raises(ValueError, match="another scenario"):
        Run(cuba, {}, a_run(changed).document)
    with pytest.raises(ValueError, match="lacks certificate"):
        Run(cuba, {}, {key: value for key, value in a_run(cuba).document.items() if key != "certificate"})


def test_what_is_not_a_number_is_not_recorded(store, cuba):
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.add_run(a_run(cuba, probabilities=(float("nan"), 0.5)))
    assert (store.list_runs(), store.read_last_write()) == ((), 0)


def test_a_run_under_settings_that_are_unknown_is_not_done_again(store, changed):
    given = Run(changed, {"tolerance": 1e-8, "speed": "high"}, a_run(changed).document)
    with pytest.raises(InputError, match=r"unknown-settings.*speed"):
        rerun(store, store.add_run(given))
