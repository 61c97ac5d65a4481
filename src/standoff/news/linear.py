"""Linear models over named features: the softmax of a weighted sum, as plain arrays.

    p_k = exp(b_k + sum_f x_f W_fk) / sum_l exp(b_l + sum_f x_f W_fl)

A row of features is a mapping from names to values. It is scaled to Euclidean length one, so that long sentences weigh no more
than short ones. Features that did not occur in training are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Features", "LinearModel", "softmax"]

Floats = NDArray[np.float64]
Features = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A trained linear model.

    Attributes:
        classes: The classes.
        names: Names of the features, in the order of the weights.
        weights: Weights, shape (feature, class).
        bias: The bias of each class.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: Floats

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    def compute_probabilities(self, rows: Sequence[Features]) -> Floats:
        """Compute the probabilities of the classes.

        Args:
            rows: The features of each row.

        Returns:
            Probabilities, shape (row, class); rows sum to one.
        """
        scores = np.tile(self.bias, (len(rows), 1))
        for row, features in enumerate(rows):
            norm = sum(value * value for value in features.values()) ** 0.5 or 1.0
            index = self._index
            known = [(index[name], value / norm) for name, value in features.items() if name in index]
            if known:
                at, values = zip(*known, strict=True)
                scores[row] += np.asarray(values) @ self.weights[list(at)].astype(np.float64)
        return softmax(scores)


def softmax(scores: Floats) -> Floats:
    """Compute the softmax of each row."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))
