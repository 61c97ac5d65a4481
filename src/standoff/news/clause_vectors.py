"""Features from a sentence encoder: the vector of the clause of a candidate, projected to fewer dimensions.

    v(c) = mean vector of the pieces of clause c, each encoded in its sentence, scaled to length one
    z    = A (v(c) - m)

The rows of A are the first `NUM_AXES` principal axes of the clauses of the training sentences, and m is their mean. The clause
of a candidate consists of the candidate and its dependents, without subordinate clauses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.news.embedding import Encoded, load_encoder
from standoff.news.linear import Features

__all__ = ["NUM_AXES", "ClauseAxes", "add_vectors", "encode_sentences", "fit_axes"]

NUM_AXES = 64
"""Number of dimensions of a projected clause."""
_WEIGHT = 2.0  # of these numbers relative to the other features; chosen by cross-validation on the training sentences
_OTHER_CLAUSES = ("relcl", "advcl", "ccomp", "conj", "parataxis", "punct")


@dataclass(frozen=True, eq=False)
class ClauseAxes:
    """The projection of clause vectors; see the module.

    Attributes:
        mean: m, shape (number,).
        axes: A, shape (axis, number).
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    def describe(self, token: Any, encoded: Encoded) -> Features:
        """Compute the features of a candidate from its clause.

        Args:
            token: The candidate.
            encoded: The sentence of the candidate.

        Returns:
            The features, "vector:0" first.
        """
        values = self.axes @ (_encode_clause(token, encoded) - self.mean)
        return {f"vector:{at}": _WEIGHT * value for at, value in enumerate(values.tolist())}


def encode_sentences(sentences: Sequence[Any]) -> list[Encoded]:
    """Encode sentences.

    Args:
        sentences: spaCy spans.

    Raises:
        MissingExtraError: The extra `embed` or its weights are not installed.
        InputError: The installed weights are not the expected release.
    """
    return load_encoder().encode([sentence.text for sentence in sentences])


def add_vectors(rows: Sequence[Features], tokens: Sequence[Any], axes: ClauseAxes) -> list[Features]:
    """Add clause vectors to the features of candidates.

    Args:
        rows: The features of each candidate.
        tokens: The candidates; those of one sentence are adjacent.
        axes: The projection.

    Returns:
        The features with those of the vectors, in the same order.

    Raises:
        MissingExtraError: The extra `embed` or its weights are not installed.
        InputError: The installed weights are not the expected release.
    """
    return [
        {**row, **axes.describe(token, encoded)}
        for row, token, encoded in zip(rows, tokens, _list_encoded(tokens), strict=True)
    ]


def fit_axes(tokens: Sequence[Any]) -> ClauseAxes:
    """Fit the projection to the clauses of candidates.

    Args:
        tokens: The candidates, at least `NUM_AXES`; those of one sentence are adjacent.

    Raises:
        MissingExtraError: The extra `embed` or its weights are not installed.
        InputError: The installed weights are not the expected release.
    """
    pairs = zip(tokens, _list_encoded(tokens), strict=True)
    vectors = np.array([_encode_clause(token, encoded) for token, encoded in pairs], dtype=np.float64)
    mean = vectors.mean(axis=0)
    _, axes = np.linalg.eigh((vectors - mean).T @ (vectors - mean))
    first = axes.T[::-1][:NUM_AXES]
    first = first * np.sign(first[np.arange(len(first)), np.abs(first).argmax(axis=1)])[:, None]
    return ClauseAxes(*(array.astype(np.float16).astype(np.float32) for array in (mean, first)))


def _list_encoded(tokens: Sequence[Any]) -> list[Encoded]:
    """List the encoded sentence of each token, every sentence encoded once."""
    sentences: list[Any] = []
    at: list[int] = []
    for token in tokens:
        sentence = token.sent
        if not sentences or sentences[-1].doc is not sentence.doc or sentences[-1].start != sentence.start:
            sentences.append(sentence)
        at.append(len(sentences) - 1)
    encoded = encode_sentences(sentences)
    return [encoded[one] for one in at]


def _encode_clause(token: Any, encoded: Encoded) -> NDArray[np.float32]:
    begin = token.sent.start_char
    return encoded.average_words(
        [(word.idx - begin, word.idx - begin + len(word.text)) for word in _list_clause(token)]
    )


def _list_clause(token: Any) -> list[Any]:
    words, waiting = [token], [token]
    while waiting:
        below = [child for child in waiting.pop().children if child.dep_ not in _OTHER_CLAUSES]
        words += below
        waiting += below
    return words
