"""Codings, reviews and clusters, and the events that come of them."""

import datetime as dt
from dataclasses import replace

import pytest

from standoff.errors import InputError
from standoff.store import Added, Review
from stored_news import ACCUSATION, METHOD, as_aid, claim, coded, document, event

DOCUMENT = document(1, date=dt.date(2031, 3, 6))
OTHER = document(2)
NEWER = "patterns 2"


@pytest.fixture
def filled(store):
    store.add_documents([DOCUMENT, OTHER])
    store.add_codings([coded(DOCUMENT)], method=METHOD)
    return store


def acts(store, **filters):
    return [found.event for found in store.list_coded_events(**filters) if not found.is_dropped]


def numbers(store, document_hash=DOCUMENT.document_hash):
    return [found.event_id for found in store.list_coded_events(document_hash=document_hash)]


def problems(act):
    with pytest.raises(InputError) as raised:
        act()
    return [problem.code for problem in raised.value.problems]


def test_a_coding_comes_back_as_it_was_given(filled):
    (found,) = filled.list_codings(DOCUMENT.document_hash)
    assert (found.coded, found.method, found.version) == (coded(DOCUMENT), METHOD, 1)
    assert list(found.event_ids) == numbers(filled)


def test_a_refusal_to_code_is_a_coding(filled):
    given = replace(coded(OTHER, [], []), refused="the text is in another language")
    filled.add_codings([given], method=METHOD)
    assert filled.list_codings(OTHER.document_hash)[0].coded == given
    assert filled.list_uncoded(METHOD) == ()


def test_what_is_left_to_code_is_known(filled):
    assert filled.list_uncoded(METHOD) == (OTHER.document_hash,)
    assert filled.list_uncoded(NEWER) == (DOCUMENT.document_hash, OTHER.document_hash)


def test_an_equal_coding_is_not_recorded_again(filled):
    before = filled.read_last_write()
    assert filled.add_codings([coded(DOCUMENT)], method=METHOD) == Added(given=1)
    assert filled.read_last_write() == before


def test_a_new_coding_stands_beside_the_old_one_and_counts(filled):
    filled.add_codings([coded(DOCUMENT, [ACCUSATION])], method=METHOD)
    filled.add_codings([coded(DOCUMENT)], method=METHOD)
    assert [(one.version, len(one.event_ids)) for one in filled.list_codings(DOCUMENT.document_hash)] == [
        (1, 2),
        (2, 1),
        (3, 2),
    ]
    assert acts(filled) == [event(), ACCUSATION]


def test_events_of_one_method_can_be_asked_for(filled):
    filled.add_codings([coded(DOCUMENT, [ACCUSATION])], method=NEWER)
    assert acts(filled) == [ACCUSATION]
    assert acts(filled, method=METHOD) == [event(), ACCUSATION]


def test_events_are_corrected_and_dropped(filled):
    first, second = numbers(filled)
    filled.add_reviews([Review(first, "correct", "ann", "it was help", as_aid(event())), Review(second, "drop", "ann")])
    assert acts(filled) == [as_aid(event())]
    assert [found.coded for found in filled.list_coded_events()] == [event(), ACCUSATION]
    assert [found.is_dropped for found in filled.list_coded_events()] == [False, True]


def test_the_last_review_holds_and_all_are_kept(filled):
    first = numbers(filled)[0]
    given = [Review(first, "drop", "ann"), Review(first, "confirm", "bob", "it is there")]
    made = filled.add_reviews(given)
    assert acts(filled) == [event(), ACCUSATION]
    found = filled.list_reviews(first)
    assert [one.review_id for one in found] == list(made)
    assert [(one.review.author, one.review.action) for one in found] == [("ann", "drop"), ("bob", "confirm")]
    assert all(one.review.reviewed_at.utcoffset() == dt.timedelta(0) for one in found)


def test_a_review_holds_for_the_same_event_of_a_newer_coding(filled):
    filled.add_reviews([Review(numbers(filled)[0], "drop", "ann")])
    filled.add_codings([coded(DOCUMENT, [event(confidence=0.99), ACCUSATION])], method=NEWER)
    newer = filled.list_codings(DOCUMENT.document_hash)[1].event_ids
    filled.add_reviews([Review(newer[1], "confirm", "bob")])  # now the newer coding counts
    assert [found.method for found in filled.list_coded_events()] == [NEWER, NEWER]
    assert acts(filled) == [ACCUSATION]


def test_a_newer_coding_does_not_take_a_reviewed_one_away(filled):
    filled.add_reviews([Review(numbers(filled)[0], "correct", "ann", correction=as_aid(event()))])
    filled.add_codings([coded(DOCUMENT, [ACCUSATION])], method=NEWER)
    assert acts(filled) == [as_aid(event()), replace(ACCUSATION)]


