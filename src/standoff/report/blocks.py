"""What a brief is made of: sections of blocks, which a page and a text file draw each in their own way.

Texts that hold markup are `Markup`, in which everything that came from a scenario is escaped; a plain `str` is plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup

from standoff.report.chart import Chart
from standoff.report.ledger import Ledger
from standoff.report.tables import Table, TypeGroup

__all__ = [
    "Block",
    "Bullets",
    "Grid",
    "Heading",
    "LedgerBlock",
    "Paragraph",
    "Picture",
    "Probabilities",
    "Section",
    "Types",
]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: The text.
        is_before: Whether it belongs to what follows and should stand on the same sheet of paper.
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
    """Who may be what."""

    kind: ClassVar[str] = "types"
    groups: tuple[TypeGroup, ...]


@dataclass(frozen=True)
class Probabilities:
    """A table of probabilities.

    Attributes:
        id: Slug, unique in the brief.
        caption: What it shows.
        first: Head of the first column.
        table: The probabilities.
        has_bars: Whether a bar stands behind every number.
        ends: Heading over the rows, or "".
        passages: Heading over `table.more_rows`.
    """

    kind: ClassVar[str] = "probabilities"
    id: str
    caption: str
    first: str
    table: Table
    has_bars: bool = False
    ends: str = ""
    passages: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of words and numbers.

    Attributes:
        id: Slug, unique in the brief.
        caption: What it shows.
        head: Heads of the columns.
        rows: Cells by row, the first of each naming the row.
        wordy: Columns that hold sentences; the others are as narrow as their numbers.
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
class LedgerBlock:
    """The assumptions and the documents behind them."""

    kind: ClassVar[str] = "ledger"
    ledger: Ledger


Block = Paragraph | Heading | Bullets | Types | Probabilities | Grid | Picture | LedgerBlock


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        id: Slug, unique in the brief.
        title: Heading.
        short: The same in a word or two, for the list of sections.
        blocks: What is in it.
        starts_page: Whether it begins a new sheet of paper.
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
