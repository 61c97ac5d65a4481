"""Features from a sentence encoder, with an invented encoder and with the real one."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from standoff.errors import MissingExtraError
from standoff.news import clause_vectors, embedding
from standoff.news.clause_vectors import NUM_AXES, ClauseAxes, add_vectors, fit_axes
from standoff.news.document import Document
from standoff.news.embedding import INSTALL_WEIGHTS, SIZE, Encoded, is_installed, load_encoder
from standoff.news.offline import OfflineCoder
from standoff.news.parsing import parse
from standoff.news.trained_parts import load_embedded, load_trained

TEXT = "Iran shelved the plan after Oman, which had hosted talks, objected. Two ships left port."
AXES = ClauseAxes(np.zeros(SIZE, dtype=np.float32), np.eye(NUM_AXES, SIZE, dtype=np.float32))
with_weights = pytest.mark.skipif(not is_installed(), reason=f"no weights of the encoder: {INSTALL_WEIGHTS}")


class Marking:
    """An encoder that gives each word a direction of its own, by its place among the words of the sentence."""

    def __init__(self):
        self.calls = []

    def encode(self, texts):
        self.calls.append(list(texts))
        return [self.mark(text) for text in texts]

    def mark(self, text):
        starts = [at for at, letter in enumerate(text) if letter.isalpha() and (at == 0 or not text[at - 1].isalpha())]
        places = tuple((start, start + 1) for start in starts)
        pieces = np.eye(len(places), SIZE, dtype=np.float32)
        return Encoded(pieces.mean(axis=0), pieces, places)


class Listening:
    """A model that remembers what it was asked."""

    def __init__(self, model):
        self.model, self.classes, self.seen = model, model.classes, []

    def compute_probabilities(self, rows):
        self.seen += rows
        return self.model.compute_probabilities(rows)


@pytest.fixture
def marking(monkeypatch):
    encoder = Marking()
    monkeypatch.setattr(clause_vectors, "load_encoder", lambda: encoder)
    return encoder


@pytest.fixture(scope="module")
def verbs():
    (parsed,) = parse([TEXT])
    return {token.text: token for token in parsed if token.pos_ == "VERB"}


def words_seen(row, sentence):
    words = [word.strip(",.") for word in sentence.split()]
    return [words[at] for at in range(len(words)) if row[f"vector:{at}"] > 0.0]


@pytest.mark.usefixtures("marking")
def test_a_candidate_is_described_by_the_words_of_its_clause_alone(verbs):
    first, second = TEXT.split(". ")
    shelved, left = add_vectors([{"lemma=shelve": 1.0}, {}], [verbs["shelved"], verbs["left"]], AXES)
    assert words_seen(shelved, first) == ["Iran", "shelved", "the", "plan"]
    assert words_seen(left, second) == ["Two", "ships", "left", "port"]
    assert shelved["lemma=shelve"] == 1.0


def test_each_sentence_is_encoded_once(marking, verbs):
    add_vectors([{}, {}, {}], [verbs["shelved"], verbs["objected"], verbs["left"]], AXES)
    assert [len(texts) for texts in marking.calls] == [2]


def test_axes_are_principal_axes(monkeypatch, verbs):
    random = np.random.default_rng(2)
    spreads = np.r_[5.0, 3.0, np.full(SIZE - 2, 0.01)]
    vectors = iter((random.standard_normal((400, SIZE)) * spreads + 1.0).astype(np.float32))
    monkeypatch.setattr(clause_vectors, "_list_encoded", lambda tokens: [None] * len(tokens))
    monkeypatch.setattr(clause_vectors, "_encode_clause", lambda *_: next(vectors))
    fitted = fit_axes([verbs["left"]] * 400)
    assert fitted.axes.shape == (NUM_AXES, SIZE)
    np.testing.assert_allclose(fitted.axes[:2, :2], np.eye(2), atol=0.1)
    np.testing.assert_allclose(fitted.axes @ fitted.axes.T, np.eye(NUM_AXES), atol=5e-3)  # of half precision
    np.testing.assert_allclose(fitted.mean, 1.0, atol=4 * 5.0 / 400**0.5)


@pytest.mark.usefixtures("marking")
def test_only_the_model_of_types_uses_vectors():
    parts = load_trained()
    listening = {name: Listening(model) for name, model in parts.models.items()}
    assert OfflineCoder(replace(parts, models=listening, axes=AXES)).code(Document(TEXT)).events
    given = {name: ["vector:0" in row for row in model.seen] for name, model in listening.items()}
    assert all(given.pop("types"))
    assert given["modes"]
    assert not any(itertools.chain(*given.values()))


def test_the_plain_coder_needs_no_encoder(monkeypatch):
    monkeypatch.setattr(clause_vectors, "load_encoder", None)
    coder = OfflineCoder()
    assert coder.code(Document(TEXT)).events
    assert coder.method == f"offline/1:{load_trained().parameters_hash}"


def test_a_coder_with_vectors_names_the_missing_package(monkeypatch):
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_weights")
    monkeypatch.setattr(clause_vectors, "load_encoder", load_encoder.__wrapped__)
    with pytest.raises(MissingExtraError, match="sentence vectors"):
        OfflineCoder(embed=True).code(Document(TEXT))


@with_weights
def test_a_coder_with_vectors_finds_acts_outside_the_lexicon():
    coder = OfflineCoder(embed=True)
    events = coder.code(Document("Iran shelved the plan. Thousands poured onto the streets of Tehran.")).events
    assert {event.method for event in events} == {f"offline/1:{load_embedded().parameters_hash}"}
    assert [event.event_type for event in events][-1] == "PROTEST"


@with_weights
def test_vectors_change_types_and_confidence_but_no_claims():
    plain, embedded = (coder.code(Document(TEXT)) for coder in (OfflineCoder(), OfflineCoder(embed=True)))
    assert plain.claims == embedded.claims
    assert plain.events != embedded.events
