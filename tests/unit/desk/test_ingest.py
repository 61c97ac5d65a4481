"""From sources to events in a store, and events that many sources report."""

import json
from dataclasses import replace

import pytest

from scripted_coder import ScriptedCoder, article
from standoff import InputError, load
from standoff.desk.clustering import ReportedEvent, cluster_events, group_by_day
from standoff.desk.ingestion import code_pending, ingest
from standoff.news.coded import Mention

AGENCY = (
    "America sent more forces on 2026-02-09, the ministry of defence said in a statement to the press in the capital. "
)
OWN_WORDS = "It became known in the evening: America struck Iran on 2026-02-10, as several officials confirmed."
OTHER_WORDS = "Explosions were heard all night. America struck Iran on 2026-02-10 from ships in the Gulf."


@pytest.fixture(scope="module")
def scenario():
    return load("iran-us-2026")


def list_shared_outlets(store):
    """Quotes and outlets of the events of each cluster."""
    by_number = {one.event_id: one for one in store.list_coded_events()}
    return [
        sorted(store.list_copies(by_number[number].document_hash)[0].outlet for number in cluster.event_ids)
        for cluster in store.list_clusters()
    ]


def test_the_events_of_new_documents_are_given_once(store):
    first = ingest(store, [article(AGENCY)], coder=ScriptedCoder())
    again = ingest(store, [article(AGENCY), article(OWN_WORDS)], coder=ScriptedCoder())
    assert [one.event.event_type for one in first.events] == ["MOBILIZE"]
    assert [one.event.event_type for one in again.events] == ["ASSAULT"]
    assert (again.added.given, again.added.new, again.num_coded) == (2, 1, 1)


def test_what_an_interrupted_ingest_left_is_coded_by_the_next(store):
    store.add_documents([article(AGENCY)])
    found = ingest(store, [], coder=ScriptedCoder())
    assert (found.added.given, found.num_coded, len(found.events)) == (0, 1, 1)


def test_codings_that_were_left_without_a_look_for_clusters_are_looked_at_later(store):
    store.add_documents([article(AGENCY), article(AGENCY + "More follows.", outlet="Courier")])
    code_pending(store, ScriptedCoder())
    assert store.list_clusters() == ()
    assert ingest(store, [], coder=ScriptedCoder()).num_clusters == 1
    assert list_shared_outlets(store) == [["Courier", "Gazette"]]


def test_a_document_that_cannot_be_read_is_reported_and_not_tried_again(store):
    found = ingest(store, [article("Bonjour, le monde.")], coder=ScriptedCoder())
    assert [(one.document.text, one.reason) for one in found.not_coded] == [
        ("Bonjour, le monde.", "the text is in French")
    ]
    assert ingest(store, [], coder=ScriptedCoder()).num_coded == 0


