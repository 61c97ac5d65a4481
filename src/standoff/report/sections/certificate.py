"""The certificate of a solution in plain words: each number with a sentence that says what it means."""

from __future__ import annotations

from dataclasses import dataclass

from standoff.report.wording import joined, points, small
from standoff.solve.equilibrium import Certificate, Settings

__all__ = ["Fact", "certificate_facts"]


@dataclass(frozen=True)
class Fact:
    """One number of the certificate.

    Attributes:
        name: What it is called.
        value: The number in words.
        meaning: What it means, in a sentence.
    """

    name: str
    value: str
    meaning: str


def certificate_facts(certificate: Certificate, settings: Settings) -> tuple[Fact, ...]:
    """Every number of a certificate, explained.

    Args:
        certificate: The certificate.
        settings: How the crisis was solved; the tolerances are in it.
    """
    facts = [
        Fact(
            "Residual",
            small(certificate.residual),
            "The largest gap, over every decision in the game, between the probabilities with which a side acts and those "
            f"that the model's equations ask for; 0 is exact, and "
            f"anything above {small(settings.tolerance)} would have been refused.",
        ),
        Fact(
            "Regret",
            small(certificate.regret),
            "The most, in units of payoff, that any side could gain anywhere by once choosing its best move instead of "
            "choosing with noise; it measures how "
            "imperfectly the sides are taken to choose, not an error of the solver.",
        ),
    ]
    if certificate.belief_points:
        facts += [
            Fact(
                "Belief points",
                joined([str(count) for count in certificate.belief_points]),
                "At so many levels of belief about each side's true type the game was solved; between them values are "
                "interpolated.",
            ),
            Fact(
                "Error from belief points",
                small(certificate.belief_error),
                f"That interpolation may have moved any of the probabilities by {points(certificate.belief_error)}; up to "
                f"{points(settings.belief_tolerance)} is accepted.",
            ),
        ]
    facts += [
        Fact(
            "Consistency gap",
            small(certificate.consistency_gap),
            "Each side's expected payoff was found twice, by reasoning backward from the end and by adding up "
            "forward from now; this is the largest difference between the two.",
        ),
        Fact(
            "Branch",
            certificate.branch,
            "Games in which moves reveal intentions can have several equilibria; this one is the branch "
            "that is reached by letting the sides choose ever more carefully, starting from pure chance.",
        ),
        Fact(
            "Decisions solved",
            f"{certificate.nodes:,}",
            "The number of situations, with the beliefs held in them, in which a decision was worked out; it took "
            f"{certificate.evaluations:,} evaluations of the equations.",
        ),
        Fact(
            "Proved unique",
            f"{certificate.unique:,}",
            "In so many of them it is proved that no other solution exists.",
        ),
        Fact(
            "Traced",
            f"{certificate.traced:,}",
            f"So many others were followed step by step from pure chance; {_folds(certificate.folds)} on the way.",
        ),
    ]
    return tuple(facts)


def _folds(count: int) -> str:
    """The folds met, in words."""
    if count == 0:
        return "the path never turned back"
    return f"the path turned back {count:,} time{'' if count == 1 else 's'} (a sign that other equilibria exist)"
