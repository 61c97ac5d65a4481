"""A solved crisis as a person reads it in a terminal."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from standoff.analysis.solution import Solution
from standoff.game.compile import compile_game
from standoff.scenario import Scenario, measure_coverage
from standoff.version import versions

if TYPE_CHECKING:
    from standoff.analysis.forecast import Forecast  # loads the solver, which `check` does not need

__all__ = ["draw_certificate", "draw_check", "draw_solution", "percent"]

CHECKPOINTS = (1, 2, 4, 8, 13, 26)
# Okabe-Ito colours; every band also has its own letter, so that nothing hangs on colour alone
COLOURS = ("#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#E69F00", "#0072B2", "#F0E442")
CHART_WIDTH = 60
CHART_ROWS = 14


def percent(probability: float) -> str:
    """Whole per cent, never 0 or 100 for what is only nearly so.

    Examples:
        >>> percent(0.004), percent(0.256), percent(0.9999), percent(0.0)
        ('<1 %', '26 %', '>99 %', '0 %')
    """
    if 0 < probability < 0.005:
        return "<1 %"
    if 0.995 <= probability < 1:
        return ">99 %"
    return f"{100 * probability:.0f} %"


def draw_solution(console: Console, solution: Solution) -> None:
    """Print the forecast, the first moves, the beliefs, the certificate and where the numbers come from."""
    scenario = solution.scenario
    found = solution.forecast
    console.print(Text(scenario.title, style="bold"))
    units = f"{scenario.period.horizon:g} {scenario.period.unit}s"
    console.print(f"as of {scenario.as_of:%-d %B %Y}, {units} ahead, {scenario.num_periods} periods")
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    console.print()
    _probabilities(console, solution, found)
    _chart(console, found)
    _timing(console, solution, found)
    _first_moves(console, solution, found)
    draw_certificate(console, solution)
    _sources(console, solution)


def _checkpoints(solution: Solution) -> list[tuple[int, int]]:
    """Pairs of units ahead and period index, within the horizon; the horizon itself is always among them."""
    period = solution.scenario.period
    ends = sorted({unit for unit in CHECKPOINTS if unit <= period.horizon} | {period.horizon})
    found = []
    for unit in ends:
        periods = unit / period.length
        if abs(periods - round(periods)) < 1e-9 and periods >= 1:
            found.append((unit, round(periods) - 1))
    return [(int(unit) if unit == int(unit) else unit, k) for unit, k in found]  # type: ignore[misc]


def _probabilities(console: Console, solution: Solution, found: Forecast) -> None:
    scenario = solution.scenario
    marks = _checkpoints(solution)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("probabilities by")
    for unit, k in marks:
        table.add_column(
            f"{scenario.period.unit} {unit}\n{scenario.date_of_period(k + 1):%-d %b}", justify="right", no_wrap=True
        )
    for n, series in enumerate(found.outcomes):
        name = Text(f"{_letter(n)} ", style=COLOURS[n % len(COLOURS)]) + Text(series.label)
        table.add_row(name, *(percent(series.cumulative[k]) for _, k in marks))
    table.add_row(Text("· " + found.unresolved_label), *(percent(found.unresolved[k]) for _, k in marks))
    table.add_section()
    for series in found.milestones:
        table.add_row(Text("  " + series.label, style="italic"), *(percent(series.cumulative[k]) for _, k in marks))
    console.print(table)
    console.print(Text("Ends (letters) exclude each other; the lines in italics may overlap.\n", style="dim"))


def _letter(n: int) -> str:
    return chr(ord("A") + n)


def _chart(console: Console, found: Forecast) -> None:
    """Each line a date, each band an outcome, as wide as it is likely."""
    periods = len(found.unresolved)
    step = max(1, -(-periods // CHART_ROWS))
    for k in range(step - 1, periods, step):
        shares = [series.cumulative[k] for series in found.outcomes]
        edges = np.round(np.cumsum([0.0, *shares]) * CHART_WIDTH).astype(int)
        line = Text(f"{k + 1:4d} ")
        for n, (left, right) in enumerate(pairwise(edges)):
            line.append(_letter(n) * (right - left), style=COLOURS[n % len(COLOURS)])
        line.append("·" * (CHART_WIDTH - int(edges[-1])), style="dim")
        console.print(line)
    console.print()


def _timing(console: Console, solution: Solution, found: Forecast) -> None:
    period = solution.scenario.period
    mean = found.mean_duration * period.length
    over = found.median_duration
    median = f"more than {period.horizon:g}" if over is None else f"{over * period.length:g}"
    console.print(f"Length of the crisis: median {median} {period.unit}s, mean {mean:.1f} (cut at the horizon)")
    for player in solution.equilibrium.game.players:
        if player.name in found.beliefs:
            series = found.beliefs[player.name]
            console.print(
                f"Belief that {player.label} is {player.player_types[1]}: {percent(series[0])} now, "
                f"{_last(series)} among crises still open at the horizon"
            )
    console.print()


def _last(series: NDArray[np.float64]) -> str:
    return "-" if np.isnan(series[-1]) else percent(float(series[-1]))


def _first_moves(console: Console, solution: Solution, found: Forecast) -> None:
    if not found.first_moves:
        console.print("Nobody can move before something else has happened.\n")
        return
    console.print(Text("What each side would do now", style="bold"))
    labels = solution.equilibrium.game.labels
    players = {player.name: player.label for player in solution.equilibrium.game.players}
    shared = [(move.stage, move.player) for move in found.first_moves]
    for stage, player in dict.fromkeys(shared):
        moves = [move for move in found.first_moves if (move.stage, move.player) == (stage, player)]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
        is_shared = any(other != player for where, other in shared if where == stage)
        table.add_column(labels.get(stage, stage) + (f": {players[player]}" if is_shared else ""))
        for move in moves:
            table.add_column(move.player_type if len(moves) > 1 else "", justify="right", no_wrap=True)
        if moves[0].posteriors:
            table.add_column(f"then {moves[1].player_type}?", justify="right", no_wrap=True)
        for action in moves[0].strategy:
            cells = [percent(move.strategy[action]) for move in moves]
            if moves[0].posteriors:
                cells.append(percent(moves[0].posteriors[action]))
            table.add_row(moves[0].labels[action], *cells)
        console.print(table)
    console.print(
        Text("The last column is what the move would make the others believe of the mover.\n", style="dim")
        if any(move.posteriors for move in found.first_moves)
        else ""
    )


def draw_certificate(console: Console, solution: Solution) -> None:
    """Print how good a solution is and what it was made with."""
    certificate = solution.equilibrium.certificate
    points = " x ".join(str(n) for n in certificate.belief_points) or "none"
    console.print(Text("Certificate", style="bold"))
    console.print(
        f"  residual {certificate.residual:.1e}   regret {certificate.regret:.2g}   belief points {points}   "
        f"probability error {certificate.belief_error:.1e}   consistency gap {certificate.consistency_gap:.1e}"
    )
    console.print(
        f"  branch {certificate.branch}: {certificate.nodes:,} nodes, {certificate.unique:,} proved unique, "
        f"{certificate.traced:,} traced from rationality 0, {certificate.folds:,} folds"
    )
    if certificate.is_unique:
        console.print("  no other equilibrium: every node's solution is proved unique, given what follows it")
    if solution.scenario.period.continues:
        console.print(
            f"  stationary: one more period changes no value by more than {certificate.stationary_change:.1e}"
        )
    console.print(
        f"  scenario {solution.scenario.id} {solution.scenario.scenario_hash[:12]}, "
        + ", ".join(f"{name} {version}" for name, version in versions().items())
    )


def _sources(console: Console, solution: Solution) -> None:
    coverage = measure_coverage(solution.scenario)
    console.print(Text("\nWhere the numbers come from", style="bold"))
    console.print(
        f"  {coverage.counts['evidence']} with evidence, {coverage.counts['judgement']} by judgement, "
        f"{coverage.counts['none']} unsourced"
    )
    if coverage.unsourced:
        console.print("  unsourced: " + ", ".join(coverage.unsourced))


def draw_check(console: Console, scenario: Scenario) -> None:
    """Print that a scenario has no faults, how large its game is, and where its numbers come from."""
    coverage = measure_coverage(scenario)
    console.print(Text(f"{scenario.id}: no faults", style="bold"))
    game = compile_game(scenario)
    layers = game.epochs[0].layers
    beyond = " and so on for ever" if scenario.period.continues else ""
    console.print(
        f"{len(layers)} layers a period, at most {max(game.num_states)} states in one, "
        f"{scenario.num_periods} periods{beyond}, {len(game.packages)} packages"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading, side in (
        ("parameter", "left"),
        ("value", "right"),
        ("range", "left"),
        ("unit", "left"),
        ("source", "left"),
    ):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for name, parameter in scenario.parameters.items():
        spread = f"{parameter.range[0]:g} to {parameter.range[1]:g}" if parameter.range is not None else ""
        documents = ", ".join(dict.fromkeys(item.document for item in parameter.evidence))
        source = documents or {"judgement": "judgement", "none": "UNSOURCED"}.get(coverage.sources[name], "")
        table.add_row(Text(name), Text(str(parameter.value)), spread, Text(parameter.unit or ""), Text(source))
    console.print(table)
    console.print(
        f"{coverage.counts['evidence']} with evidence, {coverage.counts['judgement']} by judgement, "
        f"{coverage.counts['none']} unsourced"
    )
