"""Options and pieces that the commands on news share.

What the news says is untrusted: it is printed through `format_foreign` alone.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.errors import InputError, Problem
from standoff.text import make_safe

if TYPE_CHECKING:
    from rich.text import Text

    from standoff.news.coder import Coder
    from standoff.scenario import Scenario
    from standoff.store.repository import Store

__all__ = [
    "AllowPrivate",
    "Author",
    "CoderName",
    "ForScenario",
    "ModelAddress",
    "ModelCache",
    "ModelName",
    "ModelPrices",
    "ModelSeconds",
    "Reason",
    "StoreLocation",
    "format_foreign",
    "format_quote",
    "load_named",
    "open_coder_named",
    "open_store_named",
    "parse_day",
]

StoreLocation = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="Store: a file, created if it does not exist, or the URL of a PostgreSQL database (default: the value of "
        "STANDOFF_STORE, else a file in the user's data folder).",
    ),
]
ForScenario = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="SCENARIO",
        help="Only events that involve this scenario (a name of the catalogue or a file).",
    ),
]
Author = Annotated[
    str,
    typer.Option(
        "--by", metavar="NAME", envvar="STANDOFF_REVIEWER", help="Name of the reviewer, recorded with the review."
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Reason, recorded with the review.")]
CoderName = Annotated[
    str,
    typer.Option(
        "--coder",
        metavar="NAME",
        help="Coder of the news: `offline`, `embed` (offline with sentence vectors, better at event types) or `llm` (sends the "
        "texts to a language model).",
    ),
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Also read addresses of this machine and of private networks.")
]
ModelAddress = Annotated[
    str | None,
    typer.Option(
        "--llm-url",
        metavar="URL",
        help="Server of the language model, e.g. https://llm.example/v1 (default: the value of STANDOFF_LLM_URL). The key is "
        "read from STANDOFF_LLM_KEY only.",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option("--llm-model", metavar="NAME", help="Language model (default: the value of STANDOFF_LLM_MODEL)."),
]
ModelCache = Annotated[
    Path | None,
    typer.Option(
        "--llm-cache",
        metavar="DIR",
        help="Folder for the answers of the language model (default: the user's cache folder).",
    ),
]
ModelPrices = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--llm-prices", metavar="IN OUT", help="Prices of a million input tokens and output tokens, to report the cost."
    ),
]
ModelSeconds = Annotated[
    float | None,
    typer.Option("--llm-seconds", metavar="N", help="Time limit for one answer in seconds (default: 120)."),
]


def format_foreign(text: str, style: str = "", *, width: int | None = None) -> Text:
    """Write a text from the news on one safe line: no markup is read, and nothing in it commands the terminal.

    Args:
        text: The text.
        style: How to print it.
        width: Largest number of characters, after which it is cut; None for all.
    """
    from rich.text import Text

    safe = make_safe(" ".join(text.split()))
    return Text(safe if width is None or len(safe) <= width else safe[: width - 1] + "…", style=style)


def format_quote(before: str, quote: str, after: str) -> Text:
    """Write a quotation in bold between the texts before and after it."""
    from rich.text import Text

    gap_before = Text(" " if before[-1:].isspace() else "")
    gap_after = Text(" " if after[:1].isspace() else "")
    return (
        format_foreign(before)
        + gap_before
        + format_foreign(quote, "bold underline")
        + gap_after
        + format_foreign(after)
    )


def parse_day(option: str, given: str | None) -> dt.date | None:
    """Read the day that an option gives.

    Raises:
        InputError: It is not a valid date (`bad-date`).
    """
    if given is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", given, re.ASCII):
            raise ValueError(given)
        return dt.date.fromisoformat(given)
    except ValueError:
        message = f"`{given}`, given for `{option}`, is not a valid date"
        raise InputError(Problem("bad-date", message, help="write a day like 2026-02-02")) from None


def load_named(name: str | None) -> Scenario | None:
    """Load the scenario of an optional option; None where it was not given."""
    from standoff.cli.common import load_scenario

    return None if name is None else load_scenario(name)


def open_store_named(location: str | None) -> Store:
    """Open the store that a command works on."""
    from standoff.store import open_store

    return open_store(location, wait_seconds=60.0)


def open_coder_named(
    name: str,
    *,
    address: str | None = None,
    model: str | None = None,
    cache: Path | None = None,
    prices: tuple[float, float] | None = None,
    seconds: float | None = None,
) -> Coder:
    """Open the coder that the options name.

    Raises:
        InputError: The coder does not exist, or its settings are wrong or belong to another coder.
        MissingExtraError: A package that it needs is not installed.
    """
    from standoff.news.coders import CODERS, open_coder

    if name != "llm":
        options = ("--llm-url", address), ("--llm-model", model), ("--llm-cache", cache), ("--llm-prices", prices)
        given = [option for option, value in (*options, ("--llm-seconds", seconds)) if value is not None]
        if given and name in CODERS:
            message = f"`{given[0]}` applies to the coder `llm`, and the coder is `{name}`"
            raise InputError(Problem("llm-settings", message, help="add `--coder llm`, or remove the option"))
        return open_coder(name)
    from standoff.extras import import_extra

    import_extra("platformdirs", "llm", "coding with a language model")
    from standoff.news.language_model import load_language_model

    prompt_price, answer_price = prices or (None, None)
    return open_coder(
        name,
        language_model=load_language_model(
            address=address,
            model=model,
            cache_folder=cache,
            seconds=seconds,
            prompt_price=prompt_price,
            answer_price=answer_price,
        ),
    )
