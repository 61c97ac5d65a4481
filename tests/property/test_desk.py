"""What holds for every news and every way in which it comes: in parts, again, cut off, and with texts that mean harm."""

import csv
import datetime as dt
import io
import json
import shutil
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scripted_coder import ScriptedCoder, wire
from standoff import load
from standoff.desk.event_files import encode_csv, encode_plover
from standoff.desk.event_set import code_events
from standoff.desk.ingestion import ingest
from standoff.desk.review_form import find_questions, read_reviews, write_review_form
from standoff.news.coded import INTENSITY, Attribution, CodedDocument, Event, Mention
from standoff.news.document import Document
from standoff.store import open_store, prepare_store
from standoff.text import make_safe

DOCUMENTS = wire(0, 40)


@cache
def scenario():
    return load("cuba-1962")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    prepare_store(path).close()
    return path


parts = st.lists(st.tuples(st.sets(st.integers(0, 39), max_size=15), st.integers(0, 40)), max_size=4)


@settings(max_examples=8)
@given(parts)
def test_however_an_ingest_is_cut_up_the_store_ends_up_the_same(empty, given_parts):
    path = shutil.copy(empty, empty.with_name("copy.sqlite"))
    with open_store(path) as store:
        for numbers, patience in given_parts:
            asked = iter(range(patience))
            ingest(
                store,
                [DOCUMENTS[k] for k in numbers],
                coder=ScriptedCoder(),
                should_stop=lambda asked=asked: next(asked, None) is None,
            )
        ingest(store, DOCUMENTS, coder=ScriptedCoder())
        events = store.list_coded_events()
        assert sorted(one.document_hash for one in events) == sorted(one.document_hash for one in DOCUMENTS)
        text_of = {one.document_hash: one.text for one in DOCUMENTS}
        number_of = {one.event_id: text_of[one.document_hash].split()[1] for one in events}
        clusters = [[number_of[number] for number in one.event_ids] for one in store.list_clusters()]
        assert sorted(clusters) == [["18", "18"], ["28", "28"], ["38", "38"], ["8", "8"]]
        before = store.read_last_write()
        ingest(store, DOCUMENTS, coder=ScriptedCoder())
        assert store.read_last_write() == before


# what a database keeps: no U+0000, no halves of surrogate pairs
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


class Whole(ScriptedCoder):
    """Takes the whole text for one event."""

    def __init__(self, code):
        self._code = code

    def code(self, document):
        event = Event(
            event_type="CONSULT",
            mode="",
            contexts=(),
            actor=Mention("RUS", document.title),
            target=Mention(self._code) if self._code else None,
            date=dt.date(1962, 10, 23),
            place=document.title,
            span=(0, len(document.text)),
            quote=document.text,
            attribution=Attribution(),
            factuality="happened",
            confidence=0.5,
            method=self.method,
            intensity=INTENSITY["CONSULT"],
        )
        return CodedDocument(document.document_hash, (event,), (), "en")


def make_events(text, other, code=""):
    document = Document(f"{text}.", outlet=other, title=other, address=other)
    return code_events([document], Whole(code))[0]


@settings(max_examples=4)
@given(texts, texts)
@example("- {a: b} 'x' \"y\" # z\x85\u2028\x1b[31m\ud7ff", "\ufeff&a *b !c %d @e `f` | >\n---\n...")
@example("null", "yes")
def test_a_file_of_reviews_can_be_read_whatever_the_news_says(tmp_path_factory, text, other):
    events = make_events(text, other)
    questions = find_questions(events, scenario())
    path = tmp_path_factory.mktemp("reviews") / "reviews.yaml"
    written = write_review_form(events, scenario(), questions, author="ann")
    path.write_text(written, encoding="utf-8")
    assert read_reviews(path, events, scenario()) == ()
    path.write_text(written.replace("  verdict:\n", "  verdict: drop\n"), encoding="utf-8")
    assert [review.action for review in read_reviews(path, events, scenario())] == ["drop"]


@given(texts, texts)
@example("=1+1", " \t@SUM(A1)")
@example("\uff1dcmd|' /C calc'!A0", "-2+3\x1b]0;gone\x07\u202e")
def test_no_cell_of_a_table_is_a_formula_or_a_command(text, other):
    events = make_events(text, other)
    content = encode_csv(events).decode("utf-8")
    heading, row = csv.reader(io.StringIO(content))
    assert len(heading) == len(row)
    numbers = {"confidence", "intensity"}
    assert not any(
        cell.lstrip()[:1] in {"=", "+", "-", "@"}
        for name, cell in zip(heading, row, strict=True)
        if cell and name not in numbers
    )
    assert make_safe(content.replace("\n", "")) == content.replace("\n", "")
    [record] = json.loads(encode_plover(events))
    assert record["eventText"] == f"{text}."


@given(st.permutations(range(4)), texts)
def test_a_docket_does_not_depend_on_the_order_of_its_documents(order, text):
    documents = [Document(f"{text} {k}.", date=dt.date(1962, 10, 20 + k)) for k in range(4)]
    documents.append(replace(documents[0], outlet="Courier"))
    plain = code_events(documents, Whole("USA"))[0]
    mixed = code_events([documents[k] for k in (*order, 4)], Whole("USA"))[0]

    def list_copies(events):
        return sorted((events.names[one.event_id], len(events.copies[one.document_hash])) for one in events.events)

    assert list_copies(plain) == list_copies(mixed)
