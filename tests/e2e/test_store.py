"""A store in processes of its own: killed in the middle, two at once, and a forecast done again."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import standoff
from standoff.desk.runs import record_run, rerun
from standoff.solve.equilibrium import Settings
from standoff.store import open_store, prepare_store
from stored_news import METHOD, document

NUM_DOCUMENTS = {"file": 10_000, "server": 3_000}
BATCH = 250
CODED_EVERY = 5
INGEST = """
import sys
from stored_news import METHOD, coded, document
from standoff.store import open_store
address, (first, count, batch, every, is_stepped) = sys.argv[1], map(int, sys.argv[2:])
documents = [document(k) for k in range(first, first + count)]
with open_store(address, wait_seconds=60) as store:
    def report(added):
        print(added.given, flush=True)
        if is_stepped:
            sys.stdin.readline()  # the next batch begins when the test says so
    store.add_documents(documents, batch_size=batch, progress=report)
    store.add_codings(map(coded, documents[::every]), method=METHOD, batch_size=batch, progress=report)
"""


@pytest.fixture
def ingest(environment):
    tests = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120
    path = os.pathsep.join([tests, environment["PYTHONPATH"]])

    def start(address, first, count, *, is_stepped=False):
        words = [sys.executable, "-c", INGEST, *map(str, (address, first, count, BATCH, CODED_EVERY, int(is_stepped)))]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment | {"PYTHONPATH": path})

    return start


def kill_after(process, batches, seconds):
    """Kill a stepped process some moment after it has begun the batch after a number of others; it cannot go further."""
    with process:
        for _ in range(batches):
            assert process.stdout.readline()
            process.stdin.write("go\n")
            process.stdin.flush()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(params=["file", "server"])
def address(request, tmp_path):
    where = tmp_path / "store.sqlite"
    if request.param == "server":
        where = request.getfixturevalue("postgres").make_database()
    prepare_store(where).close()
    return where


def test_an_ingest_that_is_killed_again_and_again_loses_nothing_and_doubles_nothing(ingest, address, request):
    count = NUM_DOCUMENTS[request.node.callspec.params["address"]]
    kill_after(ingest(address, 0, count, is_stepped=True), 3, 0.013)  # among the documents
    with open_store(address) as store:
        assert 3 * BATCH <= len(list(store.read_documents())) < count
        assert store.check() == ()
    kill_after(ingest(address, 0, count, is_stepped=True), count // BATCH + 1, 0.007)  # among the codings
    with open_store(address) as store:
        num_coded = count - len(store.list_uncoded(METHOD))
        assert BATCH <= num_coded < count // CODED_EVERY
        assert len(store.list_coded_events()) == 2 * num_coded
    with ingest(address, 0, count) as last:
        last.communicate()
    assert last.returncode == 0
    with open_store(address) as store:
        found = [one.document_hash for one in store.read_documents()]
        assert len(found) == count
        assert set(found) == {document(k).document_hash for k in range(count)}
        assert count - len(store.list_uncoded(METHOD)) == count // CODED_EVERY
        assert len(store.list_coded_events()) == 2 * (count // CODED_EVERY)
        assert store.check() == ()


def test_two_writers_at_once_record_everything_once(ingest, address):
    with ingest(address, 0, 1000) as one, ingest(address, 500, 1000) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    with open_store(address) as store:
        assert len(list(store.read_documents())) == 1500
        assert [len(store.list_codings(document(k).document_hash)) for k in (0, 600, 1495)] == [1, 1, 1]
        assert len(store.list_coded_events()) == 2 * 1500 // CODED_EVERY
        assert store.check() == ()


def test_two_processes_may_make_the_same_store(ingest, tmp_path):
    path = tmp_path / "new.sqlite"
    with ingest(path, 0, 10) as one, ingest(path, 5, 10) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    with open_store(path) as store:
        assert len(list(store.read_documents())) == 15


def test_a_recorded_forecast_is_done_again_number_for_number(tmp_path):
    overrides = ["period.horizon=2", "players.usa.rationality=2.5"]
    solution = standoff.solve(standoff.load("cuba-1962", overrides=overrides), Settings(belief_points=5))
    with open_store(tmp_path / "store.sqlite") as store:
        store.add_documents([document()])
        number = record_run(store, solution, kind="run", known_by=store.read_last_write(), note="before the speech")
        again = rerun(store, number)
        recorded = store.read_run(number)
    assert again.scenario.overrides == solution.scenario.overrides
    assert json.dumps(again.to_json()) == json.dumps(solution.to_json()) == json.dumps(recorded.document)
    assert [series.name for series in recorded.series] == [
        *(outcome["name"] for outcome in solution.to_json()["outcomes"]),
        "unresolved",
        *(milestone["name"] for milestone in solution.to_json()["milestones"]),
    ]
