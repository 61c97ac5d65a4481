"""`standoff list`, `init` and `schema`: the catalogue, a starter file and the JSON Schema of scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from standoff.cli.common import AsJson, open_console, print_json

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("list")(list_catalogue)
    app.command("init")(init)
    app.command("schema")(schema)


def list_catalogue(as_json: AsJson = False) -> None:
    """List the scenarios that come with standoff, by group."""
    from standoff.catalog import GROUPS, list_scenarios
    from standoff.catalog.opening import load

    groups = {group: [load(name) for name in list_scenarios(group)] for group in GROUPS}
    if as_json:
        print_json(
            [
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
        )
        return
    from rich.table import Table
    from rich.text import Text

    console = open_console()
    widest = max(len(item.id) for scenarios in groups.values() for item in scenarios)
    for group, scenarios in groups.items():
        console.print(Text(GROUPS[group], style="bold"))
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=False)
        table.add_column(min_width=widest)
        for item in scenarios:
            table.add_row(item.id, Text(item.title))
        console.print(table)


def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, e.g. crisis.yaml.")],
) -> None:
    """Write a small commented scenario to start from."""
    from standoff.catalog.opening import write_starter

    write_starter(path)
    typer.echo(f"wrote {path}; next: standoff check {path}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from standoff.scenario import build_json_schema

    print_json(build_json_schema())
