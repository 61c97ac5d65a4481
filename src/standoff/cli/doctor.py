"""`standoff doctor`: what is installed, and whether it is sound."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from standoff.cli.news_options import AsJson

__all__ = ["register"]

_STYLES = {"ok": "green", "absent": "dim", "broken": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("doctor")(doctor)


def doctor(
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="FILE|URL",
            help="The store to look at, instead of what STANDOFF_STORE names or the file in your folder for data.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at what is installed: packages, extras, kernels, the coders, the store. Exits with 1 if something is broken."""
    from standoff.doctor import examine

    found = examine(store)
    if as_json:
        sys.stdout.write(json.dumps(found.to_json(), indent=1, allow_nan=False) + "\n")
    else:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for one in found.findings:
            told = Text(one.found)
            if one.help:
                told += Text(f"\n{one.help}", style="yellow")
            table.add_row(Text(one.part), Text(one.state, style=_STYLES[one.state]), told)
        Console(highlight=False, soft_wrap=False).print(table)
    if not found.is_sound:
        raise typer.Exit(1)
