"""Hand-coded reports: their codings agree with their text, and the frozen half is unchanged."""

import datetime as dt
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from standoff.errors import InputError
from standoff.news.coded import INTENSITY, Attribution, Mention
from standoff.news.vocabulary import CLAIM_KINDS, EVENT_TYPES
from training.hand_coded import METHOD, load_hand_coded
from training.training_sentences import load_training_sentences

REPORTS = Path(__file__).parents[2] / "reports"
HALVES = ("development", "frozen")
RARE = {"AID", "CONCEDE", "PROTEST", "COOPERATE"}

TEXT = "Oslo fired on Bergen on Monday, an aide told the Gazette. Bergen demanded 200 kroner within ten days."
NOBODY = {"speaker": "", "outlet": "", "span": None}
OSLO = {"code": "NOR MIL", "text": "Oslo", "span": [0, 4], "inferred": False}
FIRED = {
    "type": "ASSAULT",
    "mode": "firearms",
    "contexts": ["military"],
    "actor": OSLO,
    "target": {"code": "NOR GOV", "text": "", "span": None, "inferred": True},
    "date": "2031-05-05",
    "place": "Bergen",
    "span": [5, 10],
    "quote": "fired",
    "attribution": {"speaker": "aide", "outlet": "Gazette", "span": [35, 39]},
    "factuality": "happened",
}
DEMANDED = FIRED | {
    "type": "REQUEST",
    "mode": "yield",
    "target": None,
    "date": None,
    "place": "",
    "span": [65, 73],
    "quote": "demanded",
    "attribution": NOBODY,
}
CLAIM = {
    "kind": "quantity",
    "issue": "money",
    "holder": OSLO,
    "about": None,
    "value": "200",
    "unit": "kroner",
    "qualifier": "",
    "span": [74, 84],
    "quote": "200 kroner",
    "attribution": NOBODY,
    "factuality": "happened",
}
CODING = {
    "document": hashlib.sha256(TEXT.encode()).hexdigest(),
    "language": "en",
    "refused": "",
    "events": [FIRED, DEMANDED],
    "claims": [CLAIM],
}


def load(folder, **changes):
    (folder / "oslo.txt").write_text(f"Date: 2031-05-06\n\n{TEXT}\n", encoding="utf-8")
    (folder / "oslo.json").write_text(json.dumps(CODING | changes), encoding="utf-8")
    return load_hand_coded(folder)


def codes(caught):
    return [problem.code for problem in caught.value.problems]


@pytest.fixture(scope="module", params=HALVES)
def reports(request):
    return load_hand_coded(REPORTS / request.param)


def test_each_half_has_five_reports(reports):
    assert len(reports) == 5


def test_every_report_is_as_long_as_a_news_report(reports):
    assert all(300 <= len(report.document.text.split()) <= 500 for report in reports)
    assert all(14 <= len(report.events) <= 24 for report in reports)
    assert all(10 <= len(report.claims) <= 20 for report in reports)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_type_occurs_often_enough(reports, event_type):
    found = sum(event.event_type == event_type for report in reports for event in report.events)
    assert found >= (3 if event_type in RARE else 4)


@pytest.mark.parametrize("kind", CLAIM_KINDS)
def test_every_kind_of_claim_occurs(reports, kind):
    assert any(claim.kind == kind for report in reports for claim in report.claims)


def test_only_real_acts_are_events(reports):
    found = {event.factuality for report in reports for event in report.events}
    assert found == {"happened", "ongoing", "announced", "threatened", "past_background"}


def test_no_act_is_dated_after_its_report(reports):
    dated = [(report.document.date, event.date) for report in reports for event in report.events if event.date]
    assert len(dated) > 10
    assert all(day <= printed for printed, day in dated)


def test_quotations_are_whole_words(reports):
    for report in reports:
        text = f" {report.document.text} "
        for coded in (*report.events, *report.claims):
            start, end = coded.span
            assert not re.search(r"\w\w", text[start : start + 2]), coded.quote
            assert not re.search(r"\w\w", text[end : end + 2]), coded.quote


def test_no_sentence_is_similar_to_a_training_sentence(reports):
    def words(text):
        return frozenset(re.findall(r"\w+", text.lower()))

    learnt = [words(sentence.text) for sentence in load_training_sentences()]
    for report in reports:
        for bag in filter(None, map(words, re.split(r"(?<=[.!?])\s+|\n+", report.document.text))):
            assert max(len(bag & other) / len(bag | other) for other in learnt) < 0.5


def test_the_counts_in_the_readme_are_right():
    counts = [
        Counter(
            name
            for report in load_hand_coded(REPORTS / half)
            for name in [e.event_type for e in report.events] + [c.kind for c in report.claims]
        )
        for half in HALVES
    ]
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|$", (REPORTS / "README.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [(name, *(str(count[name]) for count in counts)) for name in EVENT_TYPES + CLAIM_KINDS]


