"""`standoff events`: listed, shown, corrected, dropped and exported, with texts that mean harm."""

import csv
import io
import json
import shutil

import pyarrow.parquet
import pytest

from scripted_coder import ScriptedCoder, article
from standoff.desk.ingestion import ingest
from standoff.store import open_store

FLEET = (
    "America sent more forces on 2026-02-09, the ministry of defence said in a statement to the press in the capital. "
)
STRIKE = "Officials confirmed that America struck Iran on 2026-02-10 in the night."
TRAP = "=cmd|' /C calc'!A0 [bold red]Iran threatened America\u202e on the day\x1b[31m."


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    where = tmp_path_factory.mktemp("coded") / "news.sqlite"
    trap = article(TRAP, outlet="=HYPERLINK(1)", day="2026-02-12", title="[link=x]trap[/link]\x1b]0;gone\x07")
    with open_store(where) as store:
        ingest(
            store,
            [article(FLEET), article("CAPITAL - " + FLEET, outlet="Courier"), article(STRIKE), trap],
            coder=ScriptedCoder(),
        )
    return where


@pytest.fixture
def place(coded, tmp_path):
    return shutil.copy(coded, tmp_path / "news.sqlite")


def numbers(warm, place, *more):
    return [one["event"] for one in warm("events", "list", "--store", place, "--json", *more).document["events"]]


def test_events_are_listed_by_day(warm, place):
    found = warm("events", "list", "--store", place)
    assert (found.code, found.err) == (0, "")
    lines = found.out.splitlines()
    assert [line.split()[1:3] for line in lines[1:9:2]] == [
        ["2026-02-09", "MOBILIZE"],
        ["2026-02-09", "MOBILIZE"],
        ["2026-02-10", "ASSAULT"],
        ["2026-02-12", "THREATEN"],
    ]
    assert "4 events, 1 of them repeat an event of another report." in lines[-1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--since", "2026-02-10"], ["ASSAULT", "THREATEN"]),
        (["--until", "2026-02-09"], ["MOBILIZE", "MOBILIZE"]),
        (["--country", "IRN"], ["ASSAULT", "THREATEN"]),
        (["--type", "assault", "--type", "MOBILIZE"], ["MOBILIZE", "MOBILIZE", "ASSAULT"]),
        (["--scenario", "cuba-1962", "--type", "MOBILIZE"], ["MOBILIZE", "MOBILIZE"]),
        (["--country", "FRA"], []),
    ],
)
def test_events_are_chosen(warm, place, options, expected):
    found = warm("events", "list", "--store", place, "--json", *options).document
    assert [one["taken_as"]["type"] for one in found["events"]] == expected


def test_what_a_text_says_cannot_command_the_terminal(warm, place):
    trapped = numbers(warm, place)[-1]
    for finished in (warm("events", "list", "--store", place), warm("events", "show", trapped, "--store", place)):
        assert not any(sign in finished.out for sign in ("\x1b", "\u202e", "\x07"))
    assert "[bold red]" in finished.out
    assert r"\u202e" in finished.out


def test_an_event_is_shown_with_its_context_and_all_who_tell_it(warm, place):
    found = warm("events", "show", numbers(warm, place)[0], "--store", place)
    assert (found.code, found.err) == (0, "")
    assert "America sent more forces on 2026-02-09, the ministry of defence said" in found.out
    assert "Gazette, 2026-02-09" in found.out
    assert "Courier, 2026-02-09" in found.out
    assert "coded by scripted 1" in found.out


def test_a_correction_is_a_review_of_all_who_tell_it_in_the_same_words(warm, place):
    first, second = numbers(warm, place)[:2]
    edited = warm(
        "events", "edit", first, "--store", place, "--by", "ann", "--type", "threaten", "--target", "IRN", "--date", "2026-02-08",
        "--scenario", "iran-us-2026", "--stands-for", "pressure.usa.threaten", "--reason", "a speech",
    )  # fmt: skip
    assert edited.out == f"corrected events {first}, {second}, verbatim repeats of each other\n"
    for number in (first, second):
        shown = warm("events", "show", number, "--store", place, "--json").document
        assert (shown["verdict"], shown["reviewer"], shown["reason"]) == ("correct", "ann", "a speech")
        assert (shown["taken_as"]["type"], shown["taken_as"]["date"]) == ("THREATEN", "2026-02-08")
        assert shown["coded_as"]["type"] == "MOBILIZE"
        assert shown["stands_for"] == {"iran-us-2026": "pressure.usa.threaten"}
        assert len(shown["reviews"]) == 1


def test_a_dropped_event_is_no_longer_listed_but_kept(warm, place):
    number = numbers(warm, place)[2]
    assert warm("events", "drop", number, "--store", place, "--by", "ann", "--reason", "a rumour").out == (
        f"dropped event {number}\n"
    )
    assert number not in numbers(warm, place)
    assert number in numbers(warm, place, "--dropped")


