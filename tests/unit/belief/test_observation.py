import datetime as dt
from dataclasses import replace

import pytest

from standoff import load
from standoff.belief.observation import ExcludedEvent, Observation, find_period, merge_reports, observe
from standoff.errors import InputError
from standoff.news.coded import Attribution, Event, Mention

SCENARIO = load("iran-us-2026")  # as of 2 February 2026, a period a week
ONE = Observation("one", dt.date(2026, 2, 5), "MOBILIZE", ("USA",), ("IRN",), 0.8, sources=("a",))


def event(**changes):
    event = Event(
        "MOBILIZE", "", ("military",), Mention("USA MIL;GBR"), Mention("IRN", is_inferred=True), dt.date(2026, 2, 5), "",
        (10, 30), "sent a second carrier", Attribution(outlet="Gazette"), "happened", 0.8, "rules 1", -7.2,
    )  # fmt: skip
    return replace(event, **changes)


def test_a_coded_event_becomes_an_observation_with_its_source():
    assert observe("ffffffffffff:10-30", event(), sources=["Gazette"]) == Observation(
        "ffffffffffff:10-30", dt.date(2026, 2, 5), "MOBILIZE", ("USA", "GBR"), (), 0.8,
        sources=("Gazette",), quote="sent a second carrier",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"factuality": "threatened"}, "reported as threatened"),
        ({"factuality": "denied"}, "reported as denied"),
        ({"date": None}, "its date is unknown"),
    ],
)
def test_an_event_that_did_not_happen_or_has_no_date_is_excluded_with_the_reason(changes, reason):
    assert observe("one", event(**changes), sources=[]) == ExcludedEvent(
        "one", "MOBILIZE", "sent a second carrier", reason
    )


def test_events_of_the_scenarios_day_come_before_period_0_and_the_last_day_of_a_period_belongs_to_it():
    days = [dt.date(2026, 2, 2), dt.date(2026, 2, 3), dt.date(2026, 2, 9), dt.date(2026, 2, 10)]
    assert [find_period(SCENARIO, day) for day in days] == [-1, 0, 0, 1]


def test_several_reports_of_one_event_merge_into_one_with_all_sources():
    again = replace(ONE, name="two", date=dt.date(2026, 2, 6), confidence=0.9, sources=("b",))
    (merged,) = merge_reports(SCENARIO, [again, ONE, ONE])
    assert merged == replace(again, sources=("a", "b"))  # the report of the highest confidence counts


def test_reports_of_one_cluster_are_one_event_whatever_they_are_coded_as():
    first = replace(ONE, cluster="c", is_confirmed=True)
    other = replace(ONE, name="two", date=dt.date(2026, 2, 20), event_type="COERCE", cluster="c", confidence=0.99)
    (merged,) = merge_reports(SCENARIO, [other, first])
    assert merged.event_type == "MOBILIZE"  # a confirmed report counts more than any confidence


@pytest.mark.parametrize(
    "changes",
    [{"event_type": "COERCE"}, {"actors": ("ISR",)}, {"targets": ()}, {"date": dt.date(2026, 2, 12)}, {"cluster": "c"}],
)
def test_different_events_are_not_merged(changes):
    assert len(merge_reports(SCENARIO, [ONE, replace(ONE, name="two", **changes)])) == 2


def test_an_observation_with_an_unknown_type_or_an_invalid_confidence_is_refused():
    with pytest.raises(InputError) as caught:
        Observation("x", dt.date(2026, 2, 5), "ATTACK", confidence=1.5)
    assert [problem.code for problem in caught.value.problems] == ["unknown-event-type", "confidence"]
