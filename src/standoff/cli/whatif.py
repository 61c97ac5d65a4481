"""`standoff whatif`: a crisis and variants of it, compared."""

from __future__ import annotations

import math
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
from standoff.cli.progress import progress_bar
from standoff.text import format_day, format_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from standoff.analysis.whatif import WhatIf

__all__ = ["Variants", "register"]

Variants = Annotated[
    list[str] | None,
    typer.Option(
        "--variant",
        metavar="CHANGES",
        help="A variant: one or more changes separated by commas, with an optional name, e.g. fleet_cost=0.008 or "
        "'hawks: usa.types.resolved=0.7, nature.mediation=off'. Repeatable.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("whatif", short_help="Compare a crisis with variants of it.")(whatif)


def whatif(
    scenario: ScenarioName,
    variants: Variants = None,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Compare a crisis with variants of it: probabilities by date, first moves, values."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.whatif import whatif as compare_variants

    with progress_bar() as progress:
        settings = make_settings(belief_points, belief_tolerance)
        found = compare_variants(loaded, list(variants or []), settings, progress=progress)
    if as_json:
        print_json(found.to_json())
    else:
        _draw(open_console(), found)


def _draw(console: Console, found: WhatIf) -> None:
    from rich.text import Text

    from standoff.cli.tables import print_certificates, print_moves, print_values, tabulate_changes

    scenario = found.base.scenario
    print_title(console, scenario, f"as of {format_day(scenario.as_of)}")
    numbers = [str(k + 1) for k in range(len(found.variants))]
    for number, side in zip(numbers, found.variants, strict=True):
        changes = ", ".join(side.scenario.overrides[len(scenario.overrides) :])
        text = side.name if side.name == changes else f"{side.name}: {changes}"
        same = " (identical to the base)" if side.scenario.scenario_hash == scenario.scenario_hash else ""
        console.print(Text(f"{number}  {text}{same}"))
    _draw_side_by_side(console, found, numbers)
    for number, difference in zip(numbers, found.differences, strict=True):
        console.print()
        console.print(Text(f"variant {number}", style="bold"))
        console.print(tabulate_changes(difference, found.base))
        error = 100 * difference.probability_error
        print_note(console, f"none: no difference beyond the error of both solutions, {error:.2g} points")
    pairs = list(zip((f"variant {number}" for number in numbers), found.differences, strict=True))
    console.print()
    print_moves(console, "base", pairs)
    console.print()
    print_values(console, "base", pairs)
    print_note(console, "The certificate does not bound the errors of first moves and values.\n")
    sides = [
        ("base", found.base),
        *((heading, side) for (heading, _), side in zip(pairs, found.variants, strict=True)),
    ]
    print_certificates(console, sides)


def _draw_side_by_side(console: Console, found: WhatIf, numbers: Sequence[str]) -> None:
    """Print the probabilities of the base and of all variants by the last date that they share."""
    from rich.text import Text

    from standoff.cli.tables import make_table

    common = set.intersection(*(set(difference.dates) for difference in found.differences))
    if not common:
        return
    day = max(common)
    indices = [difference.dates.index(day) for difference in found.differences]
    console.print()
    table = make_table(f"probability by {format_day(day)}", "base", *(f"variant {number}" for number in numbers))
    rows: dict[tuple[str, str], list[float]] = {}
    labels: dict[tuple[str, str], str] = {}
    for column, (difference, index) in enumerate(zip(found.differences, indices, strict=True), 1):
        for row in difference.probabilities:
            cells = rows.setdefault((row.kind, row.name), [math.nan] * (len(numbers) + 1))
            labels.setdefault((row.kind, row.name), row.label)
            cells[0], cells[column] = float(row.before[index]), float(row.after[index])
    for key, cells in rows.items():
        style = "italic" if key[0] == "milestone" else ""
        table.add_row(Text(labels[key], style=style), *map(format_percent, cells))
    console.print(table)
