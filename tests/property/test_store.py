"""Any sequence of additions and reviews comes to the same events in a file, on a server, and in a plain list."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.store import Review, prepare_store
from stored_news import ACCUSATION, as_aid, coded, document, event

DOCUMENTS = [document(k, date=dt.date(2031, 3, 1 + k)) for k in range(3)]
EVENTS = [event(), ACCUSATION, event("THREATEN"), event(target="EST"), event(confidence=0.7)]
"""The first and the last are coded alike, with another confidence."""
METHODS = ["patterns 1", "patterns 2"]

codings = st.lists(st.sampled_from(EVENTS), max_size=4)
add = st.tuples(st.just("code"), st.sampled_from(DOCUMENTS), codings, st.sampled_from(METHODS))
review = st.tuples(st.just("review"), st.integers(0, 20), st.sampled_from(["confirm", "correct", "drop"]))
sequences = st.lists(st.one_of(add, review), min_size=1, max_size=12)


class Ledger:
    """What the store should come to, said in the plainest way: everything in one list, read from its end."""

    def __init__(self):
        self.codings = []  # (document, events, method)
        self.reviews = []  # (place of the coding, position of the event in it, what becomes of it)

    def event_places(self):
        return [(k, position) for k, (_, found, _) in enumerate(self.codings) for position in range(len(found))]

    def code(self, given, found, method):
        before = [events for doc, events, by in self.codings if (doc, by) == (given, method)]
        if before[-1:] != [found]:
            self.codings.append((given, found, method))

    def effective(self):
        return [one for document in DOCUMENTS for one in self.effective_in(document)]

    def effective_in(self, document):
        of_document = [k for k, coding in enumerate(self.codings) if coding[0] is document]
        if not of_document:
            return []
        looked_at = [k for k, _, _ in self.reviews if k in of_document]
        counting = (looked_at or of_document)[-1]
        effective = []
        for position, one in enumerate(self.codings[counting][1]):
            said = [
                correction
                for k, other, correction in self.reviews
                if k in of_document and self.likeness(k, other) == self.likeness(counting, position)
            ]
            effective.append(said[-1](one) if said else one)
        return [one for one in effective if one is not None]

    def likeness(self, k, position):
        """What makes an event the same in two codings: what is coded, and how many before it are coded so."""
        alike = [(one.span, one.event_type, one.actor, one.target) for one in self.codings[k][1][: position + 1]]
        return alike[-1], alike.count(alike[-1])


def all_event_ids(store):
    """Every event of every coding, in the order of recording."""
    codings = [coding for one in DOCUMENTS for coding in store.list_codings(one.document_hash)]
    return [number for coding in sorted(codings, key=lambda one: one.coding_id) for number in coding.event_ids]


def play(store, acts):
    """Do the acts on a store, and beside it in the plain list."""
    ledger = Ledger()
    store.add_documents(DOCUMENTS)
    for kind, *rest in acts:
        places = ledger.event_places()
        if kind == "code":
            given, found, method = rest
            store.add_codings([coded(given, found)], method=method)
            ledger.code(given, found, method)
        elif places:
            place, action = rest[0] % len(places), rest[1]
            k, position = places[place]
            corrected = as_aid(ledger.codings[k][1][position])
            correction = corrected if action == "correct" else None
            store.add_reviews([Review(all_event_ids(store)[place], action, "ann", correction=correction)])
            becomes = {"confirm": lambda one: one, "correct": lambda _, new=corrected: new, "drop": lambda _: None}
            ledger.reviews.append((k, position, becomes[action]))
    return ledger


def plain(store, **filters):
    """What is taken to be so, without the numbers that differ from store to store, in the order of documents and text."""
    found = [one for one in store.list_coded_events(**filters) if not one.is_dropped]
    return [one.event for one in found]


@settings(max_examples=10)
@given(sequences)
def test_any_sequence_comes_to_the_events_of_a_plain_list_in_a_file(tmp_path_factory, acts):
    with prepare_store(tmp_path_factory.mktemp("stores") / "store.sqlite") as store:
        ledger = play(store, acts)
        assert plain(store) == ledger.effective()
        assert store.check() == ()


@settings(max_examples=5)
@given(sequences, sequences)
def test_any_sequence_comes_to_the_same_events_on_a_server(tmp_path_factory, postgres, first, second):
    with (
        prepare_store(tmp_path_factory.mktemp("stores") / "store.sqlite") as file,
        prepare_store(postgres.make_database()) as server,
    ):
        play(file, first)
        ledger = play(server, first)
        then, expected = server.read_last_write(), ledger.effective()
        assert (file.read_last_write(), plain(file), plain(server)) == (then, expected, expected)
        play(server, second)
        assert plain(server, known_by=then) == expected
