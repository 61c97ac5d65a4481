"""The deterrence game: one side attacks or not, the other gives in or defends.

    attacker --- no attack --------------------------> status quo    (u11, .)
        \\------ attack ---> defender --- gives in ---> concession    (u13, u23)
                                 \\------ defends -----> defence       (u14, u24)

Choices vary for one of two reasons.

**Private information** (strategic probit). Each player has a private shock to the payoff of each outcome that it
compares, drawn from N(0, sigma^2) and known to it alone. The defender compares two outcomes, the difference of two shocks has
variance 2 sigma^2, and so

    p4 = Phi( (u24 - u23) / (sigma sqrt 2) ),    p3 = 1 - p4

The attacker compares the status quo with a lottery over the two other outcomes, whose shocks it weights by p3 and p4:

    p2 = Phi( (p3 u13 + p4 u14 - u11) / (sigma sqrt(1 + p3^2 + p4^2)) )

**Noise in choice** (agent logit). Each player chooses with logit noise of rationality L, as everywhere in standoff:

    p4 = logistic( L (u24 - u23) ),    p2 = logistic( L (p3 u13 + p4 u14 - u11) )

Both models have one parameter. Payoffs are given: choices identify only payoffs divided by sigma, or times L.

References:
    Signorino, C. S. (2003), Structure and uncertainty in discrete choice models, Political Analysis 11(4).
    Kenkel, B. and Signorino, C. S. (2014), Estimating extensive form games in R, J. Statistical Software 56(8).
    McKelvey, R. D. and Palfrey, T. R. (1998), Quantal response equilibria for extensive form games, Exp. Economics 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from standoff.history.likelihood import Estimate, maximise
from standoff.history.normal import normal_cdf

__all__ = [
    "DeterrenceCounts",
    "DeterrenceGame",
    "DeterrenceProbabilities",
    "compute_log_likelihood",
    "compute_logit",
    "compute_probit",
    "fit_logit",
    "fit_probit",
]


@dataclass(frozen=True)
class DeterrenceGame:
    """Payoffs of the deterrence game, up to shocks.

    Attributes:
        attacker_status_quo: u11, the attacker's payoff where it does not attack.
        attacker_concession: u13, where the defender gives in.
        attacker_defence: u14, where it defends.
        defender_concession: u23.
        defender_defence: u24.
    """

    attacker_status_quo: float
    attacker_concession: float
    attacker_defence: float
    defender_concession: float
    defender_defence: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if not math.isfinite(getattr(self, field.name)):
                raise ValueError(f"{field.name} must be a finite number, not {getattr(self, field.name)!r}")


@dataclass(frozen=True)
class DeterrenceProbabilities:
    """The probabilities that the attacker attacks and that an attacked defender defends."""

    attack: float
    defend: float


@dataclass(frozen=True)
class DeterrenceCounts:
    """The number of times that each outcome was observed: status quo, concession to an attack, defence."""

    status_quo: int
    concession: int
    defence: int

    def __post_init__(self) -> None:
        for field in fields(self):
            count = getattr(self, field.name)
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ValueError(f"{field.name} must be a whole number of at least 0, not {count!r}")
        if not self.total:
            raise ValueError("nothing was observed: every count is 0")

    @property
    def total(self) -> int:
        """Number of all observed outcomes."""
        return self.status_quo + self.concession + self.defence


def compute_probit(game: DeterrenceGame, sigma: float) -> DeterrenceProbabilities:
    """Compute the choice probabilities with private information.

    Args:
        game: The payoffs.
        sigma: Standard deviation of each shock, positive, in the unit of payoffs.

    Raises:
        ValueError: `sigma` is not a positive number.

    Examples:
        >>> game = DeterrenceGame(1, -1, 0, 0, 1)
        >>> round(compute_probit(game, 0.35).defend, 6)
        0.978324
    """
    _require_positive("sigma", sigma)
    defend = normal_cdf((game.defender_defence - game.defender_concession) / (sigma * math.sqrt(2.0)))
    spread = sigma * math.sqrt(1.0 + defend**2 + (1.0 - defend) ** 2)
    return DeterrenceProbabilities(normal_cdf(_compute_gain(game, defend) / spread), defend)


def compute_logit(game: DeterrenceGame, rationality: float) -> DeterrenceProbabilities:
    """Compute the choice probabilities with logit noise.

    Args:
        game: The payoffs.
        rationality: Logit parameter of both players, >= 0, per unit of payoff.

    Raises:
        ValueError: `rationality` is not a number of at least 0.
    """
    if rationality != 0:
        _require_positive("rationality", rationality)
    defend = _compute_logistic(rationality * (game.defender_defence - game.defender_concession))
    return DeterrenceProbabilities(_compute_logistic(rationality * _compute_gain(game, defend)), defend)


def compute_log_likelihood(probabilities: DeterrenceProbabilities, counts: DeterrenceCounts) -> float:
    """Compute the log-likelihood of the counts; -inf if they have probability 0."""
    return math.fsum(
        count * math.log(p) if p > 0.0 else -math.inf
        for count, p in (
            (counts.status_quo, 1.0 - probabilities.attack),
            (counts.concession, probabilities.attack * (1.0 - probabilities.defend)),
            (counts.defence, probabilities.attack * probabilities.defend),
        )
        if count
    )


def fit_probit(game: DeterrenceGame, counts: DeterrenceCounts) -> Estimate:
    """Estimate sigma of the model with private information by maximum likelihood, between 0.001 and 1000.

    Raises:
        SolveError: The counts do not bound sigma.
    """
    return maximise(
        lambda sigma: compute_log_likelihood(compute_probit(game, sigma), counts),
        1e-3,
        1e3,
        num_observations=counts.total,
        name="sigma",
        grid_points=281,
    )


def fit_logit(game: DeterrenceGame, counts: DeterrenceCounts) -> Estimate:
    """Estimate the rationality of the model with logit noise by maximum likelihood, between 0.001 and 1000.

    Raises:
        SolveError: The counts do not bound the rationality.
    """
    return maximise(
        lambda rationality: compute_log_likelihood(compute_logit(game, rationality), counts),
        1e-3,
        1e3,
        num_observations=counts.total,
        name="rationality",
        grid_points=281,
    )


def _compute_gain(game: DeterrenceGame, defend: float) -> float:
    attacked = (1.0 - defend) * game.attacker_concession + defend * game.attacker_defence
    return attacked - game.attacker_status_quo


def _compute_logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))


def _require_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0.0):
        raise ValueError(f"{name} must be a positive number, not {value!r}")
