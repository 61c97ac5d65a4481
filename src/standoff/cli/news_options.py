"""Options and pieces that the commands on news share. What the news says is untrusted: it is shown by `shown` alone."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from rich.text import Text

    from standoff.scenario import Scenario
    from standoff.store.repository import Store

__all__ = [
    "AsJson",
    "Author",
    "CoderName",
    "ForScenario",
    "Reason",
    "StorePlace",
    "day_of",
    "open_desk",
    "scenario_named",
    "shown",
]

StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="The store: a file, made if it is not there, or the URL of a PostgreSQL database; by default what STANDOFF_STORE "
        "names, else a file in your folder for data.",
    ),
]
ForScenario = Annotated[
    str | None,
    typer.Option(
        "--scenario", metavar="SCENARIO", help="A scenario of the catalogue, or a file: only what touches it."
    ),
]
Author = Annotated[
    str, typer.Option("--by", metavar="NAME", envvar="STANDOFF_REVIEWER", help="Who says so; recorded with the review.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; recorded with the review.")]
CoderName = Annotated[
    str,
    typer.Option(
        "--coder",
        metavar="NAME",
        help="What codes news: `offline`, `embed` (the same with sentence vectors, which knows types better), or `llm`, "
        "which sends texts to a language model.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def shown(text: str, style: str = "", *, width: int | None = None) -> Text:
    """A text from the news as it may be printed: markup is not read, and nothing in it commands the terminal.

    Args:
        text: The text.
        style: How to print it.
        width: Most characters, after which it is cut; None for all.
    """
    from rich.text import Text

    from standoff.text import make_safe

    safe = make_safe(" ".join(text.split()))
    return Text(safe if width is None or len(safe) <= width else safe[: width - 1] + "…", style=style)


def day_of(option: str, given: str | None) -> dt.date | None:
    """The day that an option gives.

    Raises:
        InputError: It is none (`bad-date`).
    """
    if given is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII):
            raise ValueError(given)
        return dt.date.fromisoformat(given)
    except ValueError:
        message = f"`{given}`, given for `{option}`, is not a date"
        raise InputError(Problem("bad-date", message, help="write a day like 2026-02-02")) from None


def scenario_named(name: str | None) -> Scenario | None:
    """The scenario of a name or file; None for none."""
    if name is None:
        return None
    from standoff.catalog.opening import load

    return load(name)


def open_desk(place: str | None) -> Store:
    """Open the store that a command works on."""
    from standoff.store import open_store

    return open_store(place, wait_seconds=60.0)
