"""`standoff indicators`: which observable events of the next period would move the forecast (indicators and warnings)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    Targets,
    load_scenario,
    make_settings,
    open_console,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.text import format_day, format_precise_percent

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.indicators import Indicator, Indicators
    from standoff.analysis.solution import Solution

__all__ = ["register"]

IN_WORDS = 3
"""Number of events that are also described in sentences."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("indicators", short_help="Rank the events of the next period as indicators.")(indicators)


def indicators(
    scenario: ScenarioName,
    targets: Targets = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Show the N most informative events.")] = 12,
    show_all: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Also show the possible consequences of each move, events that happen only after a targeted milestone, and "
            "events that an outsider would not notice.",
        ),
    ] = False,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Rank the observable events of the next period by how far they would move the forecast."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.indicators import indicators as find_indicators
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets

    wanted = parse_targets(loaded, targets)
    with progress_bar() as progress:
        solution = solve(loaded, make_settings(belief_points, belief_tolerance), progress)
        found = find_indicators(solution, wanted)
    if as_json:
        print_json(solution.header_to_json() | found.to_json())
    else:
        _draw(open_console(), solution, found, list(found.events if show_all else found.signs)[:top])


def _draw(console: Console, solution: Solution, found: Indicators, events: list[Indicator]) -> None:
    from rich.table import Table
    from rich.text import Text

    from standoff.cli.tables import print_certificate

    days = f"{format_day(found.starts)} to {format_day(found.ends_on)}"
    print_title(console, solution.scenario, f"Indicators for {days}")
    console.print()
    for label, before in zip(found.target_labels, found.before.targets, strict=True):
        console.print(Text(f"{label}: {format_precise_percent(float(before))} now"))
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("event", ratio=1)
    table.add_column("probability", justify="right", no_wrap=True)
    for label in found.target_labels:
        table.add_column(label, justify="right", max_width=16)
    table.add_column("bits", justify="right", no_wrap=True)
    table.add_column("reported as", max_width=16)
    for event in events:
        table.add_row(
            Text(event.label),
            format_precise_percent(event.probability),
            *(format_precise_percent(float(probability)) for probability in event.after.targets),
            f"{event.gain:.4f}",
            Text(" ".join(event.observed_as), style="dim"),
        )
    console.print(table)
    print_note(
        console,
        "Probability: that the event happens in this period. Target columns: probability of the target after the event, "
        "averaged over everything else. Bits: expected reduction of uncertainty about the targets from learning whether it "
        "happens.\n",
    )
    quiet = [event for event in found.events if event.kind == "quiet" and event not in events[:IN_WORDS]]
    for event in (*events[:IN_WORDS], *quiet):
        for sentence in event.sentences:
            console.print(Text(sentence))
    console.print()
    print_note(
        console,
        f"{found.num_nodes:,} nodes with exact beliefs; probability of histories cut short {found.cut_mass:.1e}; difference "
        f"from the forecast at the belief points {found.gap:.1e}.",
    )
    print_certificate(console, solution)
