"""What a events of coded events says about a scenario: what counts, what counts once, and what does not count."""

from dataclasses import replace

import pytest

from scripted_coder import ScriptedCoder, article
from standoff import load
from standoff.belief.observation import merge_reports
from standoff.desk.event_set import apply_reviews, code_events, find_event
from standoff.desk.usable_reports import choose_confusion_matrix, select_usable_reports
from standoff.news.coded import Mention
from standoff.store import Review

FLEET = (
    "America sent more forces on 2026-02-06, the ministry of defence said in a statement to the press in the capital. "
)
AGAIN = "Ships left port all day: America sent more forces on 2026-02-07 after a night of talks."


@pytest.fixture(scope="module")
def scenario():
    return load("iran-us-2026")


def make_events(*documents):
    return code_events(documents, ScriptedCoder())[0]


def counted(events, scenario):
    """What is left once reports of one event are one."""
    return merge_reports(scenario, select_usable_reports(events, scenario).observations)


def test_the_same_text_in_two_places_is_one_report_with_two_sources(scenario):
    events = make_events(article(FLEET), article(FLEET, outlet="Courier", day="2026-02-08"))
    [one] = counted(events, scenario)
    assert sorted(one.sources) == ["Courier 2026-02-08", "Gazette 2026-02-09"]


def test_near_duplicates_are_twins_and_one_event(scenario):
    events = make_events(article(FLEET), article("CAPITAL - " + FLEET, outlet="Courier"))
    assert len(events.list_repeats(events.events[0])) == 2
    assert len(counted(events, scenario)) == 1


def test_reports_in_other_words_of_one_period_are_one_event(scenario):
    events = make_events(article(FLEET), article(AGAIN, outlet="Courier"))
    assert len(events.list_repeats(events.events[0])) == 1
    assert len(counted(events, scenario)) == 1


def test_naming_the_event_of_the_model_for_one_report_leaves_the_others_with_it(scenario):
    events = make_events(article(FLEET), article(AGAIN, outlet="Courier"))
    review = Review(1, "confirm", "ann", scenario="iran-us-2026", stands_for="pressure.usa.reinforce")
    [one] = counted(apply_reviews(events, [review]), scenario)
    assert (one.stands_for, one.is_confirmed, len(one.sources)) == ("pressure.usa.reinforce", True, 2)


def test_reports_that_stand_for_different_events_are_two(scenario):
    events = make_events(article(FLEET), article(AGAIN, outlet="Courier"))
    names = {1: "pressure.usa.reinforce", 2: "reply.iran.drill"}
    reviews = [Review(k, "confirm", "ann", scenario="iran-us-2026", stands_for=name) for k, name in names.items()]
    assert len(counted(apply_reviews(events, reviews), scenario)) == 2


def test_reports_of_one_period_that_stand_for_one_event_are_one(scenario):
    other = article("Iran threatened America on 2026-02-07.", outlet="Courier")
    events = make_events(article(FLEET), other)
    reviews = [
        Review(k, "confirm", "ann", scenario="iran-us-2026", stands_for="pressure.usa.reinforce") for k in (1, 2)
    ]
    [one] = counted(apply_reviews(events, reviews), scenario)
    assert len(one.sources) == 2


def test_what_is_no_event_of_the_model_is_excluded(scenario):
    review = Review(1, "confirm", "ann", scenario="iran-us-2026", stands_for="background")
    found = select_usable_reports(apply_reviews(make_events(article(FLEET)), [review]), scenario)
    assert (found.observations, [one.reason for one in found.excluded]) == (
        (),
        ["matches no event of the model, according to a review"],
    )


def test_what_a_person_set_apart_stays_apart(scenario):
    events = make_events(article(FLEET), article(AGAIN, outlet="Courier"))
    apart = tuple(replace(one, cluster_id=one.event_id) for one in events.events)
    assert len(counted(replace(events, events=apart, manual_clusters=frozenset({1, 2})), scenario)) == 2
    assert len(counted(replace(events, events=apart), scenario)) == 1  # a rule never says that two events are two


def test_reports_of_two_periods_are_two_events(scenario):
    events = make_events(article(FLEET), article(FLEET.replace("02-06", "02-13"), outlet="Courier"))
    assert len(counted(events, scenario)) == 2


def test_a_dropped_report_does_not_count_and_the_others_still_do(scenario):
    events = apply_reviews(
        make_events(article(FLEET), article(AGAIN, outlet="Courier")), [Review(1, "drop", "ann", "no")]
    )
    found = select_usable_reports(events, scenario)
    assert [one.name for one in found.observations] == [events.names[2]]
    assert [one.reason for one in found.excluded] == ["dropped by ann: no"]


def test_a_correction_counts_instead_of_what_was_coded(scenario):
    events = make_events(article(FLEET))
    correction = replace(events.events[0].coded, event_type="THREATEN", actor=Mention("IRN"))
    [one] = select_usable_reports(
        apply_reviews(events, [Review(1, "correct", "ann", correction=correction)]), scenario
    ).observations
    assert (one.event_type, one.actors, one.is_confirmed) == ("THREATEN", ("IRN",), True)


def test_an_undated_event_counts_on_the_day_of_its_report_on_request(scenario):
    events = make_events(article(FLEET, day="2026-02-09"))
    coded = replace(events.events[0].coded, date=None)
    events = replace(events, events=(replace(events.events[0], coded=coded),))
    found = select_usable_reports(events, scenario)
    assert (found.observations, found.excluded[0].reason) == ((), "its date is unknown")
    found = select_usable_reports(events, scenario, dates_undated=True)
    assert [str(one.date) for one in found.observations] == ["2026-02-09"]
    assert found.dated_by_report == (events.names[1],)


def test_a_confidence_that_nobody_measured_does_not_count(scenario):
    events = make_events(article(FLEET))
    assert select_usable_reports(events, scenario).observations[0].confidence is not None
    changed = replace(events, events=(replace(events.events[0], method="llm:some model"),))
    assert select_usable_reports(changed, scenario).observations[0].confidence is None


def test_an_inferred_target_touches_no_scenario(scenario):
    events = make_events(article("France threatened America on 2026-02-06."))
    inferred = replace(events.events[0].coded, target=Mention("USA", is_inferred=True))
    events = replace(events, events=(replace(events.events[0], coded=inferred),))
    found = select_usable_reports(events, scenario)
    assert (found.observations, found.excluded[0].reason) == ((), "no actor of the scenario acts or is acted upon")


def test_the_last_day_is_that_of_news_that_touches_the_scenario(scenario):
    events = make_events(article(FLEET, day="2026-02-09"), article("France held talks with France.", day="2026-03-01"))
    assert str(select_usable_reports(events, scenario).last_day) == "2026-02-09"


def test_an_event_is_found_by_its_number_and_its_name():
    events = make_events(article(FLEET))
    assert find_event(events, events.names[1]) is find_event(events, "1") is events.events[0]


def test_a_coder_that_was_not_measured_has_an_assumed_matrix():
    assert choose_confusion_matrix({"scripted 1"}).origin.startswith("assumed")
