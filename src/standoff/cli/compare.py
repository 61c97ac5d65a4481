"""`standoff compare`: two scenarios, or two dates of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance
from standoff.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    from standoff.analysis.compare import Comparison

__all__ = ["register"]

ALIGNMENTS = ("date", "ahead")
LONGEST = 60
"""Signs of a differing part that are printed."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("compare")(compare)


def compare(
    first: Annotated[str, typer.Argument(metavar="FIRST", help="A scenario of the catalogue, or a file.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another one, or the same at another date.")],
    first_set: Annotated[
        list[str] | None, typer.Option("--first-set", metavar="NAME=VALUE", help="Change a value of the first.")
    ] = None,
    second_set: Annotated[
        list[str] | None, typer.Option("--second-set", metavar="NAME=VALUE", help="Change a value of the second.")
    ] = None,
    align: Annotated[
        str | None,
        typer.Option(
            "--align",
            metavar="HOW",
            help="`date` (so it is unless told otherwise): by the same day; `ahead`: by the same time after each one's `as_of`.",
        ),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Compare two crises: probabilities by date, numbers that differ, structure that differs."""
    from standoff.catalog.opening import load

    how = align or ALIGNMENTS[0]
    if how not in ALIGNMENTS:
        raise InputError(Problem("alignment", f"`{how}` is no way to match dates", help=nearest(how, ALIGNMENTS)))
    scenarios = [load(name, overrides=list(own or [])) for name, own in ((first, first_set), (second, second_set))]
    from standoff.analysis.compare import compare as compare_scenarios
    from standoff.solve.equilibrium import Settings

    with progress_bar() as progress:
        settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        found = compare_scenarios(
            scenarios[0], scenarios[1], settings, alignment="date" if how == "date" else "ahead", progress=progress
        )
    if as_json:
        from standoff.cli.tables import print_json

        print_json(found)
    else:
        _draw(found)


def _draw(found: Comparison) -> None:
    from rich.console import Console
    from rich.text import Text

    from standoff.cli.tables import (
        change_by_date,
        checkpoints,
        draw_made_of,
        draw_moves,
        draw_values,
        new_table,
        percent_or_dash,
        quantity,
    )

    console = Console(highlight=False, soft_wrap=False)
    sides = [("first", found.before), ("second", found.after)]
    for heading, side in sides:
        overrides = "".join(f"; {change}" for change in side.scenario.overrides)
        console.print(Text(f"{heading:6} {side.name}, as of {side.scenario.as_of:%-d %B %Y}{overrides}"))
    console.print()
    marks = checkpoints(found.probabilities, found.before)
    table = new_table("first, second by", *(heading for heading, _ in marks))
    for row in found.probabilities.probabilities:
        style = "italic" if row.kind == "milestone" else ""
        cells = [
            f"{percent_or_dash(float(row.before[place]))}, {percent_or_dash(float(row.after[place]))}"
            for _, place in marks
        ]
        table.add_row(Text(row.label, style=style), *cells)
    console.print(table)
    if found.probabilities.alignment == "ahead":
        console.print(Text("Dates are those of the first; the second is as far ahead of its own start.", style="dim"))
    console.print()
    console.print(change_by_date(found.probabilities, found.before))
    error = 100 * found.probabilities.probability_error
    console.print(Text(f"none: no difference beyond the error of both solutions, {error:.2g} points\n", style="dim"))
    if found.parameters:
        numbers = new_table("number", "first", "second", "")
        for number in found.parameters:
            values = ("-" if value is None else quantity(value) for value in (number.before, number.after))
            units = " / ".join(dict.fromkeys(filter(None, (number.unit_before, number.unit_after))))
            has_other_range = number.before == number.after and number.range_before != number.range_after
            numbers.add_row(Text(number.name), *values, Text(units + (" (another range)" if has_other_range else "")))
        console.print(numbers)
    else:
        console.print("No number differs.")
    console.print()
    if found.structure:
        parts = new_table("structure", "name", "first", "second", left=4)
        for part in found.structure:
            parts.add_row(part.kind, Text(part.name), Text(_short(part.before) or "-"), Text(_short(part.after) or "-"))
        console.print(parts)
    else:
        console.print("The structure is the same.")
    console.print()
    draw_moves(console, "first", [("second", found.probabilities)])
    console.print()
    draw_values(console, "first", [("second", found.probabilities)])
    console.print(Text("The certificate knows no error of first moves and worths.\n", style="dim"))
    draw_made_of(console, sides)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
