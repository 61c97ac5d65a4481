"""`standoff run`: from a scenario to a certified forecast."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    CHECKPOINTS,
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    BranchName,
    Horizon,
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
from standoff.text import format_day, format_percent, format_short_day, pluralise

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.solution import Solution

__all__ = ["register"]

# Okabe-Ito colours; every band also has its own letter, so that nothing depends on colour alone
COLOURS = ("#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#E69F00", "#0072B2", "#F0E442")
CHART_WIDTH = 60
CHART_ROWS = 14


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("run")(run)


def run(
    scenario: ScenarioName,
    overrides: Overrides = None,
    as_json: AsJson = False,
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="Also write an HTML brief.")] = None,
    horizon: Horizon = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    branch: BranchName = "node-wise",
) -> None:
    """Forecast how a crisis ends and when, with a certificate."""
    loaded = load_scenario(scenario, overrides, horizon=horizon)
    if report is not None:
        from standoff.storing import check_writable

        check_writable(report)  # before the work, not after it
    from standoff.analysis.solution import solve

    with progress_bar() as progress:
        solution = solve(loaded, make_settings(belief_points, belief_tolerance, branch), progress)
        _ = solution.forecast
    if report is not None:
        from standoff.report import write_brief

        write_brief(solution, report)
    if as_json:
        print_json(solution.to_json())
        return
    _draw(open_console(), solution)
    if report is not None:
        typer.echo(f"\nbrief written to {report}")


def _draw(console: Console, solution: Solution) -> None:
    """Print the forecast, the first moves, the beliefs, the certificate and where the numbers come from."""
    from standoff.cli.tables import print_certificate

    scenario = solution.scenario
    horizon = pluralise(scenario.period.horizon, scenario.period.unit)
    periods = pluralise(scenario.num_periods, "period")
    print_title(console, scenario, f"as of {format_day(scenario.as_of)}, {horizon} ahead, {periods}")
    console.print()
    _draw_probabilities(console, solution)
    _draw_chart(console, solution)
    _draw_timing(console, solution)
    _draw_first_moves(console, solution)
    print_certificate(console, solution)
    _draw_sources(console, solution)


def _find_checkpoints(solution: Solution) -> list[tuple[float, int]]:
    """Pairs of time units ahead and period index, within the horizon; the horizon itself is always among them."""
    period = solution.scenario.period
    found = []
    for units in sorted({unit for unit in CHECKPOINTS if unit <= period.horizon} | {period.horizon}):
        periods = units / period.length
        if abs(periods - round(periods)) < 1e-9 and periods >= 1:
            found.append((units, round(periods) - 1))
    return found


def _draw_probabilities(console: Console, solution: Solution) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    scenario, found = solution.scenario, solution.forecast
    checkpoints = _find_checkpoints(solution)
    headings = (
        f"{scenario.period.unit} {units:g}\n{format_short_day(scenario.find_date(k + 1))}" for units, k in checkpoints
    )
    table = make_table("probability by", *headings)
    for n, series in enumerate(found.outcomes.values()):
        name = Text(f"{_choose_letter(n)} ", style=COLOURS[n % len(COLOURS)]) + Text(series.label)
        table.add_row(name, *(format_percent(series.cumulative[k]) for _, k in checkpoints))
    table.add_row(Text("· " + found.unresolved_label), *(format_percent(found.unresolved[k]) for _, k in checkpoints))
    table.add_section()
    for series in found.milestones.values():
        cells = (format_percent(series.cumulative[k]) for _, k in checkpoints)
        table.add_row(Text("  " + series.label, style="italic"), *cells)
    console.print(table)
    print_note(
        console,
        f"Outcomes (letters) exclude each other and, with “{found.unresolved_label}”, sum to 100 %. "
        "Milestones (italics) can overlap.\n",
    )


def _choose_letter(n: int) -> str:
    return chr(ord("A") + n)


def _draw_chart(console: Console, solution: Solution) -> None:
    """Print a line for each date, in which the width of a band is the probability of an outcome."""
    import numpy as np
    from rich.text import Text

    found, period = solution.forecast, solution.scenario.period
    periods = len(found.unresolved)
    console.print(f"{period.unit}s ahead, from 0 to 100 %")
    step = max(1, -(-periods // CHART_ROWS))
    for k in range(step - 1, periods, step):
        probabilities = [series.cumulative[k] for series in found.outcomes.values()]
        edges = np.round(np.cumsum([0.0, *probabilities]) * CHART_WIDTH).astype(int)
        line = Text(f"{(k + 1) * period.length:4g} ")
        for n, (left, right) in enumerate(pairwise(edges)):
            line.append(_choose_letter(n) * (right - left), style=COLOURS[n % len(COLOURS)])
        line.append("·" * (CHART_WIDTH - int(edges[-1])), style="dim")
        console.print(line)
    console.print()


def _draw_timing(console: Console, solution: Solution) -> None:
    found, period = solution.forecast, solution.scenario.period
    mean = found.mean_duration * period.length
    over = found.median_duration
    median = f"more than {period.horizon:g}" if over is None else f"{over * period.length:g}"
    console.print(
        f"Length of the crisis: median {median} {period.unit}s, mean {mean:.1f} (open crises count as ending at the horizon)"
    )
    for player in solution.equilibrium.game.players:
        if player.name in found.beliefs:
            series = found.beliefs[player.name]
            last = float(series[-1])
            later = f"{format_percent(last)} on average if the crisis is open at the horizon"
            if math.isnan(last):
                later = "too few crises are still open at the horizon for a mean"
            console.print(
                f"Belief in {player.player_types[1]} ({player.label}): {format_percent(series[0])} now, {later}"
            )
    console.print()


def _draw_first_moves(console: Console, solution: Solution) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    found = solution.forecast
    if not found.first_moves:
        console.print("No player can move before nature does.\n")
        return
    console.print(Text("What each side would do now", style="bold"))
    labels = solution.equilibrium.game.labels
    players = {player.name: player.label for player in solution.equilibrium.game.players}
    shared = [(move.stage, move.player) for move in found.first_moves]
    for stage, player in dict.fromkeys(shared):
        moves = [move for move in found.first_moves if (move.stage, move.player) == (stage, player)]
        is_shared = any(other != player for where, other in shared if where == stage)
        headings = [move.player_type if len(moves) > 1 else "" for move in moves]
        if moves[0].posteriors:
            headings.append(f"belief in {moves[1].player_type} after")
        table = make_table(labels.get(stage, stage) + (f": {players[player]}" if is_shared else ""), *headings)
        for action in moves[0].strategy:
            cells = [format_percent(move.strategy[action]) for move in moves]
            if moves[0].posteriors:
                cells.append(format_percent(moves[0].posteriors[action]))
            table.add_row(Text(moves[0].labels[action]), *cells)
        console.print(table)
    if any(move.posteriors for move in found.first_moves):
        print_note(
            console, "Columns: probability of each move by private type, and what others believe after seeing it."
        )
    console.print()


def _draw_sources(console: Console, solution: Solution) -> None:
    from rich.text import Text

    from standoff.cli.tables import describe_coverage
    from standoff.scenario import measure_coverage

    coverage = measure_coverage(solution.scenario)
    console.print(Text("\nSources of the numbers", style="bold"))
    console.print(f"  {describe_coverage(coverage)}")
    if coverage.unsourced:
        print_indented(console, "unsourced: " + ", ".join(coverage.unsourced))
