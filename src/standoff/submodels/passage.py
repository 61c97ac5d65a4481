"""The passage of a given number of missiles through the layers of a defence (the recursion that `salvo` states)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standoff.submodels.counts import Counts, lottery, served, thin
from standoff.submodels.forces import InterceptorLayer

__all__ = ["Passage"]


@dataclass(frozen=True, eq=False)
class Passage:
    """What `fired` missiles meet on their way.

    Attributes:
        fired: Missiles fired; a fraction is the probability of one more.
        leakers: Distribution of the missiles that come through.
        arrivals: Expected missiles that reach each layer.
        engaged: Expected missiles that each layer fires at.
        overrun: For each layer, the probability that a missile passed it because its magazine was empty.
        exhausted: Probability that this happened at one layer or more.
    """

    fired: float
    leakers: Counts
    arrivals: tuple[float, ...]
    engaged: tuple[float, ...]
    overrun: tuple[float, ...]
    exhausted: float

    @classmethod
    def of(cls, fired: float, reliability: float, layers: Sequence[InterceptorLayer], readiness: float) -> Passage:
        """Send missiles through the layers; the arguments are trusted.

        Args:
            fired: Missiles fired, 0 or more.
            reliability: Probability that a missile works, in [0, 1].
            layers: The defence, outermost layer first.
            readiness: Share of every magazine that is in place, in [0, 1].

        Returns:
            The passage.
        """
        flying = lottery(fired, reliability)
        all_met = flying  # the part of the probability on which every layer so far met all that came
        arrivals, engaged, overrun = [], [], []
        for layer in layers:
            capacity, kill = layer.available(readiness) / layer.shots_per_target, layer.target_kill_probability
            arrivals.append(flying.mean)
            engaged.append(float(np.minimum(flying.values, capacity) @ flying.probabilities))
            overrun.append(_complement(float(served(flying, capacity) @ flying.probabilities)))
            met = Counts(all_met.first, all_met.probabilities * served(all_met, capacity))
            all_met = thin(met, int(capacity) + 1, kill)
            flying = thin(flying, capacity, kill)
        return cls(fired, flying, tuple(arrivals), tuple(engaged), tuple(overrun), _complement(all_met.mass))


def _complement(probability: float) -> float:
    """One less a probability, kept in [0, 1] where rounding or a dropped tail would leave it."""
    return float(min(1.0, max(0.0, 1.0 - probability)))
