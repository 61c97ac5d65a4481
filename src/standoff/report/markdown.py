"""The brief as Markdown, for mail, notebooks and pages of others: the same sections, the charts as links to files.

Every text of a scenario is escaped, so that it is read as text and not as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from markupsafe import Markup

from standoff.report.blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    LedgerBlock,
    Paragraph,
    Picture,
    Probabilities,
    Section,
    Types,
)
from standoff.report.ledger import Assumption, Ledger
from standoff.report.tables import Row
from standoff.report.wording import INVISIBLE

__all__ = ["markdown_brief", "markdown_of"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_TAG = re.compile(r"</?(strong|bdi|em|code|small)>")
_MARKS = {"strong": "**", "em": "*", "code": "`"}
_SPACES = re.compile(r"\s+")


def markdown_of(text: Markup | str) -> str:
    """One line of Markdown that reads like the text.

    Examples:
        >>> markdown_of("a | b_c")
        'a \\\\| b\\\\_c'
        >>> markdown_of(Markup("<strong>Deal</strong> &amp; <bdi>peace</bdi>"))
        '**Deal** \\\\& peace'
    """
    if not isinstance(text, Markup):
        return _plain(text)
    pieces = _TAG.split(str(text))
    written = [_MARKS.get(piece, "") if k % 2 else _plain(unescape(piece)) for k, piece in enumerate(pieces)]
    for k in range(1, len(pieces), 4):
        written[k + 1] = written[k + 1].strip()  # what is marked must begin and end with a letter or sign
    return "".join(written)


def markdown_brief(content: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """The brief as a Markdown file.

    Args:
        content: What the template of the page is given (`standoff.report.brief`).
        pictures: Name of a chart -> address of its file; charts without one are told in words.
    """
    horizon = content["timeline"].horizon
    lines = [
        f"# {markdown_of(content['title'])}",
        "",
        f"Crisis brief as of **{content['as_of']}**, looking ahead {horizon.length} to {horizon.date}.",
        "",
    ]
    if content["summary"]:
        lines += [markdown_of(content["summary"]), ""]
    if content["overrides"]:
        changes = ", ".join(_code(change) for change in content["overrides"])
        lines += [f"**What if:** this brief departs from the scenario as written: {changes}.", ""]
    lines += ["## Bottom line", ""]
    for sentence in content["sentences"]:
        lines += [markdown_of(sentence), ""]
    lines += [f"- {markdown_of(item.label)}: **{item.value}**" for item in content["key_numbers"]]
    lines.append("")
    for section in content["sections"]:
        lines += _section(section, pictures)
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in content["settings"].items())
    made_with = ", ".join(f"{name} {value}" for name, value in content["versions"].items())
    lines += [
        "## Provenance",
        "",
        f"- Scenario: {_code(content['scenario_id'])}, SHA-256 {_code(content['scenario_hash'])}",
        f"- Settings: {markdown_of(settings)}",
        f"- Made with: {markdown_of(made_with)}",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _code(text: str) -> str:
    """A piece of text as code, whatever signs are in it."""
    line = _SPACES.sub(" ", text)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def _section(section: Section, pictures: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {markdown_of(section.title)}", "")
    for block in section.blocks:
        yield from _lines(block, pictures)
        yield ""


def _plain(text: str) -> str:
    text = text.translate(INVISIBLE)
    return _SPECIAL.sub(r"\\\1", _SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" if found[0] == "\xa0" else " ", text))


def _lines(block: Block, pictures: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Paragraph():
            yield markdown_of(block.text)
        case Heading():
            yield f"### {markdown_of(block.text)}"
        case Bullets():
            yield from (f"- {markdown_of(item)}" for item in block.items)
        case Types():
            for group in block.groups:
                for name, description, prior in group.player_types:
                    more = f": {markdown_of(description)}" if description else ""
                    yield f"- {markdown_of(group.player)}, **{markdown_of(name)}**, {prior} at the start{more}"
        case Probabilities():
            yield from _probabilities(block)
        case Grid():
            yield from (f"*{markdown_of(block.caption)}*", "")
            yield from _table(block.head, block.rows)
        case Picture():
            yield from _picture(block, pictures)
        case LedgerBlock():
            yield from _ledger(block.ledger)


def _probabilities(block: Probabilities) -> Iterator[str]:
    heads = [" ".join(filter(None, column)) for column in block.table.columns]
    yield from (f"*{markdown_of(block.caption)}*", "")
    groups = [(block.ends, block.table.rows), (block.passages, block.table.more_rows)]
    for title, rows in groups:
        if rows:
            yield from _table((title or block.first, *heads), [_cells(row) for row in rows])
            yield ""


def _cells(row: Row) -> tuple[Markup | str, ...]:
    return (row.label, *(Markup("<strong>{}</strong>").format(c.text) if c.is_top else c.text for c in row.cells))


def _table(head: Sequence[str], rows: Iterable[Sequence[Markup | str]]) -> Iterator[str]:
    yield "| " + " | ".join(markdown_of(title) or " " for title in head) + " |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for cells in rows:
        yield "| " + " | ".join(markdown_of(cell) for cell in cells) + " |"


def _picture(block: Picture, pictures: Mapping[str, str]) -> Iterator[str]:
    chart = block.chart
    if chart.name in pictures:
        yield f"![{markdown_of(chart.title)}]({pictures[chart.name]})"
    else:
        yield f"{markdown_of(chart.title)}. {markdown_of(chart.description)}"
    yield from ("", f"*{markdown_of(block.caption)}*")


def _ledger(ledger: Ledger) -> Iterator[str]:
    if ledger.unsourced():
        yield from (f"**Without any source or reason:** {markdown_of(', '.join(ledger.unsourced()))}.", "")
    if ledger.assumptions:
        head = ("Assumption", "Value", "Plausible range", "What it rests on")
        yield from _table(head, [_assumption(item) for item in ledger.assumptions])
    if ledger.sources:
        yield from ("", "### Documents", "")
        for source in ledger.sources:
            author = f"{source.author}: " if source.author else ""
            rating = f"; reliability {source.rating}" if source.rating else ""
            address = f"; {source.address}" if source.address else ""
            yield "- " + markdown_of(f"{author}{source.title}. {source.publisher}, {source.date}{rating}{address}")


def _assumption(item: Assumption) -> tuple[str, ...]:
    value = " ".join(filter(None, (item.value, item.unit, f"= {item.formula}" if item.formula else "")))
    basis = [f"{one.says} ({one.source.publisher}, {one.source.date}, {one.place})" for one in item.references]
    if item.judgement:
        basis.append(f"Judgement: {item.judgement}")
    name = f"{item.label} ({item.name})" if item.label else item.name
    return (name, value, item.spread or "none given", " ".join(basis) or "no source")
