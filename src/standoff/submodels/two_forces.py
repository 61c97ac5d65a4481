"""One salvo between two forces: Hughes's deterministic losses and Armstrong's random ones.

Force B fires one salvo at force A. B has b units that fire f missiles each, accurate with probability h. A has a units
that fire g interceptors each, every one of which stops one accurate missile with probability e. A's unit is out of
action after w hits (its staying power).

**Hughes.** Everything happens on average, and losses are never below 0 nor above the force:

    losses = min( a,  max( 0,  b f h - a g e ) / w ).

**Armstrong.** Shots and intercepts are binomial and independent:

    losses = min( a,  max( 0,  Bin(b f, h) - Bin(a g, e) ) / w ),

whose mean and variance follow from tail sums over the distribution of the difference. With h and e both 0 or 1 nothing
is random, and the two agree. Elsewhere, while the force is not all lost, Armstrong's mean is never below Hughes's: an
excess of interceptors in one draw does not make up for a shortage in another (Jensen's inequality).

Armstrong (2005) also lets the damage of a hit vary and uses normal approximations; here a hit costs 1/w of a unit, and
the sums are exact. Where each accurate missile is met by one interceptor of its own, so that leakers are binomial
while interceptors last, use `salvo_exchange` with one layer and one shot a target.

References:
    Hughes, W. P. (1995), "A salvo model of warships in missile combat used to evaluate their staying power", Naval
    Research Logistics 42(2).
    Armstrong, M. J. (2005), "A stochastic salvo model for naval surface combat", Operations Research 53(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from standoff.submodels.arguments import at_least, share, whole
from standoff.submodels.counts import Counts, binomial

__all__ = ["Force", "Losses", "armstrong_losses", "hughes_losses"]


@dataclass(frozen=True, slots=True)
class Force:
    """One side of a duel with missiles.

    Attributes:
        units: Ships, batteries or other units, 0 or more.
        shots: Missiles that each unit fires in a salvo.
        hit_probability: Chance that a missile is accurate, so that it hits unless stopped.
        interceptors: Interceptors that each unit fires against a salvo.
        intercept_probability: Chance that an interceptor stops an accurate missile.
        staying_power: Hits that put one unit out of action, above 0.
    """

    units: float
    shots: float = 0.0
    hit_probability: float = 1.0
    interceptors: float = 0.0
    intercept_probability: float = 1.0
    staying_power: float = 1.0

    def __post_init__(self) -> None:
        for name in ("units", "shots", "interceptors", "staying_power"):
            object.__setattr__(self, name, at_least(name, getattr(self, name), 0))
        for name in ("hit_probability", "intercept_probability"):
            object.__setattr__(self, name, share(name, getattr(self, name)))
        if self.staying_power == 0.0:
            raise ValueError("staying_power must be above 0, not `0.0`")


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of a force in one salvo.

    Attributes:
        mean: Expectation, in units.
        variance: Variance, in units squared.
        none: Chance of no loss at all.
        total: Chance that the whole force is lost.
    """

    mean: float
    variance: float
    none: float
    total: float


def hughes_losses(attacker: Force, defender: Force) -> float:
    """Compute the defender's losses in one salvo, everything happening on average.

    Args:
        attacker: The side that fires.
        defender: The side that is fired at.

    Returns:
        Units lost, from 0 to all of them.

    Examples:
        Three ships with four good missiles each; two ships that stop three each and take two hits each.

        >>> attacker = Force(units=3, shots=4, hit_probability=0.75)
        >>> hughes_losses(attacker, Force(units=2, interceptors=3, staying_power=2))
        1.5
    """
    shots = attacker.units * attacker.shots * attacker.hit_probability
    intercepts = defender.units * defender.interceptors * defender.intercept_probability
    return min(defender.units, max(0.0, shots - intercepts) / defender.staying_power)


def armstrong_losses(attacker: Force, defender: Force) -> Losses:
    """Compute the defender's losses in one salvo with binomial shots and intercepts, exactly.

    Args:
        attacker: The side that fires; its units times its shots must be whole.
        defender: The side that is fired at; its units times its interceptors must be whole.

    Returns:
        Mean and variance of the losses, and the chances of none and of all.

    Raises:
        ValueError: A number of missiles is not whole.

    Examples:
        Two missiles that hit with 1/2, against one interceptor that stops with 1/2 and one ship that two hits sink: the
        net number of hits is 0, 1, 2 with probabilities 4/8, 3/8, 1/8.

        >>> losses = armstrong_losses(Force(1, shots=2, hit_probability=0.5),
        ...                           Force(1, interceptors=1, intercept_probability=0.5, staying_power=2))
        >>> losses.mean, losses.none, losses.total
        (0.3125, 0.5, 0.125)
    """
    shots = whole("attacker's units * shots", attacker.units * attacker.shots, 0)
    interceptors = whole("defender's units * interceptors", defender.units * defender.interceptors, 0)
    intercepts = binomial(interceptors, defender.intercept_probability)
    minus = Counts(1 - intercepts.first - intercepts.probabilities.size, intercepts.probabilities[::-1])
    net = binomial(shots, attacker.hit_probability) + minus
    lost = np.minimum(defender.units, np.maximum(0.0, net.values) / defender.staying_power)
    mean = float(lost @ net.probabilities)
    return Losses(
        mean=mean,
        variance=float((lost - mean) ** 2 @ net.probabilities),
        none=float(net.probabilities[lost == 0.0].sum()),
        total=float(net.probabilities[lost == defender.units].sum()),
    )
