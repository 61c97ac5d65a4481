"""The window as a person reads it in a terminal."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standoff.analysis.solution import Solution
from standoff.analysis.window import CALENDAR, TypeWindow, Window
from standoff.cli.solution_tables import CHECKPOINTS, draw_certificate, percent

__all__ = ["draw_window"]

CALENDAR_OPENS = (
    "It would be closed then but for the calendar, which also holds the end of the game at the horizon: see whether a longer "
    "horizon moves it."
)


def draw_window(console: Console, solution: Solution, found: Window) -> None:
    """Print for each type when its window is open, its advantage by date, and what changes it."""
    scenario = solution.scenario
    console.print(Text(f"{scenario.title}: when does it pay to act? ({found.milestone_label})", style="bold"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    for one in found.types:
        console.print()
        _type(console, solution, found, one)
    console.print(
        Text(
            "\nThe advantage is the value of acting now less that of not acting now, in payoff units, averaged over where the "
            "type stands by then. Parts say what has changed it since today; levels what it would be with one track there.\n",
            style="dim",
        )
    )
    draw_certificate(console, solution)
    error = max(one.belief_error for one in found.types)
    console.print(f"  error of advantages from the beliefs {error:.1e}")


def _weeks(solution: Solution) -> list[int]:
    """Periods that are shown: today, those that begin at a checkpoint, and the last."""
    period = solution.scenario.period
    last = solution.scenario.num_periods - 1
    starts = {0, last} | {round(unit / period.length) for unit in CHECKPOINTS if unit < period.horizon}
    return sorted(start for start in starts if start <= last)


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+.3f}"


def _type(console: Console, solution: Solution, found: Window, one: TypeWindow) -> None:
    scenario = solution.scenario
    player = scenario.players[one.player].label
    who = player if one.player_type == one.player else f"{player}, {one.player_type}"
    console.print(Text(f"{who} ({one.stage}: {', '.join(one.actions)})", style="bold"))
    for sentence in _sentences(found, one):
        console.print(Text(sentence))
    weeks = _weeks(solution)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("in the period from")
    for t in weeks:
        table.add_column(f"{found.dates[t]:%-d %b}", justify="right", no_wrap=True)
    table.add_row("advantage over not acting", *(_number(one.advantage[t]) for t in weeks))
    table.add_row("advantage over the best other action", *(_number(one.over_best[t]) for t in weeks))
    table.add_row("where it most likely stands", *(_number(one.modal_advantage[t]) for t in weeks))
    table.add_row("chance that it could act", *(_share(one.exposure[t]) for t in weeks))
    table.add_row("share of that in which it would gain", *(_share(one.share_open[t]) for t in weeks))
    table.add_section()
    for part in one.parts:
        table.add_row(Text(f"  {part.label}", style="italic"), *(_number(part.values[t]) for t in weeks))
    if any(abs(value) > 5e-4 for value in one.unattributed[weeks] if not math.isnan(value)):
        table.add_row(Text("  not to be shared out", style="italic"), *(_number(one.unattributed[t]) for t in weeks))
    table.add_section()
    for level in one.levels:
        table.add_row(
            Text(f"  {level.track_label}: {level.label}", style="dim"), *(_number(level.held[t]) for t in weeks)
        )
    console.print(table)


def _share(value: float) -> str:
    # what lies within rounding of all or nothing is all or nothing
    return "-" if math.isnan(value) else percent(round(value, 9))


def _sentences(found: Window, one: TypeWindow) -> list[str]:
    """When the window opens and closes, and what does it."""
    told = []
    calendar = next(part for part in one.parts if part.name == CALENDAR)
    for start, end in one.spells:
        if start == 0:
            told.append(f"The window is open now ({one.advantage[0]:+.2f}).")
        else:
            told.append(f"The window opens on {found.dates[start]:%-d %B %Y}{_by(one, None, start, is_rise=True)}.")
            if one.advantage[start] <= calendar.values[start]:
                told.append(CALENDAR_OPENS)
        if end is not None:
            told.append(f"It closes on {found.dates[end]:%-d %B %Y}{_by(one, start, end, is_rise=False)}.")
    peak = one.peak
    assert peak is not None
    if not one.spells:
        told.append(
            f"Acting never pays; it comes closest from {found.dates[peak]:%-d %B %Y} "
            f"({one.advantage[peak]:+.2f}){_by(one, None, peak, is_rise=True)}."
        )
    return told


def _by(one: TypeWindow, since: int | None, until: int, *, is_rise: bool) -> str:
    part = one.leading_part(since, until, is_rise=is_rise)
    if part is None:
        return ""
    moved = part.values[until] - (0.0 if since is None else part.values[since])
    return f", most by {part.label} ({moved:+.2f})" if abs(moved) >= 0.005 else ""
