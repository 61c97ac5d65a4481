"""The sections of a brief that a forecast alone fills: ends, terms, types, moves, beliefs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from standoff.report.blocks import Block, Heading, Paragraph, Picture, Probabilities, Section, Types
from standoff.report.bottom_line import deal_of
from standoff.report.chart import Chart
from standoff.report.figures import Curve, chart_of_bands, chart_of_lines
from standoff.report.tables import (
    MoveTable,
    belief_label,
    belief_table,
    move_tables,
    package_table,
    probability_table,
    type_groups,
    type_table,
)
from standoff.report.timeline import Timeline
from standoff.report.wording import plural

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution
    from standoff.scenario import Scenario

__all__ = ["belief_chart", "forecast_sections", "milestone_chart", "outcome_chart", "timeline_of"]

Floats = NDArray[np.float64]


def timeline_of(scenario: Scenario) -> Timeline:
    """The calendar of a scenario's forecast."""
    return Timeline(scenario.period.unit, scenario.period.length, scenario.num_periods, scenario.date_of_period)


def forecast_sections(solution: Solution) -> Iterator[Section]:
    """The sections, in order; those that have nothing to say are left out."""
    timeline = timeline_of(solution.scenario)
    yield _ends(solution, timeline)
    yield from _terms(solution, timeline)
    yield from _types(solution, timeline)
    yield from _moves(solution)
    yield from _beliefs(solution, timeline)


def _ends(solution: Solution, timeline: Timeline) -> Section:
    forecast = solution.forecast
    blocks: list[Block] = [
        Picture(
            outcome_chart(solution),
            "Probabilities that the crisis has ended, and how, by date. The bands add up to 100 %; the "
            "topmost is the chance that the "
            "crisis is still open. Names and probabilities at the right are those at the horizon.",
        )
    ]
    milestones = milestone_chart(solution)
    if milestones is not None:
        blocks += [
            Heading("What happens on the way"),
            Picture(
                milestones,
                "Probabilities by date that each of these has happened at least once. They do not exclude "
                "each other and do not add up "
                "to 100 %.",
            ),
        ]
    length = plural(round(forecast.mean_duration * timeline.length), timeline.unit)
    blocks += [
        Probabilities(
            "probabilities",
            "Probabilities by date. Whole per cent, so that a column of ends may miss 100 by a point or two.",
            "From now",
            probability_table(forecast, timeline),
            ends="How it stands by then (one of these)",
            passages="What has happened by then (any of these)",
        ),
        Paragraph(f"The average length is about {length}, counting what is still open at the horizon as ending there."),
    ]
    return Section("ends", "How it ends and when", "Ends and dates", tuple(blocks))


def _terms(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    deal = deal_of(solution.forecast)
    if deal is None or not deal.parts:
        return
    caption = f"Terms that “{deal.label}” would have, the likeliest first."
    table = Probabilities("packages-table", caption, "Terms", package_table(deal, timeline), has_bars=True)
    yield Section("packages", "What an agreement would be made of", "Terms", (table,))


def _types(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    game, forecast = solution.equilibrium.game, solution.forecast
    groups = type_groups(game, {name: player.type_labels for name, player in solution.scenario.players.items()})
    if not groups:
        return
    caption = (
        f"Probability of each end by {timeline.horizon.date}, as they are and as they would be if one side’s "
        f"true type were known to us "
        "(the sides themselves would know no more than now)."
    )
    blocks: tuple[Block, ...] = (
        Paragraph(
            "What a side truly wants is known to that side alone. The others hold probabilities on it, which every move shifts."
        ),
        Types(groups),
        Probabilities("types-table", caption, "End", type_table(forecast, game)),
    )
    yield Section("types", "If we knew who we are dealing with", "True types", blocks)


def _moves(solution: Solution) -> Iterator[Section]:
    moves = move_tables(solution.forecast, solution.equilibrium.game)
    if not moves:
        return
    blocks: list[Block] = [
        Paragraph(
            "The probability of each move if that decision came up before anything else happened. Bold marks the likeliest move.",
            is_before=True,
        )
    ]
    for k, move in enumerate(moves, start=1):
        told = f"and how likely the others would hold the type “{move.telling[0]}” after seeing each."
        caption = f"{move.player}: moves, {told}" if move.telling[0] else f"{move.player}: moves."
        blocks += [
            Heading(move.stage),
            Paragraph(_likeliest(move), is_before=True),
            Probabilities(f"move-{k}", caption, "Move", move.table, has_bars=True),
        ]
    yield Section("moves", "What each side would do now", "Moves now", tuple(blocks))


def _likeliest(move: MoveTable) -> Markup:
    parts = [
        (Markup("if {}, ").format(player_type) if player_type else Markup(""))
        + Markup("“<bdi>{}</bdi>” ({})").format(label, probabilities)
        for player_type, label, probabilities in move.summary
    ]
    decided = Markup("Decided by <strong>{}</strong>. Likeliest: ").format(move.player)
    return decided + Markup("; ").join(parts) + Markup(".")


def _beliefs(solution: Solution, timeline: Timeline) -> Iterator[Section]:
    chart = belief_chart(solution)
    if chart is None:
        return
    table = belief_table(solution.forecast, solution.equilibrium.game, timeline)
    caption = (
        "Public belief, averaged over the cases in which the crisis is still open at that date. It moves because sides of "
        "different type act differently, and because the crisis ends sooner with some than with others."
    )
    blocks = (Picture(chart, caption), Probabilities("beliefs-table", "The same in numbers.", "Belief in", table))
    yield Section("beliefs", "What each side is believed to be", "Beliefs", blocks)


def outcome_chart(solution: Solution) -> Chart:
    """The probability of every end by date."""
    forecast = solution.forecast
    ends = [Curve(series.label, _from_now(series.cumulative)) for series in forecast.outcomes.values()]
    still_open = Curve(forecast.unresolved_label, _from_now(forecast.unresolved, now=1.0))
    title = f"Probability of every end by date: {solution.scenario.title}"
    return chart_of_bands(ends, still_open, timeline_of(solution.scenario), name="outcomes", title=title)


def milestone_chart(solution: Solution) -> Chart | None:
    """The probabilities by date that each milestone is reached; None where there are none."""
    milestones = [
        Curve(series.label, _from_now(series.cumulative, now=float(series.cumulative[0] >= 1.0)))
        for series in solution.forecast.milestones.values()
    ]
    title = "Probabilities by date that each milestone is reached"
    timeline = timeline_of(solution.scenario)
    return chart_of_lines(milestones, timeline, name="milestones", title=title, whole=False) if milestones else None


def belief_chart(solution: Solution) -> Chart | None:
    """What the others believe of each side with private types; None where there is none."""
    known = solution.forecast.beliefs
    players = [player for player in solution.equilibrium.game.players if player.name in known]
    beliefs = [Curve(belief_label(player), known[player.name]) for player in players]
    title = "What the others believe of each side, by date"
    timeline = timeline_of(solution.scenario)
    return chart_of_lines(beliefs, timeline, name="beliefs", title=title, whole=True) if beliefs else None


def _from_now(probabilities: Floats, *, now: float = 0.0) -> Floats:
    return np.concatenate([[now], probabilities])
