"""Feeds that are read again and again: every event once, faults with longer and longer pauses, marks after the events."""

import json
from contextlib import contextmanager

import pytest

import standoff.desk.feed as feed
from scripted_coder import ScriptedCoder, article
from standoff import InputError
from standoff.desk.feed import FeedFault, FeedRound, poll_feeds
from standoff.desk.ingestion import ingest
from standoff.errors import CoderError, Problem, StoreError
from standoff.news.readers.reading import Polled
from standoff.news.readers.source import Validators

EVERY = 900.0


class Clock:
    """Time that passes only by waiting; it says when it is time to stop."""

    def __init__(self, last):
        self.now, self.last, self.waits = 0.0, last, []

    def wait(self, seconds):
        self.waits.append(seconds)
        self.now += seconds

    def is_over(self):
        return self.now > self.last


@pytest.fixture
def wire(tmp_path):
    """A file that is written anew, as a feed is."""
    path = tmp_path / "wire.jsonl"

    def write(*texts):
        path.write_text(
            "".join(json.dumps({"text": text, "date": "2026-02-09", "outlet": "Gazette"}) + "\n" for text in texts)
        )
        return str(path)

    return write


def rounds(store, *sources, clock=None, **more):
    clock = clock or Clock(0)
    given = {"coder": ScriptedCoder(), "every_seconds": EVERY, "should_stop": clock.is_over, "wait": clock.wait}
    return poll_feeds(store, sources, clock=lambda: clock.now, **given | more)


def quotes(found):
    return [one.event.quote for one in found.events]


def test_every_event_is_given_once_as_the_feed_grows(store, wire):
    clock = Clock(2 * EVERY)
    source = wire("America struck Iran.")
    found = rounds(store, source, clock=clock)
    assert quotes(next(found)) == ["America struck Iran"]
    wire("Iran threatened America.", "America struck Iran.")
    assert quotes(next(found)) == ["Iran threatened America"]
    assert quotes(next(found)) == []
    assert list(found) == []
    assert clock.waits == [EVERY] * 3


def test_events_that_nobody_took_are_given_again(store, wire):
    source = wire("America struck Iran.")
    interrupted = rounds(store, source, once=True)
    assert quotes(next(interrupted)) == ["America struck Iran"]
    interrupted.close()  # as by a kill before the next one was asked for
    assert [quotes(found) for found in rounds(store, source, once=True)] == [["America struck Iran"]]
    assert [quotes(found) for found in rounds(store, source, once=True)] == [[]]


