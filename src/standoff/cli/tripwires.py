"""`standoff tripwires`: the smallest change in one number that flips the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName
from standoff.cli.solving_options import ExecutorName, KeepIn, RayAddress, Workers, many_solves

if TYPE_CHECKING:
    from standoff.analysis.tripwires import Tripwires

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("tripwires")(tripwires)


def tripwires(
    scenario: ScenarioName,
    overrides: Overrides = None,
    answer: Annotated[
        str | None,
        typer.Option(
            "--answer",
            metavar="ANSWER",
            help="What is to flip: `strike>deal` for which of two is the likelier, `@12` or `@2026-06-01` for the likeliest "
            "outcome by then; by eight weeks if not said.",
        ),
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option("--parameter", metavar="NAME", help="Look at this parameter only.")
    ] = None,
    num_strongest: Annotated[
        int | None,
        typer.Option(
            "--strongest",
            metavar="N",
            min=1,
            help="Look only at the N numbers that move the lead farthest by derivative; at all if not said.",
        ),
    ] = None,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    workers: Workers = None,
    keep: KeepIn = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Find the smallest change in each number that flips the answer."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.solution import solve
    from standoff.analysis.tripwires import chosen_ranges, parse_answer
    from standoff.analysis.tripwires import tripwires as find_tripwires
    from standoff.solve.equilibrium import Settings

    parse_answer(loaded, answer)  # rather than after the solve
    chosen_ranges(loaded, parameters)
    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    solves = many_solves(loaded, executor, workers=workers, ray_address=ray_address, keep=keep)
    with solves as (solver, progress):
        found = find_tripwires(
            solve(loaded, settings),
            answer,
            parameters=parameters,
            num_strongest=num_strongest,
            executor=solver,
            progress=progress,
        )
    if as_json:
        from standoff.cli.tables import print_json

        print_json(found)
    else:
        _draw(found)


def _draw(found: Tripwires) -> None:
    from rich.console import Console
    from rich.text import Text

    from standoff.cli.solution_tables import percent
    from standoff.cli.tables import draw_source_of_numbers, new_table, quantity, source_mark

    console = Console(highlight=False, soft_wrap=False)
    scenario = found.scenario
    console.print(Text(scenario.title, style="bold"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    console.print("which is the likeliest of")
    for k, (label, probabilities) in enumerate(zip(found.candidate_labels, found.probabilities, strict=True)):
        mark = "->" if k == found.answer else "  "
        console.print(Text(f"{mark} {label}: {percent(float(probabilities))}"))
    console.print(f"It is ahead by {100 * found.lead:.2g} points.\n")
    if found.flipping:
        table = new_table("parameter", "source", "then", "value", "flips at", "change", "of range", left=3)
        for row in found.flipping:
            assert row.flips_at is not None
            assert row.answer is not None
            share = f"{100 * (row.flips_at / row.value - 1):+.2g} %" if row.value else "-"
            table.add_row(
                Text(row.name),
                source_mark(row.source),
                Text(f"{found.candidate_labels[row.answer]}: {percent(float(row.probabilities[row.answer]))}"),
                quantity(row.value),
                quantity(row.flips_at),
                share,
                percent(row.share_of_range),
            )
        console.print(table)
    else:
        console.print("No value of any single parameter looked at within its range flips the answer.")
    quiet = [row.name for row in found.rows if row.flips_at is None and not row.failures]
    if quiet and found.flipping:
        console.print(f"\n{len(quiet)} other parameters: no value looked at within the range flips it.")
    if found.skipped:
        console.print(f"\n{len(found.skipped)} more, which move the lead less by derivative, were not looked at.")
    console.print(
        Text(
            "Looked at both ends of every range, and halfway to an end at which the lead is halved; then narrowed down to a "
            "hundredth of the range. What flips and flips back in between is not seen.",
            style="dim",
        )
    )
    for row in found.unknown:
        console.print(Text(f"{row.name}: not known, as there is no solution at {row.failures[0]}", style="yellow"))
    console.print()
    draw_source_of_numbers(console, scenario, found.certificate)
