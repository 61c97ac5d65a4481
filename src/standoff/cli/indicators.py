"""`standoff watch`: which events of the next period would move the forecast."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName

if TYPE_CHECKING:
    from standoff.analysis.solution import Solution
    from standoff.analysis.watch import WatchEvent, WatchList

__all__ = ["Targets", "register"]

IN_WORDS = 3
"""Events that are also told in sentences."""

Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="NAME[@BY]",
        help="An outcome or milestone, by so many time units ahead or by a date: strike, strike@12, deal@2026-03-30. "
        "Several are possible; by default the first milestone and the first outcome of the file.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("watch")(watch)


def watch(
    scenario: ScenarioName,
    target: Targets = None,
    top: Annotated[int, typer.Option("--top", metavar="N", min=1, help="Show the N events that tell most.")] = 12,
    show_all: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Show also what may come of each move, what happens only once a milestone asked for has been met, and what "
            "nobody outside would notice.",
        ),
    ] = False,
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything, every event, as JSON.")] = False,
) -> None:
    """Say what to watch for in the next period: events, and how far each would move the forecast."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets
    from standoff.analysis.watch import watch as find_indicators
    from standoff.solve.equilibrium import Settings

    targets = parse_targets(loaded, target)
    with progress_bar() as progress:
        settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
        solution = solve(loaded, settings, progress)
        found = find_indicators(solution, targets)
    if as_json:
        sys.stdout.write(json.dumps(solution.header_to_json() | found.document(), indent=1, allow_nan=False) + "\n")
        return
    _draw(solution, found, list(found.events if show_all else found.signs)[:top])


def _draw(solution: Solution, found: WatchList, events: list[WatchEvent]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from standoff.analysis.watch import share
    from standoff.cli.solution_tables import draw_certificate

    console = Console(highlight=False, soft_wrap=False)
    scenario = solution.scenario
    console.print(Text(scenario.title, style="bold"))
    console.print(Text(f"What to watch for from {found.starts:%-d %B %Y} until {found.ends_on:%-d %B %Y}"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    console.print()
    for label, before in zip(found.target_labels, found.before.targets, strict=True):
        console.print(Text(f"{label}: {share(float(before))} now"))
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("event", ratio=1)
    table.add_column("likely", justify="right", no_wrap=True)
    for label in found.target_labels:
        table.add_column(label, justify="right", max_width=16)
    table.add_column("bits", justify="right", no_wrap=True)
    table.add_column("reported as", max_width=16)
    for event in events:
        after = (share(float(probabilities)) for probabilities in event.after.targets)
        codes = " ".join(event.observed_as)
        table.add_row(
            Text(event.label), share(event.probability), *after, f"{event.gain:.4f}", Text(codes, style="dim")
        )
    console.print(table)
    console.print(
        Text(
            "The probabilities are those after the event, averaged over all else that may happen. Bits: "
            "how much less uncertain the "
            "probabilities are, on average, once it is known whether the event happened.\n",
            style="dim",
        )
    )
    quiet = [event for event in found.events if event.kind == "quiet" and event not in events[:IN_WORDS]]
    for event in (*events[:IN_WORDS], *quiet):
        for told in event.sentences:
            console.print(Text(told))
    console.print()
    console.print(
        Text(
            f"{found.num_nodes:,} places walked with exact beliefs; histories cut short {found.cut_mass:.1e} of probability; "
            f"distance from the forecast at belief points {found.gap:.1e}.",
            style="dim",
        )
    )
    draw_certificate(console, solution)
