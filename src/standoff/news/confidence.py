"""The confidence of a coded type: a logistic function of the scores of the model and the lexicon.

    P(right) = 1 / (1 + exp(-w . x)),   x = (1, log odds of the type, its lead over the second, lexicon agrees, lexicon differs)

The weights are fitted to codings of sentences that were left out of training (Platt's method).

References:
    Platt, J. (1999), Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["calibrate", "describe_coding"]

_MOST = 0.99  # a calibration on a few hundred sentences supports no higher confidence


def describe_coding(
    probabilities: Mapping[str, float], event_type: str, votes: Mapping[str, float]
) -> NDArray[np.float64]:
    """Compute the values from which the confidence is calculated.

    Args:
        probabilities: Probabilities of every type, and of no event.
        event_type: The coded type.
        votes: Votes of the lexicon by type; empty where it has none.

    Returns:
        The vector x of the module, five numbers.
    """
    own = min(max(probabilities[event_type], 1e-6), 1 - 1e-6)
    second = max((value for name, value in probabilities.items() if name != event_type), default=0.0)
    best = max(votes.values(), default=0.0)
    agrees = bool(votes) and votes.get(event_type, 0.0) >= best - 1e-9
    return np.array([1.0, math.log(own / (1.0 - own)), own - second, float(agrees), float(bool(votes) and not agrees)])


def calibrate(weights: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Calculate the probability that a coded type is right.

    Args:
        weights: The fitted weights w, five numbers.
        values: The vector x, from `describe_coding`.
    """
    return min(float(1.0 / (1.0 + np.exp(-float(weights @ values)))), _MOST)
