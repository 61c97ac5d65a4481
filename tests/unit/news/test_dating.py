"""The day of an expression, and the day of an act."""

import datetime as dt

import pytest

from standoff.news.dating import find_date, resolve_date
from standoff.news.parsing import parse

THURSDAY = dt.date(2026, 2, 5)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Monday", dt.date(2026, 2, 2)),
        ("on Thursday", THURSDAY),
        ("yesterday", dt.date(2026, 2, 4)),
        ("late yesterday", dt.date(2026, 2, 4)),
        ("last night", dt.date(2026, 2, 4)),
        ("15 March", dt.date(2025, 3, 15)),
        ("15 March 2024", dt.date(2024, 3, 15)),
        ("March 15, 2024", dt.date(2024, 3, 15)),
        ("2024-03-15", dt.date(2024, 3, 15)),
        ("two days ago", dt.date(2026, 2, 3)),
        ("three weeks earlier", dt.date(2026, 1, 15)),
    ],
)
def test_words_refer_to_the_last_such_day(words, day):
    assert resolve_date(words, THURSDAY) == day


@pytest.mark.parametrize(
    ("words", "day"),
    [("Monday", dt.date(2026, 2, 9)), ("Thursday", dt.date(2026, 2, 12)),
     ("15 March", dt.date(2026, 3, 15)), ("tomorrow", dt.date(2026, 2, 6))],
)  # fmt: skip
def test_words_about_the_future_refer_to_the_next_such_day(words, day):
    assert resolve_date(words, THURSDAY, future=True) == day


@pytest.mark.parametrize(
    "words", ["in June", "last week", "every Monday", "the weekend", "2019", "recently", "for two days"]
)
def test_an_expression_less_precise_than_a_day_gives_none(words):
    assert resolve_date(words, THURSDAY) is None


def test_without_the_day_of_the_document_only_full_dates_are_read():
    assert [resolve_date(words, None) for words in ("Monday", "15 March", "15 March 2024")] == [
        None,
        None,
        dt.date(2024, 3, 15),
    ]


def day_of(text, verb):
    (parsed,) = parse([text])
    (sentence,) = parsed.sents
    (trigger,) = [token for token in parsed if token.text == verb]
    return find_date(trigger, sentence, THURSDAY)


def test_the_day_of_one_act_is_not_that_of_another():
    text = "Egypt recalled its envoy after Ethiopia filled the dam on Wednesday."
    assert (day_of(text, "recalled"), day_of(text, "filled")) == (None, dt.date(2026, 2, 4))


def test_a_future_meeting_is_on_the_next_such_day():
    assert day_of("The council will meet on Monday.", "meet") == dt.date(2026, 2, 9)
