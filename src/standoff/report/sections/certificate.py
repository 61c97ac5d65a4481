"""The certificate of a solution: how accurately the model was solved, each number with a sentence on what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.report.blocks import GridBlock, Paragraph, Section
from standoff.report.typesetting import show_number, show_small
from standoff.solve.equilibrium import Certificate, Settings
from standoff.text import format_error, join_words, pluralise

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["describe_certificate"]


def describe_certificate(solution: Solution) -> Section:
    """Show how accurately the model was solved."""
    rows = _explain_certificate(solution.equilibrium.certificate, solution.equilibrium.settings)
    head = ("Check", "Value", "Meaning")
    blocks = (
        Paragraph(
            "These checks are about the computation and not about the world: they show that the probabilities above are "
            "those of the model."
        ),
        GridBlock("facts", "Checks that the solution passed.", head, rows, wordy=(2,)),
    )
    return Section("certificate", "Certificate: how accurately the model was solved", "Certificate", blocks)


def _explain_certificate(certificate: Certificate, settings: Settings) -> tuple[tuple[str, str, str], ...]:
    """Give name, value and meaning of every number of a certificate."""
    facts = [
        (
            "Residual",
            show_small(certificate.residual),
            "Largest difference, over all decisions, between the probabilities with which a side acts and those that the "
            f"equilibrium equations require. 0 is exact; more than {show_small(settings.tolerance)} is refused.",
        ),
        (
            "Regret",
            show_small(certificate.regret),
            "Largest gain, in payoff units, that any side could make by choosing its best move once. It measures how "
            "noisy the choices of the sides are and is not an error of the solver.",
        ),
    ]
    if certificate.belief_points:
        facts += [
            (
                "Belief points",
                join_words([str(count) for count in certificate.belief_points]),
                "Number of grid points of the belief about each side’s type. Values between grid points are interpolated.",
            ),
            (
                "Probability error",
                show_small(certificate.belief_error),
                f"Estimated effect of this interpolation on any probability: {format_error(certificate.belief_error)}. "
                f"The tolerance is {show_number(100 * settings.belief_tolerance, 2)} percentage points.",
            ),
        ]
    facts += [
        (
            "Forward-backward gap",
            show_small(certificate.consistency_gap),
            "Each side’s expected payoff is computed twice: by backward induction, and by summing forward over the "
            "forecast. This is the largest difference between the two.",
        ),
        (
            "Branch",
            certificate.branch,
            _BRANCHES[certificate.branch],
        ),
        (
            "Decisions solved",
            f"{certificate.nodes:,}",
            "Number of decisions, counted once for each set of beliefs. Solving them took "
            f"{certificate.evaluations:,} evaluations of the equations.",
        ),
        (
            "Proved unique",
            f"{certificate.unique:,}",
            "Number of decisions with a provably unique equilibrium.",
        ),
        (
            "Traced",
            f"{certificate.traced:,}",
            f"Number of decisions solved by tracing the branch from uniformly random play. {_describe_folds(certificate.folds)}",
        ),
    ]
    return tuple(facts)


_BRANCHES = {
    "unique": "Games in which moves reveal private information can have several equilibria. This one has a single "
    "equilibrium: the solution of every decision is proved unique.",
    "principal": "Games in which moves reveal private information can have several equilibria, and nothing proves that this game "
    "has no other. The principal branch starts from uniformly random play and follows the equilibrium as the rationality of all "
    "sides rises together.",
    "node-wise": "Games in which moves reveal private information can have several equilibria. Here each decision is on the "
    "branch that starts from uniformly random play at that decision, with later play as it is.",
    "other": "An equilibrium found by a search, on any branch.",
}


def _describe_folds(count: int) -> str:
    if count == 0:
        return "The branch never turned back."
    return f"The branch turned back {pluralise(count, 'time')}, a sign that other equilibria exist."