def test_a_review_of_an_event_that_the_current_coding_lacks_has_no_effect(filled):
    first = numbers(filled)[0]
    filled.add_reviews([Review(first, "drop", "ann")])
    filled.add_codings([coded(DOCUMENT, [event("AID"), ACCUSATION])], method=NEWER)
    newer = filled.list_codings(DOCUMENT.document_hash)[1].event_ids
    filled.add_reviews([Review(newer[0], "confirm", "bob")])
    assert acts(filled) == [event("AID"), ACCUSATION]


def test_a_past_state_of_the_news_is_read_again(filled):
    then = filled.read_last_write()
    first, second = numbers(filled)
    filled.add_reviews([Review(first, "drop", "ann")])
    between = filled.read_last_write()
    filled.add_cluster([second], method="ann")
    filled.add_codings([coded(DOCUMENT, [])], method=NEWER)
    filled.add_reviews([Review(first, "confirm", "ann")])
    assert acts(filled, known_by=then) == [event(), ACCUSATION]
    assert acts(filled, known_by=between) == [ACCUSATION]
    assert filled.list_clusters(known_by=between) == ()
    assert [one.cluster_id for one in filled.list_coded_events(known_by=between) if not one.is_dropped] == [None]
    assert len(filled.list_reviews(first, known_by=between)) == 1


def test_claims_are_those_of_the_coding_that_counts(filled):
    (found,) = filled.list_claims()
    assert (found.document_hash, found.published, found.claims) == (DOCUMENT.document_hash, DOCUMENT.date, (claim(),))
    filled.add_codings([coded(DOCUMENT, claims=[claim("brigades"), claim()])], method=NEWER)
    assert filled.list_claims()[0].claims == (claim("brigades"), claim())
    assert filled.list_claims(since=dt.date(2031, 3, 7)) == ()
    assert filled.list_claims(method=METHOD)[0].claims == (claim(),)


def test_an_event_is_in_the_cluster_that_it_was_put_into_last(filled):
    filled.add_codings([coded(OTHER)], method=METHOD)
    mine, theirs = numbers(filled)[0], numbers(filled, OTHER.document_hash)[0]
    first = filled.add_cluster([mine, theirs, mine], method="texts alike 1", label="brigades")
    assert [(one.cluster_id, one.label, one.event_ids) for one in filled.list_clusters()] == [
        (first, "brigades", (mine, theirs))
    ]
    second = filled.add_cluster([theirs], method="ann")
    assert [(one.cluster_id, one.event_ids) for one in filled.list_clusters()] == [
        (first, (mine,)),
        (second, (theirs,)),
    ]
    clusters = {one.event_id: one.cluster_id for one in filled.list_coded_events()}
    assert (clusters[mine], clusters[theirs]) == (first, second)


def test_a_cluster_holds_for_the_same_event_of_a_newer_coding(filled):
    number = filled.add_cluster([numbers(filled)[0]], method="ann")
    filled.add_codings([coded(DOCUMENT, [event(confidence=0.5)])], method=NEWER)
    assert [one.cluster_id for one in filled.list_coded_events()] == [number]
    assert len(filled.list_clusters()[0].event_ids) == 1


def test_a_coding_of_an_unknown_document_is_refused_with_its_batch(filled):
    given = [coded(OTHER), coded(document(99))]
    assert problems(lambda: filled.add_codings(given, method=METHOD)) == ["unknown-document", "batch-unwritten"]
    assert filled.list_uncoded(METHOD) == (OTHER.document_hash,)


@pytest.mark.parametrize(
    "given",
    [
        event(quote="moved two brigades", span=(9, 27)),
        event(span=(-3, 15)),
        event(span=(5000, 5018)),
        event(span=(5, 5)),
    ],
)
def test_a_quote_must_stand_where_its_span_says(filled, given):
    assert problems(lambda: filled.add_codings([coded(OTHER, [given])], method=METHOD))[0] == "quote-elsewhere"
    review = Review(numbers(filled)[0], "correct", "ann", correction=given)
    assert problems(lambda: filled.add_reviews([review])) == ["quote-elsewhere"]


def test_reviews_are_recorded_all_or_none(filled):
    given = [Review(numbers(filled)[0], "drop", "ann"), Review(999, "drop", "ann")]
    assert problems(lambda: filled.add_reviews(given)) == ["unknown-event"]
    assert len(acts(filled)) == 2


def test_a_cluster_of_an_unknown_event_is_refused(filled):
    assert problems(lambda: filled.add_cluster([999], method="ann")) == ["unknown-event"]
    assert filled.list_clusters() == ()


@pytest.mark.parametrize(
    ("action", "author", "correction"),
    [("correct", "ann", None), ("drop", "ann", event()), ("confirm", " ", None), ("erase", "ann", None)],
)
def test_a_review_says_one_thing_and_who_says_it(action, author, correction):
    with pytest.raises(ValueError, match=r"a review|author"):
        Review(1, action, author, correction=correction)


def test_a_sound_store_has_no_fault(filled):
    filled.add_reviews([Review(numbers(filled)[0], "correct", "ann", correction=as_aid(event()))])
    assert filled.check() == ()
