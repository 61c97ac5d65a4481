"""`standoff doctor`: a check of the installation."""

from __future__ import annotations

from typing import Annotated

import typer

from standoff.cli.common import AsJson, open_console, print_json

__all__ = ["register"]

_STYLES = {"ok": "green", "absent": "dim", "broken": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("doctor", short_help="Check the installation.")(doctor)


def doctor(
    store: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="FILE|URL",
            help="Store to check (default: the value of STANDOFF_STORE, else the file in the user's data folder).",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the installation: packages, extras, kernels, coders, store. Exits with 1 if something is broken."""
    from standoff.doctor import examine

    found = examine(store)
    if as_json:
        print_json(found.to_json())
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        for one in found.findings:
            text = Text(one.found)
            if one.help:
                text += Text(f"\n{one.help}", style="yellow")
            table.add_row(Text(one.part), Text(one.state, style=_STYLES[one.state]), text)
        open_console().print(table)
    if not found.is_sound:
        raise typer.Exit(1)
