"""Every parameter with its range, its citations and its basis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.report.blocks import Paragraph, Section, SourcesBlock
from standoff.report.sources import list_sources

if TYPE_CHECKING:
    from standoff.scenario import Scenario

__all__ = ["describe_assumptions"]


def describe_assumptions(scenario: Scenario) -> Section:
    """List every parameter with its range and the documents that support it."""
    sources = list_sources(scenario)
    counts = (
        f"The scenario has {len(sources.assumptions)} parameters: {sources.count('evidence')} cite a source, "
        f"{sources.count('judgement')} rest on judgement alone and {sources.count('none')} have no stated basis."
    )
    blocks = (Paragraph(counts), SourcesBlock(sources))
    return Section("assumptions", "Assumptions and sources", "Assumptions", blocks, starts_page=True)