def test_several_events_are_dropped_together_or_not_at_all(warm, place):
    first, second, third, _ = numbers(warm, place)
    refused = warm("events", "drop", first, 98, 99, "--store", place, "--by", "ann", "--reason", "no")
    assert refused.err.count("unknown-event: ") == 2
    assert len(numbers(warm, place)) == 4
    done = warm("events", "drop", third, second, "--store", place, "--by", "ann", "--reason", "no")
    assert done.out == f"dropped event {third}\ndropped events {first}, {second}, verbatim repeats of each other\n"
    assert len(numbers(warm, place)) == 1


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["show", "99"], ["unknown-event"]),
        (["show", "abc:1-2"], ["unknown-event"]),
        (["list", "--since", "yesterday"], ["bad-date"]),
        (
            ["list", "--since", "2026-02-10", "--until", "2026-02-01", "--type", "WAR"],
            ["unknown-event-type", "empty-range"],
        ),
        (["edit", "1", "--by", "ann"], ["nothing-corrected"]),
        (["edit", "1", "--by", "ann", "--type", "WAR", "--actor", "America"], ["unknown-event-type", "bad-actor-code"]),
        (["edit", "1", "--by", "ann", "--stands-for", "x"], ["missing-option"]),
        (
            ["edit", "1", "--by", "ann", "--scenario", "cuba-1962", "--stands-for", "blockade"],
            ["unknown-model-event"],
        ),
        (["drop", "1", "--by", "", "--reason", "why"], ["missing-author"]),
        (["export", "events.xls"], ["unknown-format"]),
        (["export", "events.csv", "--format", "xls"], ["unknown-format"]),
        (["export", "nowhere/events.csv"], ["cannot-write"]),
    ],
    ids=lambda one: " ".join(one),
)
def test_what_cannot_be_done_is_reported_and_nothing_is_recorded(warm, place, tmp_path, arguments, codes):
    with open_store(place) as store:
        before = store.read_last_write()
    found = warm("events", *arguments, "--store", place, cwd=tmp_path)
    assert (found.code, found.out) == (2, "")
    assert [line.split(":")[0] for line in found.err.splitlines() if not line.startswith(" ")] == codes
    with open_store(place) as store:
        assert store.read_last_write() == before


def test_a_spreadsheet_runs_nothing_that_a_text_says(warm, place, tmp_path):
    assert (
        warm("events", "export", "events.csv", "--store", place, cwd=tmp_path).out == "wrote 4 events to events.csv\n"
    )
    text = (tmp_path / "events.csv").read_text(encoding="utf-8")
    assert not any(sign in text for sign in ("\x1b", "\u202e", "\x07"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["outlets"] for row in rows] == ["Gazette", "Courier", "Gazette", "'=HYPERLINK(1)"]
    assert rows[2]["intensity"] == "-9.5"  # a number, and no formula


def test_parquet_keeps_types_and_texts(warm, place, tmp_path):
    warm("events", "export", "events.parquet", "--store", place, "--country", "USA", cwd=tmp_path)
    table = pyarrow.parquet.read_table(tmp_path / "events.parquet").to_pylist()
    assert [row["day"].isoformat() for row in table] == ["2026-02-09", "2026-02-09", "2026-02-10", "2026-02-12"]
    assert table[3]["quote"] == "Iran threatened America"
    assert table[0]["target_is_inferred"] is False


def test_plover_records_have_the_fields_of_plover(warm, place, tmp_path):
    warm("events", "export", "events.json", "--store", place, "--type", "ASSAULT", cwd=tmp_path)
    [record] = json.loads((tmp_path / "events.json").read_text())
    assert record["source"] == [{"actorText": "America", "code": "USA", "sector": ""}]
    assert record["target"] == [{"actorText": "Iran", "code": "IRN", "sector": ""}]
    assert (record["event"], record["date"], record["publication"]) == ("ASSAULT", "2026-02-10", "Gazette")


def clusters(place):
    with open_store(place) as store:
        return {one.event_id: one.cluster_id for one in store.list_coded_events()}


def test_events_are_joined_and_split_by_a_person(warm, place):
    strike, threat = numbers(warm, place)[2:]
    assert (
        warm("events", "join", strike, threat, "--store", place, "--by", "ann").out
        == f"one event: {strike}, {threat}\n"
    )
    joined = clusters(place)
    assert joined[strike] == joined[threat] is not None
    done = warm("events", "split", threat, "--store", place, "--by", "ann")
    assert done.out == f"separate events: {threat}\n"
    split = clusters(place)
    assert split[strike] != split[threat]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["join", 1, 1], "one-event: one event cannot be joined with itself"),
        (["join", 1, 98, 99], "98"),
        (["split", 99], "99"),
    ],
)
def test_a_wrong_cluster_is_refused_and_nothing_written(warm, place, arguments, message):
    before = clusters(place)
    finished = warm("events", *arguments, "--store", place, "--by", "ann")
    assert finished.code == 2
    assert message in finished.err
    assert clusters(place) == before


def test_an_empty_store_has_no_events(warm, tmp_path):
    found = warm("events", "list", "--store", tmp_path / "new.sqlite")
    assert (found.code, found.out, found.err) == (0, "No events.\n", "")
