"""`standoff code`: what news says, as events and claims with the words that say it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.coder_options import (
    ModelAddress,
    ModelCache,
    ModelName,
    ModelPrices,
    ModelSeconds,
    open_coder_named,
)
from standoff.cli.news_options import AsJson, CoderName
from standoff.cli.progress import progress_bar
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.news.coder import Coder
    from standoff.news.readers import Limits

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("code")(code)


def code(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE|URL", help="Articles, pages, feeds, JSON lines or PDF; - for standard input."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="SCENARIO",
            help="A scenario of the catalogue, or a file: fills in the other side where a text leaves it open, and says which "
            "of its events each event could be.",
        ),
    ] = None,
    lines: Annotated[
        str | None,
        typer.Option(
            "--lines", metavar="FILE", help="Code a file of sentences instead, one a line, and print JSON lines."
        ),
    ] = None,
    coder: CoderName = "offline",
    llm_url: ModelAddress = None,
    llm_model: ModelName = None,
    llm_cache: ModelCache = None,
    llm_prices: ModelPrices = None,
    llm_seconds: ModelSeconds = None,
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="Encoding of the text, where it cannot be told.")
    ] = "",
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also read addresses on this machine and in private networks.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the JSON to a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Code news: who did what to whom, and who claims what, each with the words that say it."""
    if (lines is None) == (not sources):
        message = "there is nothing to code" if lines is None else "`--lines` codes its file alone"
        help_text = "name a file or an address, or give `--lines FILE`"
        raise InputError(Problem("code-request", message, help=help_text))
    if lines is not None and scenario is not None:
        message = "`--scenario` says nothing to sentences without a document"
        raise InputError(Problem("code-request", message, help="leave it out"))
    from standoff.catalog.opening import load
    from standoff.desk.coded_news import code as code_sources
    from standoff.news.readers import Limits

    loaded = None if scenario is None else load(scenario)
    if output is not None:
        from standoff.storing import check_writable

        check_writable(output, "what was coded")  # rather than after the work
    opened = open_coder_named(
        coder, address=llm_url, model=llm_model, cache=llm_cache, prices=llm_prices, seconds=llm_seconds
    )
    limits = Limits(allow_private=allow_private)
    if lines is not None:
        _code_lines(lines, opened, limits, encoding, output)
        return
    with progress_bar("Reading", "Coding") as progress:
        news = code_sources(
            sources or (), coder=opened, scenario=loaded, limits=limits, encoding=encoding, progress=progress
        )
    text = json.dumps(news.to_json(), indent=1, allow_nan=False) + "\n"
    if output is not None:
        _write(output, text)
    if as_json:
        sys.stdout.write(text)
    else:
        from rich.console import Console

        from standoff.cli.news_drawing import draw_news

        draw_news(Console(highlight=False, soft_wrap=False), news)
        if output is not None:
            typer.echo(f"\nwritten to {output}")
    if news.problems:
        sys.stdout.flush()
        raise InputError(news.problems)


def _code_lines(source: str, coder: Coder, limits: Limits, encoding: str, output: Path | None) -> None:
    from standoff.desk.coded_news import code_lines

    with progress_bar("Reading", "Coding") as progress:
        coded: Iterator[str] = (
            json.dumps(line, allow_nan=False) + "\n"
            for line in code_lines(source, coder=coder, limits=limits, encoding=encoding, progress=progress)
        )
        if output is not None:
            _write(output, "".join(coded))
            return
        for line in coded:
            sys.stdout.write(line)
            sys.stdout.flush()


def _write(path: Path, text: str) -> None:
    from standoff.storing import write_whole

    write_whole(path, text.encode("ascii"), "what was coded")
