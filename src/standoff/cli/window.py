"""`standoff window`: when striking pays, for each type, and what opens and closes the window."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    CHECKPOINTS,
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    load_scenario,
    make_settings,
    open_console,
    print_indented,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.text import UNKNOWN, format_day, format_percent, format_short_day

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.solution import Solution
    from standoff.analysis.type_window import TypeWindow
    from standoff.analysis.window import Window

__all__ = ["register"]

CALENDAR_OPENS = (
    "Without the part of the calendar, which includes the end of the game at the horizon, it would stay closed: check "
    "whether a longer horizon moves it."
)


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("window", short_help="Show when striking pays more than waiting, and for whom.")(window)


def window(
    scenario: ScenarioName,
    overrides: Overrides = None,
    milestone: Annotated[
        str | None,
        typer.Option(
            "--milestone",
            metavar="NAME",
            help="Milestone that an action must reach to count as a strike (default: the first of the file).",
        ),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Show when striking pays more than waiting, for whom, and what opens and closes the window."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import choose_milestone
    from standoff.analysis.window import window as find_window

    choose_milestone(loaded, milestone)  # a wrong name is reported before the solve
    with progress_bar() as progress:
        solution = solve(loaded, make_settings(belief_points, belief_tolerance), progress)
        found = find_window(solution, milestone)
    if as_json:
        print_json(solution.header_to_json() | {"window": found.to_json()})
    else:
        _draw(open_console(), solution, found)


def _draw(console: Console, solution: Solution, found: Window) -> None:
    """Print for each type when its window is open, its advantage by date, and what changes it."""
    from standoff.cli.tables import print_certificate

    print_title(console, solution.scenario, f"When does it pay to act? ({found.milestone_label})")
    for one in found.types:
        console.print()
        _draw_type(console, solution, found, one)
    print_note(
        console,
        "\nThe advantage is the value of acting now minus the value of not acting now, in payoff units, averaged over the "
        "states in which the type may be by then. – marks a state that cannot occur by then.\n",
    )
    print_certificate(console, solution)
    error = max(one.belief_error for one in found.types)
    print_indented(console, f"discretisation error of the advantages {error:.1e}")


def _draw_type(console: Console, solution: Solution, found: Window, one: TypeWindow) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    player = solution.scenario.players[one.player].label
    who = player if one.player_type == one.player else f"{player}, {one.player_type}"
    stage = next(stage for stage in solution.scenario.stages if stage.name == one.stage)
    labels = {own.name: own.action.label or own.name for own in stage.list_actions_of(one.player)}
    actions = ", ".join(labels.get(action, action) for action in one.actions)
    console.print(Text(f"{who} ({stage.label or stage.name}: {actions})", style="bold"))
    for sentence in _describe_spells(found, one):
        console.print(Text(sentence))
    periods = _find_periods(solution)
    table = make_table("in the period from", *(format_short_day(found.dates[t]) for t in periods))
    table.add_row("advantage over not acting", *(_format_advantage(one.advantage[t]) for t in periods))
    table.add_row("advantage over the best other action", *(_format_advantage(one.over_best[t]) for t in periods))
    table.add_row("advantage in the most likely state", *(_format_advantage(one.modal_advantage[t]) for t in periods))
    table.add_row("probability that it can act", *(format_percent(one.exposure[t]) for t in periods))
    table.add_row("probability that acting pays, if it can", *(format_percent(one.share_open[t]) for t in periods))
    table.add_row(Text("change in the advantage since today, by part", style="bold"))
    for part in one.parts:
        table.add_row(Text(f"  {part.label}", style="italic"), *(_format_advantage(part.values[t]) for t in periods))
    if any(abs(value) > 5e-4 for value in one.unattributed[periods] if not math.isnan(value)):
        cells = (_format_advantage(one.unattributed[t]) for t in periods)
        table.add_row(Text("  not attributed", style="italic"), *cells)
    table.add_row(Text("advantage if one track stood elsewhere", style="bold"))
    for level in one.levels:
        label = Text(f"  {level.track_label}: {level.label}", style="dim")
        table.add_row(label, *(_format_advantage(level.held[t]) for t in periods))
    console.print(table)


def _find_periods(solution: Solution) -> list[int]:
    """Return the periods that are shown: today, those that begin at a checkpoint, and the last."""
    period = solution.scenario.period
    last = solution.scenario.num_periods - 1
    starts = {0, last} | {round(unit / period.length) for unit in CHECKPOINTS if unit < period.horizon}
    return sorted(start for start in starts if start <= last)


def _format_advantage(value: float) -> str:
    if math.isnan(value):
        return UNKNOWN
    rounded = f"{value:+.3f}"
    return rounded[1:] if float(rounded) == 0.0 else rounded


def _describe_spells(found: Window, one: TypeWindow) -> list[str]:
    """Say when the window opens and closes, and because of what."""
    from standoff.analysis.type_window import CALENDAR

    sentences = []
    calendar = next(part for part in one.parts if part.name == CALENDAR)
    for start, end in one.spells:
        if start == 0:
            sentences.append(f"The window is open now ({one.advantage[0]:+.2f}).")
        else:
            cause = _describe_cause(one, None, start, is_rise=True)
            sentences.append(f"The window opens on {format_day(found.dates[start])}{cause}.")
            if one.advantage[start] <= calendar.values[start]:
                sentences.append(CALENDAR_OPENS)
        if end is not None:
            cause = _describe_cause(one, start, end, is_rise=False)
            sentences.append(f"It closes on {format_day(found.dates[end])}{cause}.")
    peak = one.peak
    assert peak is not None
    if not one.spells:
        cause = _describe_cause(one, None, peak, is_rise=True)
        day = format_day(found.dates[peak])
        sentences.append(
            f"On average, acting never pays; it comes closest from {day} ({one.advantage[peak]:+.2f}){cause}."
        )
    return sentences


def _describe_cause(one: TypeWindow, since: int | None, until: int, *, is_rise: bool) -> str:
    part = one.find_leading_part(since, until, is_rise=is_rise)
    if part is None:
        return ""
    moved = part.values[until] - (0.0 if since is None else part.values[since])
    return f", mostly because of {part.label} ({moved:+.2f})" if abs(moved) >= 0.005 else ""
