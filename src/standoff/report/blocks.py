"""Sections of a brief and the blocks in them, which the HTML page and the Markdown file render each in its own way.

A text with markup is a `Markup`, in which everything that comes from a scenario is escaped; a `str` is plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from standoff.report.chart import Chart
from standoff.report.sources import SourcesTable
from standoff.report.tables import Table, TypeGroup

__all__ = [
    "Block",
    "Bullets",
    "GridBlock",
    "Heading",
    "Paragraph",
    "Picture",
    "ProbabilityBlock",
    "Section",
    "SourcesBlock",
    "Types",
]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: The text.
        is_before: Whether it introduces the next block and should be printed on the same sheet of paper.
    """

    kind: ClassVar[str] = "paragraph"
    text: Markup | str
    is_before: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list."""

    kind: ClassVar[str] = "bullets"
    items: tuple[Markup | str, ...]


@dataclass(frozen=True)
class Types:
    """The private types of every player that has any."""

    kind: ClassVar[str] = "types"
    groups: tuple[TypeGroup, ...]


@dataclass(frozen=True)
class ProbabilityBlock:
    """A table of probabilities.

    Attributes:
        id: Slug, unique in the brief.
        caption: Caption of the table.
        first: Head of the first column.
        table: The probabilities.
        has_bars: Whether a bar is drawn behind every number.
        outcomes: Heading of the rows, or "".
        milestones: Heading of `table.more_rows`.
    """

    kind: ClassVar[str] = "probabilities"
    id: str
    caption: str
    first: str
    table: Table
    has_bars: bool = False
    outcomes: str = ""
    milestones: str = ""


@dataclass(frozen=True)
class GridBlock:
    """A table of text and numbers.

    Attributes:
        id: Slug, unique in the brief.
        caption: Caption of the table.
        head: Heads of the columns.
        rows: Cells by row; the first cell is the head of its row.
        wordy: Columns of sentences; the other columns are as narrow as their numbers.
    """

    kind: ClassVar[str] = "grid"
    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Markup | str, ...], ...]
    wordy: tuple[int, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart with its caption."""

    kind: ClassVar[str] = "picture"
    chart: Chart
    caption: str


@dataclass(frozen=True)
class SourcesBlock:
    """The parameters and the documents that support them."""

    kind: ClassVar[str] = "sources"
    sources: SourcesTable


Block = Paragraph | Heading | Bullets | Types | ProbabilityBlock | GridBlock | Picture | SourcesBlock


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        id: Slug, unique in the brief.
        title: Heading.
        short: Short title for the list of sections.
        blocks: Blocks of the section.
        starts_page: Whether the section starts a new sheet of paper.
    """

    id: str
    title: str
    short: str
    blocks: tuple[Block, ...]
    starts_page: bool = False

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of the section."""
        return tuple(block.chart for block in self.blocks if isinstance(block, Picture))
