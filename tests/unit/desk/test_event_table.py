"""Filters of events by day and country, with corrections."""

import datetime as dt

import pytest

from standoff.desk.event_table import EventFilter
from standoff.errors import InputError
from standoff.news.coded import Mention
from standoff.store import Review, StoredEvent, StoredReview
from stored_news import ACCUSATION, METHOD, event

DAY = dt.date(2031, 3, 5)  # the move is dated the day before, and the accusation is undated
MOVE = StoredEvent(1, "a" * 64, METHOD, event(target="", actor="EST;NTH MIL"), published=DAY)
CHARGE = StoredEvent(2, "a" * 64, METHOD, ACCUSATION, published=DAY, position=1)
UNKNOWN = StoredEvent(3, "b" * 64, METHOD, ACCUSATION)


def accepted(**conditions):
    return [one.event_id for one in (MOVE, CHARGE, UNKNOWN) if EventFilter(**conditions).accepts(one)]


@pytest.mark.parametrize(
    ("conditions", "numbers"),
    [
        ({}, [1, 2, 3]),
        ({"countries": ("EST",)}, [1]),
        ({"countries": ("STH",)}, [2, 3]),
        ({"since": DAY}, [2]),  # an undated event has the day of its document, and an unknown day meets no limit
        ({"until": dt.date(2031, 3, 4)}, [1]),
        ({"since": dt.date(2031, 3, 6)}, []),
        ({"event_types": ("ACCUSE",)}, [2, 3]),
    ],
)
def test_events_are_filtered_by_day_country_and_type(conditions, numbers):
    assert accepted(**conditions) == numbers


def test_an_inferred_country_is_not_a_country_of_the_event():
    inferred = StoredEvent(4, "c" * 64, METHOD, event())  # its target is inferred
    assert inferred.event.target == Mention("STH", is_inferred=True)
    assert not EventFilter(countries=("STH",)).accepts(inferred)


def test_a_corrected_day_is_the_day_of_the_event():
    correction = event(date=dt.date(2031, 3, 1))
    review = StoredReview(1, 2, Review(1, "correct", "ann", correction=correction))
    corrected = StoredEvent(1, "a" * 64, METHOD, MOVE.coded, review, published=DAY)
    assert EventFilter(until=dt.date(2031, 3, 1)).accepts(corrected)


def test_a_dropped_event_is_accepted_only_on_request():
    dropped = StoredEvent(1, "a" * 64, METHOD, MOVE.coded, StoredReview(1, 2, Review(1, "drop", "ann")))
    assert [EventFilter(with_dropped=asked).accepts(dropped) for asked in (False, True)] == [False, True]


def test_an_empty_range_of_days_is_refused():
    with pytest.raises(InputError, match="is after the last day"):
        EventFilter(since=DAY, until=dt.date(2031, 3, 4))
