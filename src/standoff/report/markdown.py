"""The brief as Markdown, for mail, notebooks and wikis: the sections of the page, with the charts as links to files.

Every text of a scenario is escaped, so that it is shown as text and never read as markup.
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
    GridBlock,
    Heading,
    Paragraph,
    Picture,
    ProbabilityBlock,
    Section,
    SourcesBlock,
    Types,
)
from standoff.report.sources import Assumption, SourcesTable
from standoff.report.tables import Row
from standoff.text import make_safe

__all__ = ["escape_markdown", "write_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_TAG = re.compile(r"</?(strong|bdi|em|code|small)>")
_MARKS = {"strong": "**", "em": "*", "code": "`"}
_SPACES = re.compile(r"\s+")


def escape_markdown(text: Markup | str) -> str:
    """Write a text as one line of Markdown.

    Examples:
        >>> escape_markdown("a | b_c")
        'a \\\\| b\\\\_c'
        >>> escape_markdown(Markup("<strong>Deal</strong> &amp; <bdi>peace</bdi>"))
        '**Deal** \\\\& peace'
    """
    if not isinstance(text, Markup):
        return _escape(text)
    pieces = _TAG.split(str(text))
    written = [_MARKS.get(piece, "") if k % 2 else _escape(unescape(piece)) for k, piece in enumerate(pieces)]
    for k in range(1, len(pieces), 4):
        written[k + 1] = written[k + 1].strip()  # Markdown wants no space inside the marks
    return "".join(written)


def write_markdown(content: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """Write the brief as Markdown.

    Args:
        content: The variables of the page's template (`standoff.report.brief`).
        pictures: Name of each chart and the address of its file; a chart without a file is described in a sentence.
    """
    lines = [
        f"# {escape_markdown(content['title'])}",
        "",
        f"Crisis brief as of **{content['as_of']}**, with a forecast {content['span']}.",
        "",
    ]
    if content["summary"]:
        lines += [escape_markdown(content["summary"]), ""]
    if content["overrides"]:
        changes = ", ".join(_quote_code(change) for change in content["overrides"])
        lines += [f"**What if:** this brief overrides the scenario file: {changes}.", ""]
    lines += ["## Bottom line", ""]
    for sentence in content["sentences"]:
        lines += [escape_markdown(sentence), ""]
    lines += [f"- {escape_markdown(item.label)}: **{item.value}**" for item in content["key_numbers"]]
    lines.append("")
    for section in content["sections"]:
        lines += _write_section(section, pictures)
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in content["settings"].items())
    made_with = ", ".join(f"{name} {value}" for name, value in content["versions"].items())
    lines += [
        "## Provenance",
        "",
        f"- Scenario: {_quote_code(content['scenario_id'])}, SHA-256 {_quote_code(content['scenario_hash'])}",
        f"- Settings: {escape_markdown(settings)}",
        f"- Made with: {escape_markdown(made_with)}",
    ]
    return "\n".join(lines).rstrip() + "\n"


def _quote_code(text: str) -> str:
    """Write a text as code, whatever characters it contains."""
    line = make_safe(_SPACES.sub(" ", text))
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def _write_section(section: Section, pictures: Mapping[str, str]) -> Iterator[str]:
    yield from (f"## {escape_markdown(section.title)}", "")
    for block in section.blocks:
        yield from _write_block(block, pictures)
        yield ""


def _escape(text: str) -> str:
    line = _SPACES.sub(lambda found: "\N{NO-BREAK SPACE}" if found[0] == "\xa0" else " ", text)
    return _SPECIAL.sub(r"\\\1", make_safe(line))


def _write_block(block: Block, pictures: Mapping[str, str]) -> Iterator[str]:
    match block:
        case Paragraph():
            yield escape_markdown(block.text)
        case Heading():
            yield f"### {escape_markdown(block.text)}"
        case Bullets():
            yield from (f"- {escape_markdown(item)}" for item in block.items)
        case Types():
            for group in block.groups:
                for name, description, prior in group.player_types:
                    more = f": {escape_markdown(description)}" if description else ""
                    yield f"- {escape_markdown(group.player)}, **{escape_markdown(name)}**, {prior} at the start{more}"
        case ProbabilityBlock():
            yield from _write_probabilities(block)
        case GridBlock():
            yield from (f"*{escape_markdown(block.caption)}*", "")
            yield from _write_table(block.head, block.rows)
        case Picture():
            yield from _write_picture(block, pictures)
        case SourcesBlock():
            yield from _list_sources(block.sources)


def _write_probabilities(block: ProbabilityBlock) -> Iterator[str]:
    heads = [" ".join(filter(None, column)) for column in block.table.columns]
    yield from (f"*{escape_markdown(block.caption)}*", "")
    groups = [(block.outcomes, block.table.rows), (block.milestones, block.table.more_rows)]
    for title, rows in groups:
        if rows:
            yield from _write_table((title or block.first, *heads), [_mark_cells(row) for row in rows])
            yield ""


def _mark_cells(row: Row) -> tuple[Markup | str, ...]:
    return (row.label, *(Markup("<strong>{}</strong>").format(c.text) if c.is_top else c.text for c in row.cells))


def _write_table(head: Sequence[str], rows: Iterable[Sequence[Markup | str]]) -> Iterator[str]:
    yield "| " + " | ".join(escape_markdown(title) or " " for title in head) + " |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for cells in rows:
        yield "| " + " | ".join(escape_markdown(cell) for cell in cells) + " |"


def _write_picture(block: Picture, pictures: Mapping[str, str]) -> Iterator[str]:
    chart = block.chart
    if chart.name in pictures:
        yield f"![{escape_markdown(chart.title)}]({pictures[chart.name]})"
    else:
        yield f"{escape_markdown(chart.title)}. {escape_markdown(chart.description)}"
    yield from ("", f"*{escape_markdown(block.caption)}*")


def _list_sources(sources: SourcesTable) -> Iterator[str]:
    unsupported = sources.find_unsupported()
    if unsupported:
        yield from (f"**Without any stated basis:** {escape_markdown(', '.join(unsupported))}.", "")
    if sources.assumptions:
        head = ("Parameter", "Value", "Range", "Basis")
        yield from _write_table(head, [_describe_assumption(item) for item in sources.assumptions])
    if sources.documents:
        yield from ("", "### Documents", "")
        for source in sources.documents:
            author = f"{source.author}: " if source.author else ""
            rating = f"; reliability {source.rating}" if source.rating else ""
            address = f"; {source.address}" if source.address else ""
            yield "- " + escape_markdown(f"{author}{source.title}. {source.publisher}, {source.date}{rating}{address}")


def _describe_assumption(item: Assumption) -> tuple[str, ...]:
    value = " ".join(filter(None, (item.value, item.unit, f"= {item.formula}" if item.formula else "")))
    basis = [f"{one.says} ({one.source.publisher}, {one.source.date}, {one.place})" for one in item.references]
    if item.judgement:
        basis.append(f"Judgement: {item.judgement}")
    name = f"{item.label} ({item.name})" if item.label else item.name
    return (name, value, item.spread or "none given", " ".join(basis) or "no basis stated")
