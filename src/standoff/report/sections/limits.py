"""What the brief cannot show: read before any of its probabilities is quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from standoff.report.blocks import Bullets, Section
from standoff.report.typesetting import show_count, show_number
from standoff.text import join_words

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["describe_limits"]


def describe_limits(solution: Solution, *, has_bands: bool, missing: Sequence[tuple[str, str]] = ()) -> Section:
    """List the limits of the brief.

    Args:
        solution: The solved crisis.
        has_bands: Whether the brief shows how the probabilities vary over the ranges of the parameters.
        missing: Parts that were requested and could not be answered, each with the reason.
    """
    scenario = solution.scenario
    model = Markup(
        "<strong>The probabilities are conditional on the model.</strong> They follow from the assumptions listed below "
        "if each side chooses as the model says: better moves more often than worse ones, given what the others do and "
        "learn (a logit equilibrium). Nothing that the scenario omits can happen here."
    )
    payoffs = Markup(
        "<strong>Payoffs are judgements.</strong> No government publishes what an outcome is worth to it. The scale is: {}."
    ).format(scenario.payoff_unit.rstrip(". "))
    sides = join_words(
        [f"{show_number(player.rationality)} for {player.label}" for player in solution.equilibrium.game.players]
    )
    rationality = Markup(
        "<strong>Much depends on rationality.</strong> It is {}. At 0 every move is equally likely; the higher it is, "
        "the more reliably a side chooses its best move. Other values may change the forecast."
    ).format(sides)
    numbers = (
        Markup(
            "<strong>Ranges are judgements too.</strong> The bands show how the probabilities vary over the ranges of "
            "the parameters. They do not show how wrong the model itself may be."
        )
        if has_bands
        else Markup(
            "<strong>Parameter uncertainty is not shown.</strong> Every parameter is at its central value. This brief "
            "does not show how the probabilities vary over the ranges of the parameters."
        )
    )
    clock = Markup("<strong>Dates follow the model’s clock,</strong> which moves in steps of {}.").format(
        show_count(scenario.period.length, scenario.period.unit)
    )
    absent = [
        Markup("<strong>Missing: {}.</strong> It was requested but has no answer: {}.").format(part, why.rstrip(". "))
        for part, why in missing
    ]
    return Section(
        "limits",
        "What this brief cannot show",
        "Limits",
        (Bullets((model, payoffs, rationality, numbers, clock, *absent)),),
    )