def test_the_frozen_half_is_unchanged():
    lines = (REPORTS / "frozen/SHA256SUMS").read_text("utf-8").splitlines()
    written = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (REPORTS / "frozen").iterdir()
        if path.name != "SHA256SUMS"
    }
    assert found == written


def test_a_report_becomes_coded_records(tmp_path):
    (report,) = load(tmp_path)
    event = report.events[0]
    assert (report.name, report.document.text, report.document.date) == ("oslo", TEXT, dt.date(2031, 5, 6))
    assert event.actor == Mention("NOR MIL", "Oslo", (0, 4))
    assert event.target == Mention("NOR GOV", is_inferred=True)
    assert event.attribution == Attribution("aide", "Gazette", (35, 39))
    assert (event.date, event.method, event.intensity) == (dt.date(2031, 5, 5), METHOD, INTENSITY["ASSAULT"])
    assert report.claims[0].to_json() == CLAIM


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"span": [5, 11]}, "not-in-text"),
        ({"quote": "fire"}, "not-in-text"),
        ({"span": [5, 5], "quote": ""}, "not-in-text"),
        ({"span": [-1, 4], "quote": "Oslo"}, "not-in-text"),
        ({"actor": OSLO | {"text": "Bergen"}}, "not-in-text"),
        ({"actor": OSLO | {"inferred": True}}, "wrong-form"),
        ({"actor": OSLO | {"code": "Norway"}}, "wrong-code"),
        ({"actor": OSLO | {"code": "NOR MIL;"}}, "wrong-code"),
        ({"attribution": NOBODY | {"speaker": "aide"}}, "not-in-text"),
        ({"attribution": NOBODY | {"outlet": "Courier"}}, "not-in-text"),
        ({"place": "Paris"}, "not-in-text"),
        ({"mode": "firearm"}, "unknown-mode"),
        ({"type": "AGREE"}, "unknown-mode"),
        ({"contexts": ["militry"]}, "unknown-context"),
        ({"type": "FIGHT"}, "wrong-form"),
        ({"factuality": "true"}, "wrong-form"),
        ({"date": "2031-05-32"}, "wrong-form"),
        ({"confidence": 1.0}, "wrong-form"),
    ],
)
def test_a_faulty_event_is_refused(tmp_path, change, code):
    with pytest.raises(InputError) as caught:
        load(tmp_path, events=[FIRED | change])
    assert codes(caught) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "300"}, "not-in-text"),
        ({"qualifier": "about"}, "not-in-text"),
        ({"kind": "guess"}, "wrong-form"),
        ({"span": [74, 999]}, "not-in-text"),
        ({"holder": OSLO | {"code": "NO"}}, "wrong-code"),
    ],
)
def test_a_faulty_claim_is_refused(tmp_path, change, code):
    with pytest.raises(InputError) as caught:
        load(tmp_path, claims=[CLAIM | change])
    assert codes(caught) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"events": [DEMANDED, FIRED]}, "wrong-order"),
        ({"events": [FIRED, FIRED]}, "coded-twice"),
        ({"claims": [CLAIM, CLAIM]}, "coded-twice"),
        ({"document": "0" * 64}, "other-text"),
        ({"language": "fr"}, "wrong-form"),
    ],
)
def test_a_faulty_coding_is_refused(tmp_path, change, code):
    with pytest.raises(InputError) as caught:
        load(tmp_path, **change)
    assert codes(caught) == [code]


def test_one_span_may_have_claims_of_two_kinds(tmp_path):
    (report,) = load(tmp_path, claims=[CLAIM | {"kind": "demand"}, CLAIM])
    assert [claim.kind for claim in report.claims] == ["demand", "quantity"]


def test_a_report_without_a_date_is_refused(tmp_path):
    load(tmp_path)
    (tmp_path / "oslo.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_hand_coded(tmp_path)
    assert codes(caught) == ["no-date"]


def test_half_a_report_and_an_empty_folder_are_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        load_hand_coded(tmp_path)
    assert codes(caught) == ["no-reports"]
    load(tmp_path)
    (tmp_path / "oslo.txt").unlink()
    with pytest.raises(InputError) as caught:
        load_hand_coded(tmp_path)
    assert codes(caught) == ["half-a-report"]


def test_all_faults_of_all_reports_are_reported_at_once(tmp_path):
    with pytest.raises(InputError):
        load(tmp_path, events=[FIRED | {"quote": "fire", "place": "Paris"}], claims=[CLAIM | {"value": "300"}])
    for ending in ("txt", "json"):
        (tmp_path / f"again.{ending}").write_bytes((tmp_path / f"oslo.{ending}").read_bytes())
    with pytest.raises(InputError) as caught:
        load_hand_coded(tmp_path)
    assert codes(caught) == ["not-in-text"] * 6
    assert {problem.path for problem in caught.value.problems} == {
        "events.0.span",
        "events.0.place",
        "claims.0.value",
    }
