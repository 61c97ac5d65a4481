"""`standoff map`: which outcome of a crisis is most likely, over two of its parameters."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    Overrides,
    ScenarioName,
    Target,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.solvers import CheckedTolerance, ExecutorName, KeepFolder, RayAddress, Workers, open_solvers
from standoff.errors import InputError, Problem
from standoff.text import format_day, format_percent, pluralise

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.regime_map import RegimeMap

__all__ = ["register"]

MOST_BORDER_LINES = 12
"""Points of the border that are printed."""
_AXIS = "NAME[=LOW:HIGH:COUNT]"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("map", short_help="Map the most likely outcome over two parameters.")(regime_map)


def regime_map(
    scenario: ScenarioName,
    x: Annotated[
        str,
        typer.Option(
            "--x",
            metavar=_AXIS,
            help="Parameter of the horizontal axis, over its range or COUNT values from LOW to HIGH.",
        ),
    ],
    y: Annotated[str, typer.Option("--y", metavar=_AXIS, help="Parameter of the vertical axis.")],
    overrides: Overrides = None,
    target: Target = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Also write the grid, as .csv or .parquet."),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepFolder = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: CheckedTolerance = 5e-3,
    as_json: AsJson = False,
) -> None:
    """Map the most likely outcome over two parameters, and the border where it flips.

    With --target, also show the probability of the target, and compare outcomes by its date instead of the horizon.
    """
    loaded = load_scenario(scenario, overrides)
    if output is not None:
        from standoff.storing import check_writable

        if output.suffix not in {".csv", ".parquet"}:
            message = f"`{output}` ends in neither .csv nor .parquet"
            raise InputError(Problem("unknown-format", message, help="give the file one of these endings"))
        check_writable(output, "the map")
    from standoff.analysis.regime_map import regime_map as solve_map

    settings = make_settings(belief_points, belief_tolerance)
    solvers = open_solvers(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solvers as (solver, progress):
        found = solve_map(loaded, x, y, target=target, settings=settings, executor=solver, progress=progress)
    if output is not None:
        from standoff.export.regime_map import map_to_csv, map_to_parquet
        from standoff.storing import write_whole

        write_whole(output, map_to_csv(found) if output.suffix == ".csv" else map_to_parquet(found), "the map")
    if as_json:
        print_json(found.to_json())
        return
    _draw(open_console(), found, with_target=target is not None)
    if output is not None:
        typer.echo(f"\ngrid written to {output}")


def _draw(console: Console, found: RegimeMap, *, with_target: bool) -> None:
    from rich.text import Text

    from standoff.analysis.targets import describe_target

    scenario = found.scenario
    day = format_day(scenario.find_date(found.target.periods or scenario.num_periods))
    axes = f"vertical: {found.y.name}, horizontal: {found.x.name}"
    print_title(console, scenario, f"Most likely outcome by {day} ({axes})")
    console.print()
    dominant = found.dominant
    letters = [chr(ord("A") + k) for k in range(len(found.outcomes))]
    _draw_grid(console, found, [[letters[k] if k >= 0 else "?" for k in row] for row in dominant.tolist()])
    console.print()
    for k in sorted(set(dominant.ravel().tolist()) - {-1}):
        console.print(Text(f"{letters[k]}: {found.labels[k]}"))
    if with_target:
        console.print(Text(f"\n{describe_target(scenario, found.target)}", style="bold"))
        probabilities = [
            ["?" if math.isnan(value) else format_percent(value) for value in row]
            for row in found.target_probabilities.tolist()
        ]
        _draw_grid(console, found, probabilities)
    console.print()
    _draw_border(console, found)
    for i, j, reason in found.failures:
        point = f"{found.x.name}={found.x.values[i]:.4g}, {found.y.name}={found.y.values[j]:.4g}"
        console.print(Text(f"?: not solved at {point}: {reason}", style="yellow"))
    certificate = found.certificate
    console.print(
        Text(
            f"{pluralise(certificate.solves, 'solve')}, largest residual {certificate.residual:.0e}; largest probability "
            f"error {certificate.belief_error:.0e} on {pluralise(certificate.num_checked, 'checked point')} (with "
            f"{certificate.belief_points} belief points or more). Scenario {scenario.scenario_hash[:16]}."
        )
    )


def _draw_grid(console: Console, found: RegimeMap, cells: list[list[str]]) -> None:
    """Print a cell for each point of the grid, the second parameter upwards."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for _ in range(len(found.x.values) + 1):
        table.add_column(justify="right", no_wrap=True)
    for j in reversed(range(len(found.y.values))):
        table.add_row(f"{found.y.values[j]:.4g}", *(row[j] for row in cells))
    table.add_row("", *(f"{value:.4g}" for value in found.x.values), style="dim")
    console.print(table)


def _draw_border(console: Console, found: RegimeMap) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    if not found.border:
        console.print("The most likely outcome is the same everywhere on this map.")
        return
    labels = dict(zip(found.outcomes, found.labels, strict=True))
    table = make_table("flips between", f"at {found.x.name}", found.y.name)
    for point in found.border[:MOST_BORDER_LINES]:
        table.add_row(Text(f"{labels[point.first]} and {labels[point.second]}"), f"{point.x:.4g}", f"{point.y:.4g}")
    console.print(table)
    if len(found.border) > MOST_BORDER_LINES:
        rest = pluralise(len(found.border) - MOST_BORDER_LINES, "more point")
        print_note(console, f"and {rest} of the border (all of them with --json)")
