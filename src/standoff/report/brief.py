"""Put the brief together and write it to a file.

The page holds everything it shows: style sheet and charts are inside, there is no script, and a content security policy
forbids the browser to fetch anything. Every text of a scenario is escaped, for a scenario may come from anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from standoff.report.bottom_line import bottom_line, deal_of, key_numbers
from standoff.report.certificate import certificate_facts
from standoff.report.figures import Curve, chart_of_bands, chart_of_lines
from standoff.report.ledger import assumption_ledger
from standoff.report.tables import (
    belief_label,
    belief_table,
    move_tables,
    odds_table,
    package_table,
    type_groups,
    type_table,
)
from standoff.report.timeline import Timeline
from standoff.report.wording import day, number, plural
from standoff.storing import check_writable, write_whole

if TYPE_CHECKING:
    from standoff.analysis.forecast import Forecast
    from standoff.game.model import Game
    from standoff.scenario import Scenario
    from standoff.workbench import Solution

__all__ = ["brief_html", "write_brief"]


_CONTROLS = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS))
"""Signs that leave no trace but could turn a number around: control codes and changes of the direction of writing."""


def write_brief(solution: Solution, path: str | Path) -> None:
    """Write the brief of a solved crisis.

    The page is written beside its place and then renamed, so that a reader sees the old file or the new one, whole.

    Args:
        solution: A solved crisis.
        path: The HTML file; one that is there is replaced.

    Raises:
        InputError: The file cannot be written (`cannot-write`).
    """
    check_writable(Path(path))  # before the work of making the page
    write_whole(Path(path), brief_html(solution).encode("utf-8", errors="replace"))


def brief_html(solution: Solution) -> str:
    """The brief of a solved crisis as one HTML page; the same solution gives the same bytes."""
    environment = Environment(
        loader=PackageLoader("standoff.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("brief.html.j2").render(_content(solution))
    return page.translate(_INVISIBLE)


def _content(solution: Solution) -> dict[str, Any]:
    """Everything that the template shows."""
    scenario = solution.scenario
    game = solution.equilibrium.game
    forecast = solution.forecast()
    document = solution.document()
    timeline = Timeline(scenario.period.unit, scenario.period.length, scenario.num_periods, scenario.date_of_period)
    deal = deal_of(forecast)
    return {
        "title": scenario.title,
        "summary": scenario.summary,
        "as_of": day(scenario.as_of),
        "overrides": document["overrides"],
        "timeline": timeline,
        "period_words": plural(scenario.period.length, scenario.period.unit),
        "sentences": bottom_line(forecast, timeline),
        "key_numbers": key_numbers(forecast, timeline),
        "mean_length": plural(round(forecast.mean_duration * scenario.period.length), scenario.period.unit),
        "odds": odds_table(forecast, timeline),
        "deal": deal if deal is not None and deal.parts else None,
        "packages": package_table(deal, timeline) if deal is not None and deal.parts else None,
        "types": type_groups(game, {name: player.type_labels for name, player in scenario.players.items()}),
        "by_type": type_table(forecast, game),
        "moves": move_tables(forecast, game),
        "beliefs": belief_table(forecast, game, timeline),
        "rationality": [(player.label, number(player.rationality)) for player in game.players],
        "payoff_unit": scenario.payoff_unit,
        "ledger": assumption_ledger(scenario),
        "facts": certificate_facts(solution.equilibrium.certificate, solution.equilibrium.settings),
        "scenario_id": scenario.id,
        "scenario_hash": scenario.scenario_hash,
        "settings": document["settings"],
        "versions": document["versions"],
        **_charts(forecast, game, scenario, timeline),
    }


def _charts(forecast: Forecast, game: Game, scenario: Scenario, timeline: Timeline) -> dict[str, Any]:
    def from_now(odds: Any, *, now: float = 0.0) -> Any:
        return np.concatenate([[now], odds])

    ends = [Curve(series.label, from_now(series.cumulative)) for series in forecast.outcomes]
    still_open = Curve(forecast.unresolved_label, from_now(forecast.unresolved, now=1.0))
    milestones = [
        Curve(series.label, from_now(series.cumulative, now=float(series.cumulative[0] >= 1.0)))
        for series in forecast.milestones
    ]
    beliefs = [
        Curve(belief_label(player), forecast.beliefs[player.name])
        for player in game.players
        if player.name in forecast.beliefs
    ]
    return {
        "outcome_chart": chart_of_bands(
            ends, still_open, timeline, name="outcomes", title=f"Odds of every end by date: {scenario.title}"
        ),
        "milestone_chart": chart_of_lines(
            milestones, timeline, name="milestones", title="Odds by date that each milestone is reached", whole=False
        )
        if milestones
        else None,
        "belief_chart": chart_of_lines(
            beliefs, timeline, name="beliefs", title="What the others believe of each side, by date", whole=True
        )
        if beliefs
        else None,
    }
