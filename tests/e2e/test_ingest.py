"""An ingest in processes of its own: killed in the middle, and two at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripted_coder import ScriptedCoder, wire
from standoff.desk.clustering import NEAR_DUPLICATES
from standoff.desk.ingest import ingest
from standoff.store import open_store, prepare_store

NUM_DOCUMENTS = 10_000
INGEST = """
import sys
from scripted_coder import ScriptedCoder, wire
from standoff.store import open_store
from standoff.desk.ingest import ingest
with open_store(sys.argv[1], wait_seconds=60) as store:
    print("begun", flush=True)
    ingest(store, wire(int(sys.argv[2]), int(sys.argv[3])), coder=ScriptedCoder())
"""


@pytest.fixture
def start_ingest(environment):
    path = os.pathsep.join([str(Path(__file__).parents[1]), environment["PYTHONPATH"]])

    def start(address, first, last):
        words = [sys.executable, "-c", INGEST, *map(str, (address, first, last))]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment | {"PYTHONPATH": path})

    return start


def killed(process, is_there, address):
    """Kill a process once the store holds what is waited for."""
    with process:
        process.stdout.readline()
        with open_store(address) as store:
            while process.poll() is None and not is_there(store):
                time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_an_ingest_that_is_killed_at_every_stage_loses_nothing_and_doubles_nothing(start_ingest, tmp_path):
    address = tmp_path / "store.sqlite"
    prepare_store(address).close()
    killed(start_ingest(address, 0, NUM_DOCUMENTS), lambda store: len(store.uncoded("")) >= 2000, address)
    with open_store(address) as store:
        assert 2000 <= len(store.uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
    killed(
        start_ingest(address, 0, NUM_DOCUMENTS),
        lambda store: 0 < len(store.uncoded(ScriptedCoder.method)) < len(store.uncoded("")) == NUM_DOCUMENTS,
        address,
    )
    with open_store(address) as store:
        assert 0 < len(store.uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
        assert store.mark(NEAR_DUPLICATES) is None
    with start_ingest(address, 0, NUM_DOCUMENTS) as last:
        last.communicate()
    assert last.returncode == 0
    with open_store(address) as store:
        assert len(list(store.documents())) == NUM_DOCUMENTS
        assert store.uncoded(ScriptedCoder.method) == ()
        events = store.coded_events()
        assert len(events) == len({one.document_hash for one in events}) == NUM_DOCUMENTS
        assert [len(one.event_ids) for one in store.clusters()] == [2] * (NUM_DOCUMENTS // 10)
        assert store.check() == ()
        again = ingest(store, wire(0, 100), coder=ScriptedCoder())
        assert (again.added.new, again.added.copies, again.num_coded, again.num_clusters) == (0, 0, 0, 0)


@pytest.fixture(params=["file", "server"])
def address(request, tmp_path):
    where = (
        tmp_path / "store.sqlite" if request.param == "file" else request.getfixturevalue("postgres").make_database()
    )
    prepare_store(where).close()
    return where


def test_two_ingests_at_once_record_everything_once(start_ingest, address):
    with start_ingest(address, 0, 500) as one, start_ingest(address, 200, 700) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    with open_store(address) as store:
        assert len(list(store.documents())) == len(store.coded_events()) == 700
        assert store.uncoded(ScriptedCoder.method) == ()
        assert [len(cluster.event_ids) for cluster in store.clusters()] == [2] * 70
        assert store.check() == ()
