"""The sections that close every brief: what it cannot tell, the assumptions, and how exactly the model was solved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from standoff.report.blocks import Bullets, Grid, LedgerBlock, Paragraph, Section
from standoff.report.certificate import certificate_facts
from standoff.report.ledger import assumption_ledger
from standoff.report.wording import number, plural

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution
    from standoff.scenario import Scenario

__all__ = ["assumptions_section", "certificate_section", "limits_section"]


def limits_section(solution: Solution, *, has_bands: bool, missing: Sequence[tuple[str, str]] = ()) -> Section:
    """What the brief cannot tell.

    Args:
        solution: The solved crisis.
        has_bands: Whether the brief shows how far the probabilities move within the ranges of the numbers.
        missing: What was asked for and could not be answered, with the reason.
    """
    scenario = solution.scenario
    payoffs = Markup(
        "<strong>Payoffs are judgements.</strong> Nobody publishes what an outcome is worth to a government. The scale is: {}."
    ).format(scenario.payoff_unit.rstrip(". "))
    sides = ", ".join(
        f"{number(player.rationality)} for {player.label}" for player in solution.equilibrium.game.players
    )
    care = Markup(
        "<strong>Much depends on how carefully the sides are taken to choose.</strong> The rationality is set to {}. At 0 every "
        "move would be equally likely; the higher it is, the more surely the best move is taken. Other values may change the "
        "picture."
    ).format(sides)
    numbers = (
        Markup(
            "<strong>Ranges are judgements too.</strong> The bands say how far the probabilities move within "
            "the ranges in the ledger, "
            "not how far the model itself may be wrong."
        )
        if has_bands
        else Markup(
            "<strong>One set of numbers.</strong> Every assumption is at its single value; how far the "
            "probabilities move within the "
            "ranges in the ledger is not shown here."
        )
    )
    clock = Markup("<strong>Dates are those of the model’s clock,</strong> which moves in steps of {}.").format(
        plural(scenario.period.length, scenario.period.unit)
    )
    prophecy = Markup(
        "<strong>It is no prophecy.</strong> These are the probability that follow from the assumptions "
        "below if each side chooses as "
        "the model says: better moves more often than worse ones, in view of what the others would do and learn (a logit "
        "equilibrium). What the scenario leaves out cannot happen here."
    )
    absent = [
        Markup("<strong>Left out: {}.</strong> It was asked for and has no answer: {}").format(part, why)
        for part, why in missing
    ]
    blocks = (Bullets((prophecy, payoffs, care, numbers, clock, *absent)),)
    return Section("limits", "What this brief cannot tell", "Limits", blocks)


def assumptions_section(scenario: Scenario) -> Section:
    """Every number with its range and what it rests on."""
    ledger = assumption_ledger(scenario)
    counts = (
        f"{len(ledger.assumptions)} numbers go into this brief: {ledger.count('evidence')} with a source, "
        f"{ledger.count('judgement')} by judgement alone, {ledger.count('none')} with neither."
    )
    blocks = (Paragraph(counts), LedgerBlock(ledger))
    return Section("assumptions", "Ledger of assumptions", "Assumptions", blocks, starts_page=True)


def certificate_section(solution: Solution) -> Section:
    """How exactly the model was solved."""
    facts = certificate_facts(solution.equilibrium.certificate, solution.equilibrium.settings)
    rows = tuple((fact.name, fact.value, fact.meaning) for fact in facts)
    head = ("Check", "Number", "What it means")
    blocks = (
        Paragraph(
            "These numbers are about the arithmetic, not about the world: they say that the probabilities "
            "above are those of the model."
        ),
        Grid("facts", "The checks that the solution passed.", head, rows, wordy=(2,)),
    )
    return Section("certificate", "Certificate: how exactly the model was solved", "Certificate", blocks)
