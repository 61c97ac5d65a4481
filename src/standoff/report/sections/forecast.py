"""The sections of a brief that need the forecast alone: outcomes, terms of a deal, private types, moves and beliefs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from standoff.report.blocks import Block, Heading, Paragraph, Picture, ProbabilityBlock, Section, Types
from standoff.report.bottom_line import find_deal
from standoff.report.chart import Chart
from standoff.report.figures import Curve, chart_bands, chart_lines
from standoff.report.tables import (
    MoveTable,
    list_types,
    name_belief,
    tabulate_beliefs,
    tabulate_moves,
    tabulate_packages,
    tabulate_probabilities,
    tabulate_types,
)
from standoff.report.timeline import Timeline, build_timeline
from standoff.report.typesetting import show_count

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution

__all__ = ["describe_forecast", "draw_beliefs", "draw_milestones", "draw_outcomes"]

Floats = NDArray[np.float64]


def describe_forecast(solution: Solution) -> Iterator[Section]:
    """Yield the sections in the order of the brief, without those that have nothing to show."""
    timeline = build_timeline(solution.scenario)
    yield _describe_outcomes(solution, timeline)
    yield from _describe_terms(solution, timeline)
    yield from _describe_types(solution, timeline)
    yield from _describe_moves(solution)
    yield from _describe_beliefs(solution, timeline)


def _describe_outcomes(solution: Solution, timeline: Timeline) -> Section:
    forecast = solution.forecast
    blocks: list[Block] = [
        Picture(
            draw_outcomes(solution),
            "Probability of each outcome by date. The bands add up to 100 %; the top band is the probability that the "
            "crisis is unresolved. The labels on the right give the probabilities at the horizon.",
        )
    ]
    milestones = draw_milestones(solution)
    if milestones is not None:
        blocks += [
            Heading("Milestones"),
            Picture(
                milestones,
                "Probability that each milestone has been reached at least once by the date. Milestones do not exclude "
                "each other, so these probabilities do not add up to 100 %.",
            ),
        ]
    length = show_count(round(forecast.mean_duration * timeline.length), timeline.unit)
    blocks += [
        ProbabilityBlock(
            "probabilities",
            "Probabilities by date, rounded to whole per cent, so a column of outcomes may miss 100 % by a point or two.",
            "Time from now",
            tabulate_probabilities(forecast, timeline),
            outcomes="Outcome by this date (exactly one)",
            milestones="Milestone reached by this date (any number)",
        ),
        Paragraph(
            f"The mean duration is about {length}, counting crises that are unresolved at the horizon as ending there."
        ),
    ]
    return Section("outcomes", "Outcomes by date", "Outcomes", tuple(blocks))


def _describe_terms(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    deal = find_deal(solution.forecast)
    if deal is None or not deal.parts:
        return
    caption = f"Terms of “{deal.label}”, the most likely first."
    table = ProbabilityBlock("packages-table", caption, "Terms", tabulate_packages(deal, timeline), has_bars=True)
    yield Section("packages", "Likely terms of a deal", "Terms", (table,))


def _describe_types(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    game, forecast = solution.equilibrium.game, solution.forecast
    groups = list_types(game, {name: player.type_labels for name, player in solution.scenario.players.items()})
    if not groups:
        return
    caption = (
        f"Probability of each outcome by {timeline.horizon.date}: overall, and given the true type of one side. "
        "The sides themselves know no more than they do now."
    )
    blocks: tuple[Block, ...] = (
        Paragraph(
            "Each of these sides knows its own type. The others hold probabilities over it and revise them after every move."
        ),
        Types(groups),
        ProbabilityBlock("types-table", caption, "Outcome", tabulate_types(forecast, game)),
    )
    yield Section("types", "Outcomes by private type", "Types", blocks)


def _describe_moves(solution: Solution) -> Iterator[Section]:
    moves = tabulate_moves(solution.forecast, solution.equilibrium.game)
    if not moves:
        return
    blocks: list[Block] = [
        Paragraph(
            "Probability of each move if the decision came up now. Bold marks the most likely move.", is_before=True
        )
    ]
    for k, move in enumerate(moves, start=1):
        caption = f"Moves of {move.player}."
        if move.revealing[0]:
            caption = (
                f"Moves of {move.player}, and the probability that the others would then assign to the type "
                f"“{move.revealing[0]}”."
            )
        blocks += [
            Heading(move.stage),
            Paragraph(_summarise_move(move), is_before=True),
            ProbabilityBlock(f"move-{k}", caption, "Move", move.table, has_bars=True),
        ]
    yield Section("moves", "What each side would do now", "Moves", tuple(blocks))


def _summarise_move(move: MoveTable) -> Markup:
    parts = [
        (Markup("if {}, ").format(player_type) if player_type else Markup(""))
        + Markup("“<bdi>{}</bdi>” ({})").format(label, probability)
        for player_type, label, probability in move.summary
    ]
    head = Markup("<strong>{}</strong> decides. Most likely: ").format(move.player)
    return head + Markup("; ").join(parts) + Markup(".")


def _describe_beliefs(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    chart = draw_beliefs(solution)
    if chart is None:
        return
    table = tabulate_beliefs(solution.forecast, solution.equilibrium.game, timeline)
    caption = (
        "Mean public belief among crises that are unresolved at each date. The mean moves because different types act "
        "differently and because crises with some types end sooner."
    )
    if any(np.isnan(series).any() for series in solution.forecast.beliefs.values()):
        caption += " Where too few crises are still open for a mean, none is shown."
    numbers = ProbabilityBlock("beliefs-table", "Mean public belief by date.", "Belief", table)
    yield Section("beliefs", "Beliefs about private types", "Beliefs", (Picture(chart, caption), numbers))


def draw_outcomes(solution: Solution) -> Chart:
    """Draw the probability of every outcome by date."""
    forecast = solution.forecast
    outcomes = [Curve(series.label, _start_now(series.cumulative)) for series in forecast.outcomes.values()]
    unresolved = Curve(forecast.unresolved_label, _start_now(forecast.unresolved, now=1.0))
    title = f"Probability of each outcome by date: {solution.scenario.title}"
    return chart_bands(outcomes, unresolved, build_timeline(solution.scenario), name="outcomes", title=title)


def draw_milestones(solution: Solution) -> Chart | None:
    """Draw the probability by date that each milestone has been reached; None if there are no milestones."""
    milestones = [
        Curve(series.label, _start_now(series.cumulative, now=float(series.cumulative[0] >= 1.0)))
        for series in solution.forecast.milestones.values()
    ]
    title = "Probability by date that each milestone has been reached"
    timeline = build_timeline(solution.scenario)
    return chart_lines(milestones, timeline, name="milestones", title=title, whole=False) if milestones else None


def draw_beliefs(solution: Solution) -> Chart | None:
    """Draw the public belief about each side with private types; None if no side has any."""
    known = solution.forecast.beliefs
    players = [player for player in solution.equilibrium.game.players if player.name in known]
    beliefs = [Curve(name_belief(player), known[player.name]) for player in players]
    title = "Public belief about each private type by date"
    timeline = build_timeline(solution.scenario)
    return chart_lines(beliefs, timeline, name="beliefs", title=title, whole=True) if beliefs else None


def _start_now(probabilities: Floats, *, now: float = 0.0) -> Floats:
    return np.concatenate([[now], probabilities])
