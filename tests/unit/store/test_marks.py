"""How far something has come, clusters that depend on it, and events of a scenario's model."""

import pytest

from standoff.errors import InputError
from standoff.store import Review
from stored_news import METHOD, as_aid, coded, document, event


@pytest.fixture
def numbers(store):
    documents = [document(k) for k in range(3)]
    store.add_documents(documents)
    store.add_codings([coded(one, [event()]) for one in documents], method=METHOD)
    return [one.event_id for one in store.list_coded_events()]


def test_the_last_mark_of_a_name_counts(store):
    assert store.read_mark("feed") is None
    store.set_mark("feed", {"etag": "a", "up_to": 1})
    store.set_mark("other", 5)
    store.set_mark("feed", {"etag": "b", "up_to": 2})
    assert (store.read_mark("feed"), store.read_mark("other")) == ({"etag": "b", "up_to": 2}, 5)


def test_a_mark_that_says_nothing_new_is_no_write(store):
    store.set_mark("feed", 1)
    before = store.read_last_write()
    store.set_mark("feed", 1)
    assert store.read_last_write() == before


def test_a_mark_with_a_name_that_no_database_keeps_is_refused(store):
    with pytest.raises(InputError, match="unkept-character"):
        store.set_mark("feed\x00", 1)


def test_clusters_are_recorded_only_if_nobody_went_through_meanwhile(store, numbers):
    assert store.add_clusters([numbers[:2]], method="rule 1", after=0, up_to=2)
    assert not store.add_clusters([numbers], method="rule 1", after=0, up_to=2)
    assert store.read_mark("rule 1") == 2
    assert [one.event_ids for one in store.list_clusters()] == [tuple(numbers[:2])]


def test_clusters_of_an_unknown_event_leave_nothing_behind(store, numbers):
    with pytest.raises(InputError, match="unknown-event"):
        store.add_clusters([numbers[:2], [99]], method="rule 1", after=0, up_to=2)
    assert (store.read_mark("rule 1"), store.list_clusters()) == (None, ())


def test_the_events_of_later_codings_alone_are_given(store, numbers):
    before = store.read_last_write()
    late = document(7)
    store.add_documents([late])
    store.add_codings([coded(late, [event()])], method=METHOD)
    assert [one.document_hash for one in store.list_coded_events(after=before)] == [late.document_hash]
    assert len(store.list_coded_events()) == len(numbers) + 1


@pytest.mark.usefixtures("numbers")
def test_documents_are_given_by_their_hashes_once_each(store):
    wanted = [document(k).document_hash for k in (2, 0, 2)]
    assert {one.document_hash for one in store.read_documents_by_hash([*wanted, "f" * 64])} == set(wanted)
    assert len(store.read_documents_by_hash(wanted)) == 2


def test_the_places_of_many_documents_are_those_of_each(store, numbers):
    del numbers
    store.add_documents([document(1, outlet="The Courier")])
    hashes = [document(k).document_hash for k in range(3)]
    found = store.read_copies([*hashes, "f" * 64])
    assert found == {name: store.list_copies(name) for name in hashes}
    assert [place.outlet for place in found[hashes[1]]] == ["The Gazette", "The Courier"]


def stands_for(store, number):
    [found] = [one.stands_for for one in store.list_coded_events() if one.event_id == number]
    return found


def test_what_an_event_stands_for_holds_for_its_scenario_alone(store, numbers):
    store.add_reviews(
        [
            Review(numbers[0], "confirm", "ann", scenario="first", stands_for="pressure.usa.strike"),
            Review(numbers[0], "confirm", "bob", scenario="second", stands_for="storm"),
            Review(numbers[0], "confirm", "eve"),
        ]
    )
    assert stands_for(store, numbers[0]) == {"first": "pressure.usa.strike", "second": "storm"}
    assert stands_for(store, numbers[1]) == {}


def test_what_an_event_stands_for_is_withdrawn_by_naming_none(store, numbers):
    store.add_reviews([Review(numbers[0], "confirm", "ann", scenario="first", stands_for="storm")])
    store.add_reviews([Review(numbers[0], "confirm", "ann", scenario="first")])
    assert stands_for(store, numbers[0]) == {}


@pytest.mark.parametrize("later", ["drop", "correct"])
def test_a_corrected_event_no_longer_stands_for_what_it_did(store, numbers, later):
    store.add_reviews([Review(numbers[0], "confirm", "ann", scenario="first", stands_for="storm")])
    correction = as_aid(event()) if later == "correct" else None
    store.add_reviews([Review(numbers[0], later, "bob", correction=correction)])
    store.add_reviews([Review(numbers[0], "confirm", "eve")])
    assert stands_for(store, numbers[0]) == {}


def test_what_was_known_before_is_still_known(store, numbers):
    before = store.read_last_write()
    store.add_reviews([Review(numbers[0], "confirm", "ann", scenario="first", stands_for="storm")])
    assert [one.stands_for for one in store.list_coded_events(known_by=before)] == [{}, {}, {}]


@pytest.mark.parametrize(
    "given", [{"action": "confirm", "stands_for": "storm"}, {"action": "drop", "scenario": "a", "stands_for": "storm"}]
)
def test_an_event_of_a_model_needs_a_scenario_and_an_event(given):
    with pytest.raises(ValueError, match="a match needs its scenario"):
        Review(1, author="ann", **given)
