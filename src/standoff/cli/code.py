"""`standoff code`: events and claims in the news, each with its quotation."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import AsJson, open_console
from standoff.cli.news_options import (
    AllowPrivate,
    CoderName,
    ModelAddress,
    ModelCache,
    ModelName,
    ModelPrices,
    ModelSeconds,
    format_foreign,
    format_quote,
    load_named,
    open_coder_named,
)
from standoff.cli.progress import progress_bar
from standoff.errors import InputError, Problem
from standoff.text import UNKNOWN, format_day, format_percent, pluralise

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from standoff.desk.coded_news import CodedNews, CodedReport
    from standoff.news.coded import Attribution, Claim, Event, Mention
    from standoff.news.coder import Coder
    from standoff.news.readers import Limits

__all__ = ["register"]

QUOTE = 240
"""Largest number of characters shown on either side of a quotation, and of a speaker's name."""
ARROW, DASH = "→", "–"
_ENDS = re.compile(r"[.!?][”\"'’)]*\s+|\n")


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("code", short_help="Code news: who did what to whom, and who claims what.")(code)


def code(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|URL", help="Articles, pages, feeds, JSON lines or PDF files; - for standard input."
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="SCENARIO",
            help="Scenario used to infer a target that the text leaves open, and to list the moves and hazards that each event "
            "could be.",
        ),
    ] = None,
    lines: Annotated[
        str | None,
        typer.Option(
            "--lines", metavar="FILE", help="Code a file with one sentence per line instead, and print JSON lines."
        ),
    ] = None,
    coder: CoderName = "offline",
    llm_url: ModelAddress = None,
    llm_model: ModelName = None,
    llm_cache: ModelCache = None,
    llm_prices: ModelPrices = None,
    llm_seconds: ModelSeconds = None,
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="Encoding of the text (default: detected).")
    ] = "",
    allow_private: AllowPrivate = False,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Also write the JSON to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Code news: who did what to whom and who claims what, each with its quotation."""
    if (lines is None) == (not sources):
        message = "no source to code" if lines is None else "`--lines` cannot be combined with other sources"
        help_text = "give a file, an address, or `--lines FILE`"
        raise InputError(Problem("code-request", message, help=help_text))
    if lines is not None and scenario is not None:
        message = "`--scenario` cannot be combined with `--lines`"
        raise InputError(Problem("code-request", message, help="remove `--scenario`"))
    from standoff.desk.coded_news import code as code_sources
    from standoff.news.readers import Limits

    loaded = load_named(scenario)
    if output is not None:
        from standoff.storing import check_writable

        check_writable(output, "the coded news")  # before the work, not after it
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
        _draw(open_console(), news)
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

    write_whole(path, text.encode("ascii"), "the coded news")


def _draw(console: Console, news: CodedNews) -> None:
    """Print each report with its events and claims, and the coder."""
    from rich.text import Text

    for report in news.reports:
        _draw_report(console, report)
    if not news.reports:
        return  # nothing could be read, and the errors say why
    console.print(Text(_summarise(news), style="dim"))
    if news.scenario:
        console.print(
            format_foreign(
                f"Targets in brackets are inferred for {news.scenario} ({news.scenario_hash[:12]}).", style="dim"
            )
        )
    if news.spent is not None:
        _draw_spent(console, news)


def _draw_report(console: Console, report: CodedReport) -> None:
    document = report.document
    console.print(format_foreign(document.title or document.address or document.document_hash[:12], style="bold"))
    day = format_day(document.date) if document.date else "undated"
    parts = (document.outlet, document.author, day, document.language, document.document_hash[:12], document.address)
    console.print(format_foreign(" · ".join(part for part in parts if part), style="dim"))
    if report.repeats:
        names = ", ".join(name or "an unknown outlet" for name in report.witnesses)
        console.print(
            format_foreign(f"{len(report.repeats) + 1} nearly identical reports, coded once; sources: {names}")
        )
    if report.coded.refused:
        console.print(format_foreign(f"not coded: {report.coded.refused}", style="yellow"))
    elif not (report.coded.events or report.coded.claims):
        console.print("no events or claims found")
    for event, could_be in zip(report.coded.events, report.could_be, strict=True):
        _draw_coded(console, _format_event(event), document.text, event, could_be)
    for claim in report.coded.claims:
        _draw_coded(console, _format_claim(claim), document.text, claim, ())
    console.print()


def _draw_coded(console: Console, head: Text, text: str, coded: Event | Claim, could_be: tuple[str, ...]) -> None:
    """Print an event or claim, its quotation, and the moves that it could be."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(head)
    words = _quote_in_sentence(text, coded.span)
    source = _format_attribution(coded.attribution)
    console.print(
        Padding(
            words + Text(f" {DASH} ") + format_foreign(source, "dim", width=QUOTE) if source else words, (0, 0, 0, 4)
        )
    )
    if could_be:
        console.print(Padding(format_foreign(f"could be {', '.join(could_be)}", "dim"), (0, 0, 0, 4)))


