"""The records of codings."""

import json

import pytest

from standoff.news.coded import (
    INTENSITY,
    QUAD_CLASS,
    Attribution,
    CodedDocument,
    Event,
    Mention,
)
from standoff.news.document import Document
from standoff.news.vocabulary import EVENT_TYPES

TEXT = "Northland sent two frigates to the strait on Monday, its navy told the Gazette."


def some_event():
    quote = "sent two frigates"
    start = TEXT.index(quote)
    return Event(
        event_type="MOBILIZE",
        mode="",
        contexts=("maritime", "military"),
        actor=Mention("NTH MIL", "Northland", (0, 9)),
        target=Mention("STH", is_inferred=True),
        date=None,
        place="the strait",
        span=(start, start + len(quote)),
        quote=quote,
        attribution=Attribution("its navy", "the Gazette", (53, 61)),
        factuality="happened",
        confidence=0.9,
        method="test",
        intensity=INTENSITY["MOBILIZE"],
    )


def test_every_type_has_a_quad_class_and_an_intensity_of_the_same_sign():
    assert set(QUAD_CLASS) == set(INTENSITY) == set(EVENT_TYPES)
    assert all(("cooperation" in QUAD_CLASS[kind]) == (INTENSITY[kind] > 0) for kind in EVENT_TYPES)


def test_a_coded_document_converts_to_plain_data():
    document = Document(TEXT)
    coded = CodedDocument(document.document_hash, (some_event(),), (), "en")
    plain = json.loads(json.dumps(coded.to_json()))
    (event,) = plain["events"]
    assert TEXT[slice(*event["span"])] == event["quote"]
    assert event["target"] == {"code": "STH", "text": "", "span": None, "inferred": True}


def test_the_same_text_is_the_same_document():
    assert Document(TEXT, outlet="a").document_hash == Document(TEXT, outlet="b").document_hash


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_document_without_text_is_refused(text):
    with pytest.raises(ValueError, match="needs a text"):
        Document(text)
