"""`standoff whatif`: variants of a crisis beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, ScenarioName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from standoff.analysis.whatif import WhatIf

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("whatif")(whatif)


def whatif(
    scenario: ScenarioName,
    variants: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="VARIANT",
            help="A variant: one or more changes, joined by `;`, with a name before them if wanted, e.g. "
            "fleet_cost=0.008, nature.mediation=off, or 'hawks: usa.types.resolved=0.7; iran.types.hardline=0.8'.",
        ),
    ] = None,
    base: Annotated[
        list[str] | None,
        typer.Option("--base", metavar="NAME=VALUE", help="Change the crisis itself, and so every variant."),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Change a crisis and see what changes: probabilities by date, first moves, values."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(base or []))
    from standoff.analysis.whatif import whatif as compare_variants
    from standoff.solve.equilibrium import Settings

    with progress_bar() as progress:
        settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        found = compare_variants(loaded, list(variants or []), settings, progress=progress)
    if as_json:
        from standoff.cli.tables import print_json

        print_json(found)
    else:
        _draw(found)


def _draw(found: WhatIf) -> None:
    from rich.console import Console
    from rich.text import Text

    from standoff.cli.tables import change_by_date, draw_made_of, draw_moves, draw_values

    console = Console(highlight=False, soft_wrap=False)
    scenario = found.base.scenario
    console.print(Text(scenario.title, style="bold"))
    console.print(f"as of {scenario.as_of:%-d %B %Y}")
    if scenario.overrides:
        console.print(Text("changed in all: " + "; ".join(scenario.overrides), style="yellow"))
    numbers = [str(k + 1) for k in range(len(found.variants))]
    for number, side in zip(numbers, found.variants, strict=True):
        changes = "; ".join(side.scenario.overrides[len(scenario.overrides) :])
        text = side.name if side.name == changes else f"{side.name}: {changes}"
        same = " (the same as it is)" if side.scenario.scenario_hash == scenario.scenario_hash else ""
        console.print(Text(f"{number}  {text}{same}"))
    _draw_side_by_side(console, found, numbers)
    for number, difference in zip(numbers, found.differences, strict=True):
        console.print()
        console.print(Text(f"variant {number}", style="bold"))
        console.print(change_by_date(difference, found.base))
        console.print(
            Text(
                f"none: no difference beyond the error of both solutions, {100 * difference.probability_error:.2g} points",
                style="dim",
            )
        )
    pairs = list(zip((f"variant {number}" for number in numbers), found.differences, strict=True))
    console.print()
    draw_moves(console, "as it is", pairs)
    console.print()
    draw_values(console, "as it is", pairs)
    console.print(Text("The certificate knows no error of first moves and worths.\n", style="dim"))
    sides = [
        ("as it is", found.base),
        *((heading, side) for (heading, _), side in zip(pairs, found.variants, strict=True)),
    ]
    draw_made_of(console, sides)


def _draw_side_by_side(console: Console, found: WhatIf, numbers: Sequence[str]) -> None:
    """Print the probabilities of all by the last date that all have."""
    from rich.text import Text

    from standoff.cli.tables import new_table, percent_or_dash

    common = set.intersection(*(set(difference.dates) for difference in found.differences))
    if not common:
        return
    day = max(common)
    places = [difference.dates.index(day) for difference in found.differences]
    console.print()
    table = new_table(f"probabilities by {day:%-d %B %Y}", "as it is", *(f"variant {number}" for number in numbers))
    rows: dict[tuple[str, str], list[float]] = {}
    labels: dict[tuple[str, str], str] = {}
    for column, (difference, place) in enumerate(zip(found.differences, places, strict=True), 1):
        for row in difference.probabilities:
            cells = rows.setdefault((row.kind, row.name), [math.nan] * (len(numbers) + 1))
            labels.setdefault((row.kind, row.name), row.label)
            cells[0], cells[column] = float(row.before[place]), float(row.after[place])
    for key, cells in rows.items():
        style = "italic" if key[0] == "milestone" else ""
        table.add_row(Text(labels[key], style=style), *map(percent_or_dash, cells))
    console.print(table)
