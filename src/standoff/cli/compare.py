"""`standoff compare`: two scenarios, or two dates of one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
)
from standoff.cli.progress import progress_bar
from standoff.text import UNKNOWN, format_day, format_percent, shorten

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.compare import Comparison

__all__ = ["register"]

LONGEST = 60
"""Characters of a differing part that are printed."""


class _Alignment(StrEnum):
    date = "date"
    ahead = "ahead"


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("compare", short_help="Compare two crises, or one crisis as of two dates.")(compare)


def compare(
    first: Annotated[
        str, typer.Argument(metavar="FIRST", help="Name of a scenario of the catalogue, or path of a scenario file.")
    ],
    second: Annotated[
        str, typer.Argument(metavar="SECOND", help="Another scenario, or the same scenario as of another date.")
    ],
    first_set: Annotated[
        list[str] | None,
        typer.Option("--first-set", metavar="NAME=VALUE", help="Override a value of the first scenario. Repeatable."),
    ] = None,
    second_set: Annotated[
        list[str] | None,
        typer.Option("--second-set", metavar="NAME=VALUE", help="Override a value of the second scenario. Repeatable."),
    ] = None,
    align: Annotated[
        _Alignment,
        typer.Option(
            "--align",
            help="`date`: match probabilities by calendar day; `ahead`: by the time after each scenario's `as_of`.",
        ),
    ] = _Alignment.date,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Compare two crises: probabilities by date, and the numbers and structure in which they differ."""
    before, after = load_scenario(first, first_set), load_scenario(second, second_set)
    from standoff.analysis.compare import compare as compare_scenarios

    with progress_bar() as progress:
        settings = make_settings(belief_points, belief_tolerance)
        found = compare_scenarios(before, after, settings, alignment=align.value, progress=progress)
    if as_json:
        print_json(found.to_json())
    else:
        _draw(open_console(), found)


def _draw(console: Console, found: Comparison) -> None:
    from rich.text import Text

    from standoff.cli.tables import (
        find_date_columns,
        make_table,
        print_certificates,
        print_moves,
        print_values,
        tabulate_changes,
    )

    sides = [("first", found.before), ("second", found.after)]
    for heading, side in sides:
        overrides = "".join(f"; {change}" for change in side.scenario.overrides)
        console.print(Text(f"{heading:6} {side.name}, as of {format_day(side.scenario.as_of)}{overrides}"))
    console.print()
    columns = find_date_columns(found.probabilities, found.before)
    table = make_table("probability (first, second) by", *(heading for heading, _ in columns))
    for row in found.probabilities.probabilities:
        style = "italic" if row.kind == "milestone" else ""
        cells = [
            f"{format_percent(float(row.before[index]))}, {format_percent(float(row.after[index]))}"
            for _, index in columns
        ]
        table.add_row(Text(row.label, style=style), *cells)
    console.print(table)
    if found.probabilities.alignment == "ahead":
        print_note(console, "Dates are those of the first; the second is as far ahead of its own start.")
    console.print()
    console.print(tabulate_changes(found.probabilities, found.before))
    error = 100 * found.probabilities.probability_error
    print_note(console, f"none: no difference beyond the error of both solutions, {error:.2g} points\n")
    _draw_parameters(console, found)
    console.print()
    if found.structure:
        parts = make_table("structure", "name", "first", "second", left=4)
        for part in found.structure:
            texts = (Text(shorten(text, LONGEST) or UNKNOWN) for text in (part.before, part.after))
            parts.add_row(part.kind, Text(part.name), *texts)
        console.print(parts)
    else:
        console.print("The structure is the same.")
    console.print()
    print_moves(console, "first", [("second", found.probabilities)])
    console.print()
    print_values(console, "first", [("second", found.probabilities)])
    print_note(console, "The certificate does not bound the errors of first moves and values.\n")
    print_certificates(console, sides)


def _draw_parameters(console: Console, found: Comparison) -> None:
    from rich.text import Text

    from standoff.cli.tables import format_value, make_table

    if not found.parameters:
        console.print("All parameters have the same values.")
        return
    table = make_table("parameter", "first", "second", "")
    for one in found.parameters:
        values = (UNKNOWN if value is None else format_value(value) for value in (one.before, one.after))
        units = " / ".join(dict.fromkeys(filter(None, (one.unit_before, one.unit_after))))
        has_other_range = one.before == one.after and one.range_before != one.range_after
        table.add_row(Text(one.name), *values, Text(units + (" (different range)" if has_other_range else "")))
    console.print(table)
