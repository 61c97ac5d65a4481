"""The training sentences: every line loads, enough of every type, none twice, none from the sets that score the coder."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from standoff.errors import InputError
from standoff.news.vocabulary import CLAIM_KINDS, EVENT_TYPES
from training.training_sentences import TextSpan, load_training_sentences

REPOSITORY = Path(__file__).parents[3]
SHARED = next(
    (folder / "shared/data" for folder in REPOSITORY.parents if (folder / "shared/data/plover").is_dir()), None
)
LINE = {
    "id": "x-001",
    "text": "Oslo fired on Bergen and fired again.",
    "events": [
        {
            "type": "ASSAULT",
            "trigger": "fired@2",
            "actor": "Oslo",
            "actor_code": "NOR MIL",
            "target": "",
            "target_code": "",
            "factuality": "happened",
            "attribution": "",
            "mode": "firearms",
            "contexts": ["military"],
        }
    ],
    "claims": [],
}


@pytest.fixture(scope="module")
def sentences():
    return load_training_sentences()


def test_there_are_at_least_1300(sentences):
    assert len(sentences) >= 1300


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_type_is_in_at_least_75_sentences(sentences, event_type):
    assert sum(any(event.event_type == event_type for event in sentence.events) for sentence in sentences) >= 75


def test_at_least_120_sentences_have_no_event(sentences):
    assert sum(not sentence.events for sentence in sentences) >= 120


@pytest.mark.parametrize("kind", CLAIM_KINDS)
def test_every_kind_of_claim_occurs(sentences, kind):
    assert any(claim.kind == kind for sentence in sentences for claim in sentence.claims)


def test_only_real_acts_are_events(sentences):
    found = {event.factuality for sentence in sentences for event in sentence.events}
    assert found == {"happened", "ongoing", "announced", "threatened", "past_background"}


def test_the_counts_in_the_readme_are_right(sentences):
    counts = Counter(name for s in sentences for name in ({event.event_type for event in s.events} or {"NONE"}))
    readme = (REPOSITORY / "training/sentences/README.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| ([A-Z]+) \| (\d+) \|", readme, re.MULTILINE)) == {k: str(n) for k, n in counts.items()}
    assert f"{len(sentences):,} sentences" in readme


def test_no_file_has_more_than_300_lines():
    files = (REPOSITORY / "training/sentences").glob("*.jsonl")
    assert all(len(file.read_text(encoding="utf-8").splitlines()) <= 300 for file in files)


def words(text):
    return frozenset(re.findall(r"\w+", text.lower()))


def nearness(some, others):
    """Jaccard similarity of every bag of words with every other; shape (some, others)."""
    index = {word: k for k, word in enumerate(sorted(frozenset().union(*some, *others)))}

    def matrix(bags):
        rows = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        columns = np.array([index[word] for bag in bags for word in sorted(bag)])
        return sparse.csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(bags), len(index)))

    common = (matrix(some) @ matrix(others).T).toarray()
    return common / (np.array([[len(bag)] for bag in some]) + np.array([len(bag) for bag in others]) - common)


def scoring_sentences():
    with (SHARED / "plover/PLV_train.tsv").open(encoding="utf-8", newline="") as file:
        yield from (row["sentence"] for row in csv.DictReader(file, delimiter="\t"))
    records = json.loads((SHARED / "plover/plover_gsr_clean.json").read_text(encoding="utf-8"))
    yield from (record["text"] for record in records)
    petrarch = (SHARED / "plover/PETR.UnitTest.records.xml").read_text(encoding="utf-8", errors="replace")
    yield from re.findall(r"<Text>(.*?)</Text>", petrarch, re.DOTALL)
    for article in (SHARED / "news_gold").glob("*.txt"):
        yield from re.split(r"(?<=[.!?])\s+", article.read_text(encoding="utf-8"))


@pytest.mark.skipif(SHARED is None, reason="the scoring sets (shared/data beside the repository) are not here")
def test_no_sentence_is_similar_to_one_of_the_scoring_sets(sentences):
    scoring = [found for found in map(words, scoring_sentences()) if found]
    assert len(scoring) > 1500
    nearest = nearness([words(sentence.text) for sentence in sentences], scoring).max(axis=1)
    assert [sentence.id for sentence, near in zip(sentences, nearest, strict=True) if near > 0.6] == []


def test_no_two_sentences_are_similar(sentences):
    bags = [words(sentence.text) for sentence in sentences]
    pairs = np.argwhere(np.tril(nearness(bags, bags), k=-1) > 0.6)
    assert [(sentences[i].id, sentences[j].id) for i, j in pairs] == []


def load(folder, *lines):
    (folder / "x.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return load_training_sentences(folder)


def test_a_quotation_becomes_offsets_of_its_nth_occurrence(tmp_path):
    (sentence,) = load(tmp_path, LINE)
    assert sentence.events[0].trigger == TextSpan(25, 30)
    assert sentence.events[0].actors[0].span == TextSpan(0, 4)


def test_one_quotation_may_name_several_actors(tmp_path):
    event = LINE["events"][0] | {"actor_code": "NOR MIL;NOR COP"}
    (sentence,) = load(tmp_path, LINE | {"events": [event]})
    assert [actor.code for actor in sentence.events[0].actors] == ["NOR MIL", "NOR COP"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"trigger": "fired@3"}, "not-in-text"),
        ({"trigger": "fire"}, "not-in-text"),
        ({"trigger": ""}, "not-in-text"),
        ({"actor_code": "Norway"}, "wrong-code"),
        ({"actor": "Oslo; Bergen"}, "codes-do-not-match"),
        ({"target_code": "NOR"}, "codes-do-not-match"),
        ({"mode": "beet"}, "unknown-mode"),
        ({"contexts": ["militry"]}, "unknown-context"),
        ({"type": "FIGHT"}, "wrong-form"),
        ({"factuality": "true"}, "wrong-form"),
        ({"colour": "red"}, "wrong-form"),
    ],
)
def test_a_faulty_event_is_refused_with_its_line(tmp_path, change, code):
    faulty = LINE | {"id": "x-002", "text": LINE["text"] + " Again.", "events": [LINE["events"][0] | change]}
    with pytest.raises(InputError) as caught:
        load(tmp_path, LINE, faulty)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [(code, 2)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "duplicate-id"),
        ({"id": "x-002"}, "duplicate-text"),
        ({"id": "y-002"}, "wrong-id"),
        ({"text": LINE["text"] + " "}, "wrong-text"),
    ],
)
def test_a_faulty_sentence_is_refused_with_its_line(tmp_path, change, code):
    with pytest.raises(InputError) as caught:
        load(tmp_path, LINE, LINE | change)
    assert (code, 2) in [(problem.code, problem.line) for problem in caught.value.problems]


def test_all_faults_are_reported_at_once(tmp_path):
    with pytest.raises(InputError) as caught:
        load(tmp_path, LINE | {"claims": 3}, LINE | {"id": "other"})
    assert [problem.line for problem in caught.value.problems] == [1, 2]
