import datetime as dt
from dataclasses import replace

import pytest

from standoff import load
from standoff.belief.observation import Observation, Review, merge_reports, observations_of, period_of_event, review
from standoff.errors import InputError
from standoff.news.coded import Attribution, CodedDocument, Event, Mention

SCENARIO = load("iran-us-2026")  # as of 2 February 2026, a period a week
ONE = Observation("one", dt.date(2026, 2, 5), "MOBILIZE", ("USA",), ("IRN",), 0.8, sources=("a",))


def event(**changes):
    event = Event(
        "MOBILIZE", "", ("military",), Mention("USA MIL;GBR"), Mention("IRN", is_inferred=True), dt.date(2026, 2, 5), "",
        (10, 30), "sent a second carrier", Attribution(outlet="Gazette"), "happened", 0.8, "rules 1", -7.2,
    )  # fmt: skip
    return replace(event, **changes)


def coded(*events):
    return CodedDocument("f" * 64, events, (), "en")


def test_a_coded_event_becomes_an_observation_with_its_source():
    (found,), aside = observations_of([coded(event())], clusters={"ffffffffffff:10-30": "carrier"})
    assert found == Observation(
        "ffffffffffff:10-30", dt.date(2026, 2, 5), "MOBILIZE", ("USA", "GBR"), (), 0.8, cluster="carrier",
        sources=("ffffffffffff (Gazette)",), quote="sent a second carrier",
    )  # fmt: skip
    assert aside == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"factuality": "threatened"}, "told as threatened"),
        ({"factuality": "denied"}, "told as denied"),
        ({"date": None}, "its day is not known"),
    ],
)
def test_what_did_not_happen_or_has_no_day_is_set_aside_with_the_reason(changes, reason):
    found, (aside,) = observations_of([coded(event(**changes))])
    assert found == ()
    assert aside.reason == reason


def test_the_day_of_the_scenario_is_known_to_it_and_the_last_day_of_a_period_belongs_to_it():
    days = [dt.date(2026, 2, 2), dt.date(2026, 2, 3), dt.date(2026, 2, 9), dt.date(2026, 2, 10)]
    assert [period_of_event(SCENARIO, day) for day in days] == [-1, 0, 0, 1]


def test_several_reports_of_one_event_are_one_with_all_their_sources():
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
def test_different_events_stay_apart(changes):
    assert len(merge_reports(SCENARIO, [ONE, replace(ONE, name="two", **changes)])) == 2


def test_an_analyst_confirms_corrects_and_drops():
    named = [replace(ONE, name=name) for name in "abcd"]
    found = review(
        named,
        {"a": Review("confirm"), "b": Review("correct", event_type="COERCE", targets=()), "c": Review("drop")},
    )
    assert found == (
        replace(named[0], is_confirmed=True),
        replace(named[1], event_type="COERCE", targets=(), is_confirmed=True),
        named[3],
    )


def test_faults_of_a_review_are_told_together():
    with pytest.raises(InputError) as caught:
        review([ONE], {"on": Review("confirm"), "one": Review("maybe")})
    assert [problem.code for problem in caught.value.problems] == ["unknown-observation", "verdict"]


def test_an_observation_of_no_type_or_no_probability_is_refused():
    with pytest.raises(InputError) as caught:
        Observation("x", dt.date(2026, 2, 5), "ATTACK", confidence=1.5)
    assert [problem.code for problem in caught.value.problems] == ["unknown-event-type", "confidence"]
