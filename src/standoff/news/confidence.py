"""How sure a coded type is: a logistic curve over what the model and the lexicon say.

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

_MOST = 0.99  # nothing that was measured on a few hundred sentences is surer


def describe_coding(
    probabilities: Mapping[str, float], event_type: str, votes: Mapping[str, float]
) -> NDArray[np.float64]:
    """What the confidence is computed from.

    Args:
        probabilities: Of every type, and of no event.
        event_type: The type that was coded.
        votes: Of the lexicon, by type; empty where it is silent.

    Returns:
        Five numbers; see the module.
    """
    own = min(max(probabilities[event_type], 1e-6), 1 - 1e-6)
    second = max((value for name, value in probabilities.items() if name != event_type), default=0.0)
    best = max(votes.values(), default=0.0)
    agrees = bool(votes) and votes.get(event_type, 0.0) >= best - 1e-9
    return np.array([1.0, math.log(own / (1.0 - own)), own - second, float(agrees), float(bool(votes) and not agrees)])


def calibrate(weights: NDArray[np.float64], values: NDArray[np.float64]) -> float:
    """Probability that the type is right.

    Args:
        weights: Fitted, five numbers.
        values: From `signs`.
    """
    return min(float(1.0 / (1.0 + np.exp(-float(weights @ values)))), _MOST)
