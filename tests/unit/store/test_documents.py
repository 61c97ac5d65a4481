"""Documents and the places at which they were found."""

import datetime as dt
import itertools

import pytest

from standoff.errors import InputError
from standoff.store import Added, open_store
from stored_news import document

MONDAY, TUESDAY = dt.date(2031, 3, 3), dt.date(2031, 3, 4)
NOON = dt.datetime(2031, 3, 4, 12, 30, 5, 123456, tzinfo=dt.UTC)


def test_a_document_comes_back_as_it_was_given(store):
    given = document(text="Ağrı – \U0001f6a2 \x01\r\n“quoted”", author="A. Writer", date=TUESDAY, retrieved=NOON)
    store.add_documents([given])
    assert list(store.read_documents()) == [given]


def test_a_time_in_another_zone_comes_back_as_the_same_moment(store):
    zone = dt.timezone(dt.timedelta(hours=-5))
    store.add_documents([document(retrieved=NOON.astimezone(zone))])
    (found,) = store.read_documents()
    assert (found.retrieved, found.retrieved.utcoffset()) == (NOON, dt.timedelta(0))


def test_the_same_text_from_two_places_is_one_document_with_two_copies(store):
    here, there = document(outlet="A", address="a"), document(outlet="B", address="b")
    assert store.add_documents([here, there]) == Added(given=2, new=1, copies=2)
    assert len(list(store.read_documents())) == 1
    assert store.list_copies(here.document_hash) == (here, there)


def test_what_is_given_again_is_not_recorded_again(store):
    given = [document(1), document(2)]
    store.add_documents(given)
    before = store.read_last_write()
    assert store.add_documents([*given, document(1, retrieved=NOON)]) == Added(given=3, new=0, copies=0)
    assert store.read_last_write() == before


def test_documents_come_by_day_and_the_earliest_sighting_stands_for_a_text(store):
    late, early = document(1, date=TUESDAY, outlet="late"), document(1, date=MONDAY, outlet="early")
    undated, other = document(2), document(3, date=TUESDAY)
    store.add_documents([undated, late, other, early])
    assert list(store.read_documents()) == [early, other, undated]
    assert list(store.read_documents(since=TUESDAY)) == [other]
    assert list(store.read_documents(until=MONDAY)) == [early]


def test_batches_do_not_change_what_is_recorded(store):
    given = [document(k % 7, address=str(k % 9)) for k in range(40)]
    totals = []
    total = store.add_documents(iter(given), batch_size=3, progress=totals.append)
    assert total == Added(given=40, new=7, copies=len({(k % 7, k % 9) for k in range(40)}))
    assert [one.given for one in totals] == [*range(3, 40, 3), 40]
    assert store.check() == ()


def test_a_read_at_a_write_does_not_know_what_came_later(store):
    store.add_documents([document(1, date=TUESDAY)])
    then = store.read_last_write()
    store.add_documents([document(1, date=MONDAY), document(2)])
    assert list(store.read_documents(known_by=then)) == [document(1, date=TUESDAY)]
    assert store.list_copies(document(1).document_hash, known_by=then) == (document(1, date=TUESDAY),)


@pytest.mark.parametrize(("changes", "shown"), [({"text": "a\x00b"}, r"\x00"), ({"title": "a\ud800b"}, r"\ud800")])
def test_what_no_database_keeps_is_refused_with_its_batch(store, changes, shown):
    given = [document(1), document(2), document(3, **changes), document(4)]
    with pytest.raises(InputError) as raised:
        store.add_documents(given, batch_size=2)
    first, last = raised.value.problems
    assert (first.code, shown in first.message) == ("unkept-character", True)
    assert (last.code, "documents 3 to 4" in last.message, "the 2 before are kept" in last.message) == (
        "batch-unwritten", True, True
    )  # fmt: skip
    assert list(store.read_documents()) == given[:2]


def test_a_source_that_breaks_off_leaves_whole_batches(store):
    def source():
        yield from (document(k) for k in range(5))
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.add_documents(source(), batch_size=2)
    assert [found.title for found in store.read_documents()] == [f"Report {k}" for k in range(4)]


def test_the_store_can_be_read_while_its_documents_are_walked_through(store):
    store.add_documents([document(k) for k in range(450)])
    walk = store.read_documents()
    first = list(itertools.islice(walk, 3))
    store.add_documents([document(1000)])
    assert len(first) + len(list(walk)) == 450


def test_what_was_written_is_there_after_opening_again(store, address):
    store.add_documents([document()])
    with open_store(address) as again:
        assert list(again.read_documents()) == [document()]


def test_a_batch_has_a_size(store):
    with pytest.raises(ValueError, match="batch_size must lie in"):
        store.add_documents([], batch_size=0)
