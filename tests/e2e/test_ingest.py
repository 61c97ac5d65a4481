"""An ingest in processes of its own: killed in the middle, and two at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripted_coder import ScriptedCoder
from standoff.store import open_store, prepare_store
from standoff.workbench.clustering import NEAR_DUPLICATES
from standoff.workbench.ingest import ingest

NUM_DOCUMENTS = 10_000
INGEST = """
import sys
from scripted_coder import ScriptedCoder
from standoff.store import open_store
from standoff.workbench.ingest import ingest
with open_store(sys.argv[1], wait_seconds=60) as store:
    print("begun", flush=True)
    ingest(store, sys.argv[2:], coder=ScriptedCoder(), progress=lambda done, _: print(done, flush=True))
"""


def line(number):
    """Every report has an event; every tenth repeats the one before it in another outlet."""
    own = number - (number % 10 == 9)
    words = f"Bulletin {own} of ward {own * 7919 % 10007}, harbour {own * 104729 % 10009}, quarter {own * 1299709 % 10037}: "
    day = f"2026-02-{1 + own % 27:02d}"
    text = f"{words}America sent more forces on {day}, said spokesman number {own} in the town {own * 31 % 997}."
    text += " The report was repeated." if own != number else ""
    return {"text": text, "date": day, "outlet": "Gazette" if own == number else "Courier", "language": "en"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wire")
    made = []
    for k in range(0, NUM_DOCUMENTS, 1000):
        path = folder / f"{k:05d}.jsonl"
        path.write_text("".join(json.dumps(line(number)) + "\n" for number in range(k, k + 1000)))
        made.append(path)
    return made


@pytest.fixture
def start_ingest(environment):
    path = os.pathsep.join([str(Path(__file__).parents[1]), environment["PYTHONPATH"]])

    def start(address, *sources):
        words = [sys.executable, "-c", INGEST, *map(str, (address, *sources))]
        return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment | {"PYTHONPATH": path})

    return start


def killed(process, is_there, address):
    """Kill a process once the store holds what is waited for."""
    with process:
        process.stdout.readline()
        with open_store(address) as store:
            while process.poll() is None and not is_there(store):
                time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_an_ingest_that_is_killed_at_every_stage_loses_nothing_and_doubles_nothing(start_ingest, files, tmp_path):
    address = tmp_path / "store.sqlite"
    prepare_store(address).close()
    killed(start_ingest(address, *files), lambda store: len(store.uncoded("")) >= 2000, address)
    with open_store(address) as store:
        assert 2000 <= len(store.uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
    killed(
        start_ingest(address, *files),
        lambda store: 0 < len(store.uncoded(ScriptedCoder.method)) < len(store.uncoded("")) == NUM_DOCUMENTS,
        address,
    )
    with open_store(address) as store:
        assert 0 < len(store.uncoded(ScriptedCoder.method)) < NUM_DOCUMENTS
        assert store.mark(NEAR_DUPLICATES) is None
        assert store.check() == ()
    with start_ingest(address, *files) as last:
        last.communicate()
    assert last.returncode == 0
    with open_store(address) as store:
        assert len(list(store.documents())) == NUM_DOCUMENTS
        assert store.uncoded(ScriptedCoder.method) == ()
        events = store.coded_events()
        assert len(events) == len({one.document_hash for one in events}) == NUM_DOCUMENTS
        assert [len(one.event_ids) for one in store.clusters()] == [2] * (NUM_DOCUMENTS // 10)
        assert store.check() == ()
        again = ingest(store, [str(files[0])], coder=ScriptedCoder())
        assert (again.added.new, again.added.sightings, again.num_coded, again.num_clusters) == (0, 0, 0, 0)


def test_two_ingests_at_once_record_everything_once(start_ingest, files, tmp_path):
    address = tmp_path / "store.sqlite"
    with start_ingest(address, files[0], files[1]) as one, start_ingest(address, files[1], files[2]) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    with open_store(address) as store:
        assert len(list(store.documents())) == len(store.coded_events()) == 3000
        assert store.uncoded(ScriptedCoder.method) == ()
        assert [len(cluster.event_ids) for cluster in store.clusters()] == [2] * 300
        assert store.check() == ()
