"""Checks of an answer: quotations must be whole words in the passage, at one clear position."""

import pytest

from model_server import claim, event
from standoff.news.language_model.answer import ClaimAnswer, EventAnswer
from standoff.news.language_model.quotation import MOST_CONFIDENCE, find_words, verify

TEXT = "Ships fired. Nobody misfired. Later Northland's ships fired again, as Northland said; 3,000 missiles wait."
WHOLE = (0, len(TEXT))
BARE = {"actor": None, "place": "", "speaker": "", "outlet": ""}


def checked(*events, claims=(), text=TEXT, passage=None):
    return verify(
        [EventAnswer(**event(**{**BARE, **change})) for change in events],
        [ClaimAnswer(**claim(**{"holder": None, "speaker": "", **change})) for change in claims],
        text=text,
        passage=passage or (0, len(text)),
        method="m",
    )


def test_only_whole_words_are_found():
    assert find_words(TEXT, "fired", WHOLE) == ((6, 11), (54, 59))


@pytest.mark.parametrize("words", ["", " ", "\n"])
def test_blank_words_are_not_found(words):
    assert find_words(TEXT, words, WHOLE) == ()


def test_a_letter_is_not_separated_from_its_mark():
    assert find_words("le me\u0301me\u0301", "me", (0, 9)) == ()


def test_a_quotation_may_begin_with_a_sign():
    assert find_words("It said: “No.” It left.", "“No.”", (0, 23)) == ((9, 14),)


@pytest.mark.parametrize(("occurrence", "start"), [(1, 6), (2, 54)])
def test_the_answer_selects_one_of_several_occurrences(occurrence, start):
    found = checked({"quote": "fired", "occurrence": occurrence})
    assert found.events[0].span == (start, start + 5)


@pytest.mark.parametrize("occurrence", [0, 3, -1, 10**30])
def test_an_ambiguous_quotation_is_rejected(occurrence):
    found = checked({"quote": "fired", "occurrence": occurrence})
    assert (found.events, found.rejected) == ((), {"ambiguous quotation": 1})


@pytest.mark.parametrize(
    "quote", ["Ships  fired", "ships fired.Nobody", "fire", "Southland fired", "SHIPS FIRED", "Later…again", ""]
)
def test_a_quotation_that_is_not_in_the_text_is_rejected(quote):
    found = checked({"quote": quote})
    assert (found.events, found.rejected) == ((), {"quotation not in the text": 1})


def test_a_quotation_from_another_passage_is_rejected():
    assert checked({"quote": "Nobody misfired"}, passage=(0, 12)).rejected == {"quotation not in the text": 1}


def test_spaces_around_a_quotation_are_ignored():
    assert checked({"quote": " Nobody misfired "}).events[0].quote == "Nobody misfired"


def test_an_actor_is_found_nearest_to_the_act():
    named = {"text": "Northland", "code": "NTH"}
    found = checked({"quote": "ships fired again", "actor": named}, {"quote": "3,000 missiles wait", "actor": named})
    assert [one.actor.span for one in found.events] == [(36, 45), (70, 79)]


def test_an_actor_that_the_text_does_not_name_is_left_out_and_counted():
    found = checked({"quote": "Nobody misfired", "actor": {"text": "Southland", "code": "STH"}, "speaker": "Anna"})
    assert (found.events[0].actor, found.events[0].attribution.speaker) == (None, "")
    assert found.dropped == {"actor not in the text": 1, "speaker not in the text": 1}


@pytest.mark.parametrize(
    ("value", "num_claims"), [("3,000", 1), ("000", 0), ("3", 0), ("3000", 0), ("4,000", 0), ("", 1)]
)
def test_an_invented_number_is_rejected(value, num_claims):
    found = checked(claims=[{"quote": "3,000 missiles", "value": value}])
    assert len(found.claims) == num_claims


def test_a_repeated_item_counts_once():
    found = checked({"quote": "Nobody misfired"}, {"quote": "Nobody misfired"})
    assert (len(found.events), found.rejected) == (1, {"repeated": 1})


def test_the_confidence_of_a_model_is_capped():
    assert checked({"quote": "Nobody misfired", "confidence": 1}).events[0].confidence == MOST_CONFIDENCE


def test_words_of_a_model_cannot_control_a_terminal():
    found = checked(claims=[{"quote": "Nobody misfired", "value": "", "issue": "mis\x1b[31m\u202esiles\n" + "x" * 999}])
    assert found.claims[0].issue.startswith("mis [31m siles x")
    assert len(found.claims[0].issue) <= 60


def test_findings_are_in_the_order_of_the_text():
    found = checked({"quote": "3,000 missiles wait"}, {"quote": "Nobody misfired"})
    assert [one.quote for one in found.events] == ["Nobody misfired", "3,000 missiles wait"]