def test_events_that_were_coded_before_a_kill_are_given(store, wire, monkeypatch):
    """The kill comes after the coding and before anything is given."""
    source = wire("America struck Iran.")
    with monkeypatch.context() as patched:
        patched.setattr("standoff.desk.ingestion.cluster_events", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            next(rounds(store, source))
    assert len(store.list_coded_events()) == 1
    assert quotes(next(rounds(store, source))) == ["America struck Iran"]


def test_what_others_recorded_before_is_not_new(store, wire):
    source = wire("America struck Iran.")
    ingest(store, [source], coder=ScriptedCoder())
    assert quotes(next(rounds(store, source))) == []


def test_two_feeds_have_their_own_events(store, wire, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("Iran threatened America.")
    found = list(rounds(store, wire("America struck Iran."), str(other), once=True))
    assert [quotes(one) for one in found] == [["America struck Iran"], ["Iran threatened America"]]


def test_pauses_double_after_faults_up_to_a_limit_and_shrink_after_a_success(store, wire, tmp_path):
    clock = Clock(72 * 3600)
    path = str(tmp_path / "wire.jsonl")
    found = rounds(store, path, clock=clock)
    faults = [next(found) for _ in range(7)]
    assert {fault.problems[0].code for fault in faults} == {"no-such-file"}
    assert [fault.wait_seconds / EVERY for fault in faults] == [2, 4, 8, 16, 24, 24, 24]
    assert clock.waits == [fault.wait_seconds for fault in faults[:-1]]
    wire("America struck Iran.")
    assert isinstance(next(found), FeedRound)
    next(found)
    assert clock.waits[-1] == EVERY


def test_a_feed_that_fails_does_not_hold_up_another(store, wire, tmp_path):
    clock = Clock(2.5 * EVERY)
    found = list(rounds(store, str(tmp_path / "none.txt"), wire("America struck Iran."), clock=clock))
    assert [type(one) for one in found].count(FeedRound) == 3
    assert [type(one) for one in found].count(FeedFault) == 2


def test_a_coder_that_cannot_go_on_is_a_fault_and_what_it_did_is_kept(store, wire):
    class Tired(ScriptedCoder):
        def code(self, document):
            if "threatened" in document.text:
                raise CoderError(Problem("llm-unreachable", "it is gone"))
            return super().code(document)

    source = wire("America struck Iran.", "Iran threatened America.")
    [fault] = rounds(store, source, once=True, coder=Tired())
    assert [problem.code for problem in fault.problems] == ["llm-unreachable"]
    assert len(store.list_uncoded(ScriptedCoder.method)) == 1
    [found] = rounds(store, source, once=True)
    assert quotes(found) == ["America struck Iran", "Iran threatened America"]


def test_a_store_that_is_locked_while_the_mark_is_made_is_a_fault_that_passes(store, wire, monkeypatch):
    def locked(*_):
        raise StoreError(Problem("store-locked", "another program writes"))

    watch = rounds(store, wire("America struck Iran."), clock=Clock(4 * EVERY))
    assert isinstance(next(watch), FeedRound)
    with monkeypatch.context() as patch:
        patch.setattr(store, "set_mark", locked)
        fault = next(watch)
    assert isinstance(fault, FeedFault)
    assert fault.problems[0].code == "store-locked"
    assert isinstance(next(watch), FeedRound)  # it goes on


def test_a_text_that_two_feeds_print_is_reported_once(store, wire, tmp_path):
    first = wire("America struck Iran.")
    second = tmp_path / "second.jsonl"
    second.write_text((tmp_path / "wire.jsonl").read_text())
    quoted = [quotes(found) for found in rounds(store, first, str(second), once=True)]
    assert sorted(map(len, quoted)) == [0, 1]


def test_a_fault_of_the_store_that_does_not_pass_ends_the_watch(store, wire, monkeypatch):
    def fail(*_, **__):
        raise StoreError(Problem(code, "it failed"))

    source = wire("America struck Iran.")
    monkeypatch.setattr(feed, "ingest", fail)
    code = "store-locked"
    assert [one.problems[0].code for one in rounds(store, source, once=True)] == ["store-locked"]
    code = "store-full"
    with pytest.raises(StoreError, match="store-full"):
        next(rounds(store, source))


@contextmanager
def server_that_knows_versions(monkeypatch, documents):
    """What a server would be asked for, and what it would answer."""
    asked = []

    def poll(source, known, *, limits):
        del source, limits
        asked.append(known.etag)
        if known.etag == "v1":
            return None
        return Polled(tuple(documents), Validators("v1", ""))

    monkeypatch.setattr(feed, "poll_documents", poll)
    yield asked


def test_a_server_is_asked_for_what_is_new_alone_also_after_a_restart(store, monkeypatch):
    with server_that_knows_versions(monkeypatch, [article("America struck Iran.")]) as asked:
        [first] = rounds(store, "https://wire.example/rss", once=True)
        [second] = rounds(store, "https://wire.example/rss", once=True)
    assert (asked, first.is_unchanged, second.is_unchanged) == (["", "v1"], False, True)
    assert (quotes(first), quotes(second)) == (["America struck Iran"], [])


def test_an_answer_that_was_not_coded_to_the_end_is_asked_for_again(store, monkeypatch):
    class Faulty(ScriptedCoder):
        def code(self, _):
            raise InputError(Problem("llm-answer", "nonsense"))

    with server_that_knows_versions(monkeypatch, [article("America struck Iran.")]) as asked:
        [first] = rounds(store, "https://wire.example/rss", once=True, coder=Faulty())
        [second] = rounds(store, "https://wire.example/rss", once=True)
    assert asked == ["", ""]
    assert [problem.code for problem in first.ingested.faults] == ["llm-answer"]
    assert quotes(second) == ["America struck Iran"]


def test_time_between_readings_is_positive(store):
    with pytest.raises(ValueError, match="must be positive"):
        next(rounds(store, "a", every_seconds=0.0))
