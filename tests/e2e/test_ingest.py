"""An ingest in processes of its own: killed in the middle, and two at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripted_coder import ScriptedCoder, wire
from standoff.desk.clustering import NEAR_DUPLICATES
from standoff.desk.ingestion import ingest
from standoff.store import open_store, prepare_store

NUM_DOCUMENTS = 10_000
INGEST = """
import itertools
import sys
from scripted_coder import ScriptedCoder, wire
from standoff.store import open_store
from standoff.desk.ingestion import ingest
address, first, last, pause = sys.argv[1], *map(int, sys.argv[2:])
steps = itertools.count(1)
def should_stop():
    if next(steps) == pause:
        print("paused", flush=True)
        sys.stdin.readline()  # until it is killed
    return False
with open_store(address, wait_seconds=60) as store:
    ingest(store, wire(first, last), coder=ScriptedCoder(), should_stop=should_stop)
"""
"""Pauses at a step: `ingest` asks once before every document that it reads, then once before every one that it codes."""


@pytest.fixture
def start_ingest(environment):
    path = os.pathsep.join([str(Path(__file__).parents[1]), environment["PYTHONPATH"]])

    def start(address, first, last, pause=0):
        words = [sys.executable, "-c", INGEST, *map(str, (address, first, last, pause))]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment | {"PYTHONPATH": path})

    return start


def kill_at_pause(process):
    """Kill a process at the step at which it pauses."""
    with process:
        assert process.stdout.readline() == "paused\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_an_ingest_that_is_killed_at_every_stage_loses_nothing_and_doubles_nothing(start_ingest, tmp_path):
    address = tmp_path / "store.sqlite"
    prepare_store(address).close()
    kill_at_pause(start_ingest(address, 0, NUM_DOCUMENTS, pause=6000))
    with open_store(address) as store:
        assert 2000 <= len(store.list_uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
    kill_at_pause(start_ingest(address, 0, NUM_DOCUMENTS, pause=NUM_DOCUMENTS + 6000))
    with open_store(address) as store:
        assert len(store.list_uncoded("")) == NUM_DOCUMENTS
        assert 0 < len(store.list_uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
        assert store.read_mark(NEAR_DUPLICATES) is None
    with start_ingest(address, 0, NUM_DOCUMENTS) as last:
        last.communicate()
    assert last.returncode == 0
    with open_store(address) as store:
        assert len(list(store.read_documents())) == NUM_DOCUMENTS
        assert store.list_uncoded(ScriptedCoder.method) == ()
        events = store.list_coded_events()
        assert len(events) == len({one.document_hash for one in events}) == NUM_DOCUMENTS
        assert [len(one.event_ids) for one in store.list_clusters()] == [2] * (NUM_DOCUMENTS // 10)
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
        assert len(list(store.read_documents())) == len(store.list_coded_events()) == 700
        assert store.list_uncoded(ScriptedCoder.method) == ()
        assert [len(cluster.event_ids) for cluster in store.list_clusters()] == [2] * 70
        assert store.check() == ()
