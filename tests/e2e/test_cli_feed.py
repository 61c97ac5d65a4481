"""`standoff feed` in a process of its own: killed, stopped, started again, and two at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import standoff.cli.feed as command
from articles import web_server
from scripted_coder import ScriptedCoder
from standoff.cli.app import main
from standoff.store import open_store, prepare_store

COMMAND = """
import sys
import standoff.cli.feed as command
from scripted_coder import ScriptedCoder
from standoff.cli.app import main
command.open_coder_named = lambda name: ScriptedCoder()
main()
"""


@pytest.fixture
def watch(environment):
    path = os.pathsep.join([str(Path(__file__).parents[1]), environment["PYTHONPATH"]])

    def start(*arguments):
        words = [sys.executable, "-c", COMMAND, "feed", *map(str, arguments)]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, env=environment | {"PYTHONPATH": path})

    return start


@pytest.fixture
def once(monkeypatch, capsys):
    """Read feeds once in this process, with the scripted coder."""
    monkeypatch.setattr(command, "open_coder_named", lambda _: ScriptedCoder())

    def finished(*arguments):
        monkeypatch.setattr(sys, "argv", ["standoff", "feed", "--once", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0, *capsys.readouterr()

    return finished


def finish(process):
    with process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def write_wire(path, *texts):
    part = path.with_suffix(".part")
    part.write_text(
        "".join(json.dumps({"text": text, "date": "2026-02-09", "outlet": "Wire"}) + "\n" for text in texts)
    )
    part.replace(path)


def reports(count):
    return [f"Bulletin {k} of the day: America struck Iran on 2026-02-0{1 + k % 9}." for k in range(count)]


@pytest.fixture
def wire(tmp_path):
    path = tmp_path / "wire.jsonl"
    write_wire(path, *reports(3), "Bonjour, le monde.")
    return path


@pytest.fixture
def place(tmp_path):
    where = tmp_path / "store.sqlite"
    prepare_store(where).close()
    return where


def test_new_events_are_printed_a_line_each_and_once(once, wire, place):
    code, out, err = once(wire, "--store", place)
    assert code == 0
    template = "ASSAULT USA to IRN, happened (0.90), Wire: Bulletin {} of the day: America struck Iran on {}."
    days = [f"2026-02-0{1 + k}" for k in range(3)]
    assert [line.split("  ")[1:] for line in out.splitlines()] == [
        [day, template.format(k, day)] for k, day in enumerate(days)
    ]
    assert err == f"not coded: {wire}: the text is in French\n"
    write_wire(wire, "Iran threatened America.", *reports(3))
    code, out, _ = once(wire, "--json", "--store", place)
    [event] = map(json.loads, out.splitlines())
    assert (code, event["taken_as"]["type"], event["reported_by"][0]["outlet"]) == (0, "THREATEN", "Wire")


def test_a_feed_of_the_web_is_asked_for_what_is_new_alone(once, place):
    known = []

    def answer(handler):
        known.append(handler.headers.get("If-None-Match"))
        is_known = known[-1] == '"v1"'
        handler.send_response(304 if is_known else 200)
        if not is_known:
            handler.send_header("Content-Type", "text/plain")
            handler.send_header("ETag", '"v1"')
        handler.end_headers()
        if not is_known:
            handler.wfile.write(b"Date: 2026-02-09\n\nAmerica struck Iran.")

    with web_server(answer) as (address, _):
        first = once(address, "--allow-private", "--store", place)
        again = once(address, "--allow-private", "--store", place)
    assert (first[0], len(first[1].splitlines())) == (0, 1)
    assert again == (0, "", "")
    assert known == [None, '"v1"']


def test_only_what_touches_a_scenario_is_printed_with_the_probabilities_that_it_moves(once, wire, place):
    write_wire(wire, "America sent more forces on 2026-02-06.", "France held talks with France.")
    code, out, err = once(
        wire, "--store", place, "--scenario", "iran-us-2026", "--update", "--set", "period.horizon=3", "--belief-points", 5,
        "--belief-tolerance", 0.03,
    )  # fmt: skip
    assert (code, err) == (0, "")
    event, *moves = out.splitlines()
    assert "MOBILIZE USA, happened" in event
    assert moves
    assert all(line.startswith("iran-us-2026, ") and line.endswith("(run 1)") for line in moves)
    with open_store(place) as store:
        assert [run.kind for run in store.list_runs()] == ["update"]


def test_a_watch_that_is_killed_again_and_again_loses_no_event_and_doubles_none(watch, once, wire, place):
    write_wire(wire, *reports(500))
    printed = []
    begun = (lambda store: list(store.read_documents()), lambda store: store.list_coded_events())
    for has_begun in begun:
        process = watch(wire, "--every", "1s", "--store", place)
        with open_store(place) as store:
            while process.poll() is None and not has_begun(store):
                time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        with process:
            printed += [line.split()[0] for line in process.stdout.read().splitlines() if line.endswith(".")]
    code, out, err = once(wire, "--store", place)
    assert (code, err) == (0, "")
    printed += [line.split()[0] for line in out.splitlines()]
    with open_store(place) as store:
        events = store.list_coded_events()
        assert len(events) == len({one.document_hash for one in events}) == 500
        assert store.list_uncoded(ScriptedCoder.method) == ()
        assert {str(one.event_id) for one in events} <= set(printed)
        assert store.check() == ()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_tells_faults_and_ends_cleanly_when_it_is_asked_to(watch, once, wire, place, tmp_path, number):
    process = watch(tmp_path / "none.xml", wire, "--every", "1h", "--store", place)
    messages = [process.stderr.readline() for _ in range(3)]
    lines = [process.stdout.readline() for _ in range(3)]
    process.send_signal(number)
    code, out, err = finish(process)
    assert (code, out) == (0, "")
    assert "no-such-file" in messages[0]
    assert messages[2].endswith("none.xml: next attempt in 120 minutes\n")
    assert err.endswith("stopped; everything read is kept, and the next start resumes from there\n")
    assert all("America struck Iran" in line for line in lines)
    assert once(wire, "--store", place)[:2] == (0, "")


def test_two_watches_at_once_keep_every_event_once(watch, wire, place):
    write_wire(wire, *reports(300))
    with watch(wire, "--once", "--store", place) as one, watch(wire, "--once", "--store", place) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    with open_store(place) as store:
        assert len(store.list_coded_events()) == 300
        assert store.check() == ()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--every", "soon"], "bad-time"),
        (["--every", "0m"], "bad-time"),
        (["--update"], "missing-option"),
        (["--set", "a=1"], "missing-option"),
        ([], "no-such-file"),
        (["--scenario", "cuba-1926"], "unknown-scenario"),
    ],
)
def test_a_wrong_request_is_refused(once, place, options, code):
    returned, out, err = once("none.xml", *options, "--store", place)
    assert (returned, out) == (2, "")
    assert f"{code}: " in err
