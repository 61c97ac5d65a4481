"""Scores of codings compared with those of people."""

import json
from dataclasses import replace

import pytest

from standoff.errors import InputError
from standoff.news.coded import INTENSITY, Attribution, Claim, CodedDocument, Event, Mention
from standoff.news.document import Document
from training.evaluation.measures import count_confusion, tabulate_calibration
from training.evaluation.pairs import score_raw_pairs
from training.evaluation.plover import PairSentence, read_gold_records, read_pair_sentences
from training.evaluation.reports import score_reports

TEXT = "Iran attacked Iraq with 40 tanks. Oman objected."


def event(event_type, actor, target, span):
    return Event(
        event_type=event_type, mode="", contexts=(), actor=actor, target=target, date=None, place="",
        span=span, quote=TEXT[slice(*span)],
        attribution=Attribution(), factuality="happened", confidence=0.8, method="m", intensity=INTENSITY[event_type],
    )  # fmt: skip


IRAN, IRAQ = Mention("IRN GOV", "Iran", (0, 4)), Mention("IRQ GOV", "Iraq", (14, 18))
ATTACK = event("ASSAULT", IRAN, IRAQ, (5, 13))
OBJECTION = event("REJECT", Mention("OMN GOV", "Oman", (34, 38)), None, (39, 47))
TANKS = Claim(
    kind="quantity", issue="", holder=IRAN, about=None, value="40", unit="tanks", qualifier="", span=(24, 32), quote="40 tanks",
    attribution=Attribution(), factuality="happened",
)  # fmt: skip


class Report:
    document = Document(TEXT)
    events = (ATTACK, OBJECTION)
    claims = (TANKS,)


def scores(*events, claims=(TANKS,)):
    return score_reports([Report()], lambda document: CodedDocument(document.document_hash, events, claims, "en"))


def test_the_codings_of_people_score_one():
    found = scores(ATTACK, OBJECTION)
    assert (found.events.f1, found.with_roles.f1, found.claims.f1, found.numbers.right) == (1.0, 1.0, 1.0, 1)


def test_an_event_with_a_wrong_type_is_found_but_not_right():
    found = scores(replace(ATTACK, event_type="COERCE"), OBJECTION)
    assert (found.found.right, found.events.right, found.sure.right, found.sure.coded) == (2, 1, 1, 2)


def test_another_role_is_the_same_country():
    found = scores(replace(ATTACK, actor=Mention("IRN MIL", "Iran", (0, 4))), OBJECTION)
    assert (found.with_countries.right, found.with_roles.right) == (2, 1)


def test_each_event_is_matched_once():
    assert scores(ATTACK, ATTACK, OBJECTION).events.precision == pytest.approx(2 / 3)


def test_an_invented_target_is_wrong():
    assert scores(ATTACK, replace(OBJECTION, target=IRAN)).with_countries.right == 1


def test_a_number_with_another_holder_is_wrong():
    assert scores(ATTACK, claims=(replace(TANKS, holder=IRAQ),)).numbers.right == 0


def test_swapped_sides_count_where_no_event_has_them_right():
    sentence = PairSentence(TEXT, (0, 4), (14, 18), "ASSAULT")
    swapped = replace(ATTACK, actor=IRAQ, target=IRAN)
    codings = [CodedDocument("", events, (), "en") for events in ((ATTACK,), (swapped,), (swapped, ATTACK), ())]
    found = score_raw_pairs([sentence] * 4, codings)
    assert (found.sentences, found.with_event, found.triples, found.swapped, found.sides) == (4, 3, 2, 1, 3)


def test_rows_of_a_confusion_are_true_types():
    assert count_confusion(["A", "A", "B"], ["A", "B", "B"], ["A", "B"]).tolist() == [[1, 1], [0, 1]]


def test_a_calibration_table_counts_every_pair_once():
    rows = tabulate_calibration([(0.1, False), (0.5, True), (1.0, True)], (0.0, 0.5, 1.0))
    assert rows == [(0.0, 0.5, 1, 0.1, 0.0), (0.5, 1.0, 2, 0.75, 1.0)]


def test_marks_and_names_of_2016_are_converted(tmp_path):
    marked = "<s>Iran</s> hit <t>Iraq</t>."
    rows = [
        "marked_sentence\tsource\ttarget\tgold_root",
        f"{marked}\tIran\tIraq\tYIELD",
        "<s>Oman</s> fell.\tOman\ta recipient\tAID",
    ]
    (tmp_path / "PLV_train.tsv").write_text("\n".join(rows))
    records = [{"text": "x", "event": "DISAPPROVE", "source": [{"actorText": "Tokyo", "code": "JAP"}], "target": ""}]
    (tmp_path / "plover_gsr_clean.json").write_text(json.dumps(records))
    assert read_pair_sentences(tmp_path) == (
        PairSentence("Iran hit Iraq.", (0, 4), (9, 13), "CONCEDE"),
        PairSentence("Oman fell.", (0, 4), None, "AID"),
    )
    (record,) = read_gold_records(tmp_path)
    assert (record.event_type, record.sources, record.targets, record.source_texts) == (
        "ACCUSE",
        {"JPN"},
        frozenset(),
        (("Tokyo", "JPN"),),
    )


def test_the_error_of_missing_sets_names_the_option(tmp_path):
    with pytest.raises(InputError) as caught:
        read_pair_sentences(tmp_path)
    assert caught.value.problems[0].code == "missing-scoring-data"
    assert "--data" in caught.value.problems[0].help