def _format_event(event: Event) -> Text:
    from rich.text import Text

    kind = f"{event.event_type}/{event.mode}" if event.mode else event.event_type
    day = event.date.isoformat() if event.date else "undated"
    sides = _format_actor(event.actor)
    if event.target is not None:
        sides = sides + Text(f" {ARROW} ") + _format_actor(event.target)
    return (
        Text(f"{kind}  ", "bold")
        + sides
        + Text(f", {day}, {event.factuality}, confidence {format_percent(event.confidence)}")
    )


def _format_claim(claim: Claim) -> Text:
    from rich.text import Text

    value = " ".join(part for part in (claim.qualifier, claim.value, claim.unit) if part)
    found = Text(f"{claim.kind}  ", "bold") + _format_actor(claim.holder)
    if claim.about is not None:
        found = found + Text(" about ") + _format_actor(claim.about)
    parts = [part for part in (claim.issue, value, claim.factuality) if part]
    return found + format_foreign("".join(f", {part}" for part in parts))


def _quote_in_sentence(text: str, span: tuple[int, int]) -> Text:
    """Write a quotation in bold within its sentence, or as much of the sentence as fits."""

    start, end = span
    before, after = text[max(0, start - QUOTE) : start], text[end : end + QUOTE]
    cuts = [found.end() for found in _ENDS.finditer(before)]
    stop = _ENDS.search(after)
    begun = before[cuts[-1] :] if cuts else ("" if start <= QUOTE else "…") + before
    ended = after[: stop.start() + 1].rstrip() if stop else after + ("" if end + QUOTE >= len(text) else "…")
    return format_quote(begun, text[start:end], ended)


def _format_actor(mention: Mention | None) -> Text:
    from rich.text import Text

    if mention is None:
        return Text(UNKNOWN)
    if mention.is_inferred:
        return format_foreign(f"({mention.code})")
    return format_foreign(mention.code or f"“{mention.text}”", width=40)


def _format_attribution(attribution: Attribution) -> str:
    parts = [f"said by {attribution.speaker}"] if attribution.speaker else []
    parts += [f"{'to' if parts else 'reported by'} {attribution.outlet}"] if attribution.outlet else []
    return " ".join(parts)


def _summarise(news: CodedNews) -> str:
    events = sum(len(report.coded.events) for report in news.reports)
    claims = sum(len(report.coded.claims) for report in news.reports)
    counts = (
        pluralise(len(news.reports), "document"),
        pluralise(events, "event"),
        pluralise(claims, "claim"),
    )
    return f"{', '.join(counts)}; coded by {news.method}."


def _draw_spent(console: Console, news: CodedNews) -> None:
    from rich.text import Text

    spent = news.spent or {}
    tokens = f"{spent['prompt_tokens']:,} input tokens, {spent['answer_tokens']:,} output tokens"
    if spent["unmetered"]:
        tokens += f" (without {pluralise(spent['unmetered'], 'answer')} for which the server gave no count)"
    asked = f"{pluralise(spent['requests'], 'request')}, {spent['retries']} repeated, {spent['cached']} answered from the cache"
    cost = "cost unknown" if spent["cost"] is None else f"cost {spent['cost']:.4f}"
    console.print(Text(f"Language model: {asked}; {tokens}; {cost}.", style="dim"))
    for kind, what in (("rejected", "Rejected answers"), ("dropped", "Dropped items")):
        if spent[kind]:
            reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(spent[kind].items()))
            console.print(Text(f"{what}: {reasons}.", style="dim"))
    console.print(Text("The confidence is the model's own, was never measured, and is capped at 90 %.", style="dim"))
