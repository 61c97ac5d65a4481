"""Coded news as a person reads it in a terminal. Every text in it is untrusted: it is shown by `shown` alone."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standoff.cli.drawing import percent
from standoff.cli.news_options import shown
from standoff.news.coded import Attribution, Claim, Event, Mention
from standoff.workbench.news import CodedNews, CodedReport

__all__ = ["draw_news"]

QUOTE = 240
"""Most characters of a quotation."""


def draw_news(console: Console, news: CodedNews) -> None:
    """Print each report with its events and claims, and what coded them."""
    for report in news.reports:
        _draw_report(console, report, has_scenario=bool(news.scenario))
    console.print(Text(_in_short(news), style="dim"))
    if news.scenario:
        console.print(
            shown(f"Targets in brackets are inferred for {news.scenario} ({news.scenario_hash[:12]}).", style="dim")
        )
    if news.spent is not None:
        _draw_spent(console, news)


def _draw_report(console: Console, report: CodedReport, *, has_scenario: bool) -> None:
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
    if report.coded.events:
        console.print(_events(report, has_scenario=has_scenario))
    if report.coded.claims:
        console.print(_claims(report.coded.claims))
    console.print()


def _events(report: CodedReport, *, has_scenario: bool) -> Table:
    table = _table("event", "who", "to whom", "day", "told as", "sure")
    table.add_column("words", ratio=1)
    if has_scenario:
        table.add_column("could be")
    for event, names in zip(report.coded.events, report.could_be, strict=True):
        row = [
            Text(f"{event.event_type}/{event.mode}" if event.mode else event.event_type),
            _actor(event.actor),
            _actor(event.target),
            Text(event.date.isoformat() if event.date else "-"),
            Text(event.factuality),
            Text(percent(event.confidence)),
            _words(event),
        ]
        table.add_row(*row, *([shown(", ".join(names) or "-")] if has_scenario else []))
    return table


def _claims(claims: tuple[Claim, ...]) -> Table:
    table = _table("claim", "who", "about", "issue", "value", "told as")
    table.add_column("words", ratio=1)
    for claim in claims:
        value = " ".join(part for part in (claim.qualifier, claim.value, claim.unit) if part)
        table.add_row(
            Text(claim.kind),
            _actor(claim.holder),
            _actor(claim.about),
            shown(claim.issue or "-"),
            shown(value or "-"),
            Text(claim.factuality),
            _words(claim),
        )
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading)
    return table


def _actor(mention: Mention | None) -> Text:
    if mention is None:
        return Text("-")
    if mention.is_inferred:
        return shown(f"({mention.code})")
    return shown(mention.code or f"“{mention.text}”", width=40)


def _words(told: Event | Claim) -> Text:
    quote, source = shown(f"“{told.quote}”", width=QUOTE), _said_by(told.attribution)
    return quote + Text(" ") + shown(source, style="dim", width=QUOTE) if source else quote


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
