"""`standoff submodel salvo|oil`: the physics and the market on their own."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

__all__ = ["register"]

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    group = typer.Typer(help="Run a submodel on its own.", no_args_is_help=True, rich_markup_mode=None)
    group.command("salvo")(salvo)
    group.command("oil")(oil)
    app.add_typer(group, name="submodel")
