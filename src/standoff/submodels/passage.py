"""The passage of a given number of missiles through the layers of a defence (the recursion that `salvo` states)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standoff.submodels.counts import CountDistribution, build_lottery, compute_service, thin
from standoff.submodels.forces import InterceptorLayer

__all__ = ["Passage"]


@dataclass(frozen=True, eq=False)
class Passage:
    """The result of firing a number of missiles at the layers of a defence.

    Attributes:
        fired: Missiles fired; a fraction is the probability of one more.
        leakers: Distribution of the missiles that get through.
        arrivals: Expected number of missiles that reach each layer.
        engaged: Expected number of missiles that each layer engages.
        overrun: For each layer, the probability that a missile passed it because its magazine was empty.
        exhausted: Probability that this happened at one layer or more.
    """

    fired: float
    leakers: CountDistribution
    arrivals: tuple[float, ...]
    engaged: tuple[float, ...]
    overrun: tuple[float, ...]
    exhausted: float

    @classmethod
    def compute(cls, fired: float, reliability: float, layers: Sequence[InterceptorLayer], readiness: float) -> Passage:
        """Compute the passage of missiles through the layers; the arguments are trusted.

        Args:
            fired: Missiles fired, 0 or more.
            reliability: Probability that a missile works, in [0, 1].
            layers: The defence, outermost layer first.
            readiness: Share of every magazine that is in place, in [0, 1].

        Returns:
            The passage.
        """
        flying = build_lottery(fired, reliability)
        all_met = flying  # restricted to the event that every layer so far engaged all arrivals
        arrivals, engaged, overrun = [], [], []
        for layer in layers:
            capacity, kill = layer.count_available(readiness) / layer.shots_per_target, layer.target_kill_probability
            arrivals.append(flying.mean)
            engaged.append(float(np.minimum(flying.values, capacity) @ flying.probabilities))
            overrun.append(_take_complement(float(compute_service(flying, capacity) @ flying.probabilities)))
            met = CountDistribution(all_met.first, all_met.probabilities * compute_service(all_met, capacity))
            all_met = thin(met, int(capacity) + 1, kill)
            flying = thin(flying, capacity, kill)
        return cls(fired, flying, tuple(arrivals), tuple(engaged), tuple(overrun), _take_complement(all_met.mass))


def _take_complement(probability: float) -> float:
    """Return 1 minus a probability, kept in [0, 1] despite rounding and dropped tails."""
    return float(min(1.0, max(0.0, 1.0 - probability)))
