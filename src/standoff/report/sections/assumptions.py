"""Every parameter with its range, its citations and its basis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.report.blocks import Paragraph, Section, SourcesBlock
from standoff.report.sources import list_sources
from standoff.report.typesetting import show_count

if TYPE_CHECKING:
    from standoff.scenario import Scenario

__all__ = ["describe_assumptions"]


def describe_assumptions(scenario: Scenario) -> Section:
    """List every parameter with its range and the documents that support it."""
    sources = list_sources(scenario)
    counts = (
        f"Basis of the {show_count(len(sources.assumptions), 'parameter')}: a document for {sources.count('evidence')}, "
        f"judgement alone for {sources.count('judgement')}, none stated for {sources.count('none')}."
    )
    blocks = (Paragraph(counts), SourcesBlock(sources))
    return Section("assumptions", "Assumptions and sources", "Assumptions", blocks, starts_page=True)
