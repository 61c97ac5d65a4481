"""Coded news as a person reads it in a terminal. Every text in it is untrusted: it is shown by `shown` alone."""

from __future__ import annotations

import re

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from standoff.cli.news_options import shown
from standoff.cli.solution_tables import percent
from standoff.desk.coded_news import CodedNews, CodedReport
from standoff.news.coded import Attribution, Claim, Event, Mention

__all__ = ["draw_news"]

QUOTE = 240
"""Most characters of a sentence shown on either side of the words that count, and of who says so."""
ARROW, DASH = "→", "–"
_ENDS = re.compile(r"[.!?][”\"'’)]*\s+|\n")


def draw_news(console: Console, news: CodedNews) -> None:
    """Print each report with its events and claims, and what coded them."""
    for report in news.reports:
        _draw_report(console, report)
    console.print(Text(_in_short(news), style="dim"))
    if news.scenario:
        console.print(
            shown(f"Targets in brackets are inferred for {news.scenario} ({news.scenario_hash[:12]}).", style="dim")
        )
    if news.spent is not None:
        _draw_spent(console, news)


def _draw_report(console: Console, report: CodedReport) -> None:
    told = report.document
    console.print(shown(told.title or told.address or told.document_hash[:12], style="bold"))
    day = f"{told.date:%-d %B %Y}" if told.date else "no date"
    parts = (told.outlet, told.author, day, told.language, told.document_hash[:12], told.address)
    console.print(shown(" · ".join(part for part in parts if part), style="dim"))
    if report.repeats:
        names = ", ".join(name or "an unknown outlet" for name in report.witnesses)
        console.print(
            shown(f"told {len(report.repeats) + 1} times in nearly the same words, coded once; told by {names}")
        )
    if report.coded.refused:
        console.print(shown(f"not coded: {report.coded.refused}", style="yellow"))
    elif not (report.coded.events or report.coded.claims):
        console.print("no event and no claim found")
    for event, could_be in zip(report.coded.events, report.could_be, strict=True):
        _draw(console, _event(event), told.text, event, could_be)
    for claim in report.coded.claims:
        _draw(console, _claim(claim), told.text, claim, ())
    console.print()


def _draw(console: Console, head: Text, text: str, told: Event | Claim, could_be: tuple[str, ...]) -> None:
    """An event or claim: what it is, then the words that say so, then what it could stand for."""
    console.print(head)
    words = _in_its_sentence(text, told.span)
    source = _said_by(told.attribution)
    console.print(
        Padding(words + Text(f" {DASH} ") + shown(source, "dim", width=QUOTE) if source else words, (0, 0, 0, 4))
    )
    if could_be:
        console.print(Padding(shown(f"could be {', '.join(could_be)}", "dim"), (0, 0, 0, 4)))


def _event(event: Event) -> Text:
    kind = f"{event.event_type}/{event.mode}" if event.mode else event.event_type
    day = event.date.isoformat() if event.date else "no day"
    sides = _actor(event.actor)
    if event.target is not None:
        sides = sides + Text(f" {ARROW} ") + _actor(event.target)
    return Text(f"{kind}  ", "bold") + sides + Text(f", {day}, {event.factuality}, {percent(event.confidence)} sure")


def _claim(claim: Claim) -> Text:
    value = " ".join(part for part in (claim.qualifier, claim.value, claim.unit) if part)
    found = Text(f"{claim.kind}  ", "bold") + _actor(claim.holder)
    if claim.about is not None:
        found = found + Text(" about ") + _actor(claim.about)
    told = [part for part in (claim.issue, value, claim.factuality) if part]
    return found + shown("".join(f", {part}" for part in told))


def _in_its_sentence(text: str, span: tuple[int, int]) -> Text:
    """The words in the sentence that they stand in, or as much of it as is not too long."""
    start, end = span
    before, after = text[max(0, start - QUOTE) : start], text[end : end + QUOTE]
    cuts = [found.end() for found in _ENDS.finditer(before)]
    stop = _ENDS.search(after)
    begun = before[cuts[-1] :] if cuts else ("" if start <= QUOTE else "…") + before
    ended = after[: stop.start() + 1].rstrip() if stop else after + ("" if end + QUOTE >= len(text) else "…")
    gaps = [Text(" " if gap else "") for gap in (begun[-1:].isspace(), ended[:1].isspace())]
    return shown(begun) + gaps[0] + shown(text[start:end], "bold underline") + gaps[1] + shown(ended)


def _actor(mention: Mention | None) -> Text:
    if mention is None:
        return Text("-")
    if mention.is_inferred:
        return shown(f"({mention.code})")
    return shown(mention.code or f"“{mention.text}”", width=40)


def _said_by(attribution: Attribution) -> str:
    parts = [f"said by {attribution.speaker}"] if attribution.speaker else []
    parts += [f"{'to' if parts else 'reported by'} {attribution.outlet}"] if attribution.outlet else []
    return " ".join(parts)


def _in_short(news: CodedNews) -> str:
    events = sum(len(report.coded.events) for report in news.reports)
    claims = sum(len(report.coded.claims) for report in news.reports)
    counts = (
        _counted(len(news.reports), "document"),
        _counted(events, "event"),
        _counted(claims, "claim"),
    )
    return f"{', '.join(counts)}; coded by {news.method}."


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _draw_spent(console: Console, news: CodedNews) -> None:
    spent = news.spent or {}
    tokens = f"{spent['prompt_tokens']:,} tokens asked, {spent['answer_tokens']:,} answered"
    if spent["unmetered"]:
        tokens += f" (not counting {_counted(spent['unmetered'], 'answer')} that the server did not count)"
    asked = f"{_counted(spent['requests'], 'request')}, {spent['retries']} again, {spent['cached']} from the cache"
    cost = "cost not known" if spent["cost"] is None else f"cost {spent['cost']:.4f}"
    console.print(Text(f"Language model: {asked}; {tokens}; {cost}.", style="dim"))
    for kind, what in (("rejected", "Not taken"), ("dropped", "Left out")):
        if spent[kind]:
            reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(spent[kind].items()))
            console.print(Text(f"{what} of its answers: {reasons}.", style="dim"))
    console.print(
        Text("How sure it is of an event is its own word, never measured, and taken as 90 % at most.", style="dim")
    )
