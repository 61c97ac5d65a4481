"""Commands that look at scenarios without solving them: list, check, show, init, schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from standoff.cli.run import Overrides, ScenarioName

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("list")(list_catalogue)
    app.command("check")(check)
    app.command("show")(show)
    app.command("init")(init)
    app.command("schema")(schema)


def list_catalogue(
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the scenarios that come with standoff."""
    from standoff.catalog import GROUPS, list_scenarios
    from standoff.catalog.opening import load

    groups = {group: [load(name) for name in list_scenarios(group)] for group in GROUPS}
    if as_json:
        rows = [
            {
                "id": item.id,
                "group": group,
                "title": item.title,
                "as_of": item.as_of.isoformat(),
                "scenario_hash": item.scenario_hash,
            }
            for group, scenarios in groups.items()
            for item in scenarios
        ]
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    widest = max(len(item.id) for scenarios in groups.values() for item in scenarios)
    for group, scenarios in groups.items():
        console.print(Text(GROUPS[group], style="bold"))
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
        table.add_column(min_width=widest)
        for item in scenarios:
            table.add_row(item.id, Text(item.title))
        console.print(table)


def check(
    scenario: ScenarioName,
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Check a scenario file: every fault with its line, or where its numbers come from."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    from standoff.game.compile import compile_game
    from standoff.scenario import measure_coverage

    game = compile_game(loaded)
    coverage = measure_coverage(loaded)
    if as_json:
        sys.stdout.write(
            json.dumps(
                {
                    "scenario": loaded.id,
                    "scenario_hash": loaded.scenario_hash,
                    "states": dict(zip((layer.name for layer in game.epochs[0].layers), game.num_states, strict=True)),
                    "sources": dict(coverage.sources),
                    "unsourced": list(coverage.unsourced),
                },
                indent=1,
            )
            + "\n"
        )
        return
    from rich.console import Console

    from standoff.cli.solution_tables import draw_check

    draw_check(Console(highlight=False), loaded)


def show(scenario: ScenarioName, overrides: Overrides = None) -> None:
    """Show the game as a person reads it: players, moves, who knows what."""
    from rich.console import Console

    from standoff.catalog.opening import load
    from standoff.cli.game_tree import draw_scenario

    draw_scenario(Console(highlight=False), load(scenario, overrides=list(overrides or [])))


def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, for example crisis.yaml.")],
) -> None:
    """Write a small commented scenario to start from."""
    from standoff.catalog.opening import write_starter

    write_starter(path)
    typer.echo(f"wrote {path}; next: standoff check {path}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from standoff.scenario import build_json_schema

    sys.stdout.write(json.dumps(build_json_schema(), indent=1) + "\n")
