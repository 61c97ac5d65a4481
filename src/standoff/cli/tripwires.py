"""`standoff tripwires`: the smallest change in one number that flips the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.solvers import ExecutorName, KeepFolder, RayAddress, Workers, open_solvers
from standoff.text import UNKNOWN, format_percent

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.tripwires import Tripwires

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("tripwires", short_help="Find the smallest change that flips the answer.")(tripwires)


def tripwires(
    scenario: ScenarioName,
    overrides: Overrides = None,
    answer: Annotated[
        str | None,
        typer.Option(
            "--answer",
            metavar="ANSWER",
            help="Answer to flip: `strike>deal` for the more likely of two, `@12` or `@2026-06-01` for the most likely outcome "
            "by then (default: the most likely outcome eight weeks ahead).",
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", metavar="NAME", help="Examine this parameter only. Repeatable."),
    ] = None,
    num_strongest: Annotated[
        int | None,
        typer.Option(
            "--strongest",
            metavar="N",
            min=1,
            help="Examine only the N parameters with the largest derivative (default: all).",
        ),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepFolder = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Find the smallest change in each parameter that flips the answer."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.solution import solve
    from standoff.analysis.tripwires import choose_ranges, parse_answer
    from standoff.analysis.tripwires import tripwires as find_tripwires

    parse_answer(loaded, answer)  # a wrong name is reported before the solve
    choose_ranges(loaded, parameters)
    solvers = open_solvers(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solvers as (solver, progress):
        found = find_tripwires(
            solve(loaded, make_settings(belief_points, belief_tolerance)),
            answer,
            parameters=parameters,
            num_strongest=num_strongest,
            executor=solver,
            progress=progress,
        )
    if as_json:
        print_json(found.to_json())
    else:
        _draw(open_console(), found)


def _draw(console: Console, found: Tripwires) -> None:
    from rich.text import Text

    from standoff.cli.tables import format_source, format_value, make_table, print_provenance

    print_title(console, found.scenario)
    console.print("The answer now, marked ->, is the most likely of these:")
    for k, (label, probability) in enumerate(zip(found.candidate_labels, found.probabilities, strict=True)):
        mark = "->" if k == found.answer else "  "
        console.print(Text(f"{mark} {label}: {format_percent(float(probability))}"))
    console.print(f"It leads the next by {100 * found.lead:.2g} percentage points.\n")
    if found.flipping:
        table = make_table("parameter", "source", "new answer", "value", "flips at", "change", "share of range", left=3)
        for row in found.flipping:
            assert row.flips_at is not None
            assert row.answer is not None
            change = f"{100 * (row.flips_at / row.value - 1):+.2g} %" if row.value else UNKNOWN
            table.add_row(
                Text(row.name),
                format_source(row.source),
                Text(f"{found.candidate_labels[row.answer]}: {format_percent(float(row.probabilities[row.answer]))}"),
                format_value(row.value),
                format_value(row.flips_at),
                change,
                format_percent(row.share_of_range),
            )
        console.print(table)
    else:
        console.print("No single parameter flips the answer at any value examined within its range.")
    stable = [row.name for row in found.rows if row.flips_at is None and not row.failures]
    if stable and found.flipping:
        console.print(f"\n{len(stable)} other parameters: no value examined within the range flips the answer.")
    if found.skipped:
        console.print(f"\n{len(found.skipped)} parameters with smaller derivatives were not examined.")
    print_note(
        console,
        "Examined: both ends of every range, and the point halfway to an end at which the lead is halved; the flip is then "
        "located to a hundredth of the range. An answer that flips and flips back in between is missed.",
    )
    for row in found.unknown:
        console.print(Text(f"{row.name}: unknown, because there is no solution at {row.failures[0]}", style="yellow"))
    console.print()
    print_provenance(console, found.scenario, found.certificate)