def test_sources_that_cannot_be_read_are_reported_and_the_others_kept(store, tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": AGENCY}) + "\n")
    found = ingest(store, [str(tmp_path / "none.txt"), str(tmp_path / "a.jsonl")], coder=ScriptedCoder())
    assert [problem.code for problem in found.faults] == ["no-such-file"]
    assert len(found.events) == 1


def test_an_ingest_that_is_asked_to_stop_keeps_what_it_has_done(store):
    answers = iter([False, False, False, False, True])
    found = ingest(
        store,
        [article(AGENCY), article(OWN_WORDS), article(OTHER_WORDS)],
        coder=ScriptedCoder(),
        should_stop=lambda: next(answers, True),
    )
    assert (found.is_complete, found.added.given, found.num_coded) == (False, 3, 1)
    assert len(ingest(store, [], coder=ScriptedCoder()).events) == 2


def test_a_coder_that_quotes_what_is_not_there_is_refused(store):
    class Liar(ScriptedCoder):
        def code(self, document):
            return (
                super()
                .code(article("X" + document.text))
                .__class__(document.document_hash, super().code(article("X" + document.text)).events, (), "en")
            )

    with pytest.raises(InputError, match="quote-elsewhere"):
        ingest(store, [article(AGENCY)], coder=Liar())
    assert len(list(store.read_documents())) == 1


def test_near_duplicates_are_one_event_with_two_witnesses(store):
    ingest(store, [article(AGENCY), article("CAPITAL - " + AGENCY, outlet="Courier")], coder=ScriptedCoder())
    assert list_shared_outlets(store) == [["Courier", "Gazette"]]


def test_a_third_witness_joins_the_cluster_that_is_there(store):
    ingest(store, [article(AGENCY), article("CAPITAL - " + AGENCY, outlet="Courier")], coder=ScriptedCoder())
    found = ingest(store, [article(AGENCY + "It gave no reason.", outlet="Herald")], coder=ScriptedCoder())
    assert found.num_clusters == 1
    assert list_shared_outlets(store) == [["Courier", "Gazette", "Herald"]]


def test_nothing_new_makes_no_clusters_and_no_writes(store):
    documents = [article(AGENCY), article("CAPITAL - " + AGENCY, outlet="Courier")]
    ingest(store, documents, coder=ScriptedCoder())
    before = store.read_last_write()
    assert ingest(store, documents, coder=ScriptedCoder()).num_clusters == 0
    assert store.read_last_write() == before


def test_reports_in_other_words_are_one_event_only_between_two_sides_of_a_scenario(store, scenario):
    ingest(store, [article(OWN_WORDS), article(OTHER_WORDS, outlet="Courier")], coder=ScriptedCoder())
    assert store.list_clusters() == ()
    assert cluster_events(store, scenario) == 1
    assert list_shared_outlets(store) == [["Courier", "Gazette"]]


@pytest.mark.parametrize(
    "other",
    [
        OTHER_WORDS.replace("02-10", "02-11"),
        OTHER_WORDS.replace("America struck Iran", "Israel struck Iran"),
        OTHER_WORDS.replace("struck", "threatened"),
        OTHER_WORDS.replace("Iran on", "France on"),
        OTHER_WORDS.replace("struck Iran on 2026-02-10", "struck on 2026-02-10"),
    ],
)
def test_reports_of_another_day_act_or_side_stay_apart(store, scenario, other):
    ingest(store, [article(OWN_WORDS), article(other, outlet="Courier")], coder=ScriptedCoder(), scenario=scenario)
    assert store.list_clusters() == ()


def test_a_side_that_was_inferred_puts_nothing_together(scenario):
    sides = tuple(frozenset(player.codes) for player in scenario.players.values())
    stated = [
        ReportedEvent(k, f"{k}", ScriptedCoder().code(article(text)).events[0])
        for k, text in enumerate([OWN_WORDS, OTHER_WORDS])
    ]
    inferred = [replace(one, event=replace(one.event, target=Mention("IRN", is_inferred=True))) for one in stated]
    assert group_by_day(stated, sides) == [[0, 1]]
    assert group_by_day(inferred, sides) == []


def test_what_a_person_put_together_or_apart_stays(store):
    ingest(store, [article(AGENCY), article("CAPITAL - " + AGENCY, outlet="Courier")], coder=ScriptedCoder())
    first, _second = store.list_coded_events()
    store.add_cluster([first.event_id], method="ann")
    ingest(store, [article(AGENCY + "It gave no reason.", outlet="Herald")], coder=ScriptedCoder())
    assert sorted(list_shared_outlets(store)) == [["Courier", "Herald"], ["Gazette"]]


def test_two_events_of_one_document_that_differ_by_their_day_stay_two(store):
    both = AGENCY + AGENCY.replace("02-09", "02-11")
    ingest(store, [article(both), article("CAPITAL - " + both, outlet="Courier")], coder=ScriptedCoder())
    assert list_shared_outlets(store) == [["Courier", "Gazette"]] * 2
