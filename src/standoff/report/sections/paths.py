"""How the crisis could reach each outcome: a typical path, period by period."""

from __future__ import annotations

from markupsafe import Markup

from standoff.analysis.paths import PathsToOutcome, TypicalPaths
from standoff.report.blocks import Block, Bullets, Heading, Paragraph, Section
from standoff.report.typesetting import show_count, show_percent, show_small

__all__ = ["describe_paths"]


def describe_paths(paths: TypicalPaths) -> Section:
    """Show a typical path to every outcome that a sampled play reached, the most likely outcome first."""
    blocks: list[Block] = [
        Paragraph(
            f"Typical paths among {paths.num_samples:,} simulated plays of the crisis. Each is one path among very many and "
            "is improbable in itself; it illustrates how an outcome can come about. The probabilities of the outcomes are "
            "in the sections above."
        )
    ]
    for one in sorted(paths.outcomes, key=lambda one: -one.probability):
        if one.typical is not None:
            blocks += _describe_path(one)
    return Section("paths", "How the crisis could unfold", "Paths", tuple(blocks))


def _describe_path(one: PathsToOutcome) -> list[Block]:
    assert one.typical is not None
    blocks: list[Block] = [
        Heading(f"{one.label} ({show_percent(one.probability)})"),
        Bullets(tuple(chapter.text for chapter in one.typical.chapters)),
    ]
    if one.routes:
        route = one.routes[0]
        steps = Markup(" → ").join(route.events) if route.events else Markup("no milestone on the way")
        blocks.append(
            Paragraph(
                Markup("Most common route ({} of {}): {}.").format(
                    show_percent(route.share), show_count(one.num_plays, "play"), steps
                )
            )
        )
    blocks.append(Paragraph(f"The probability of exactly this path is {show_small(one.typical.probability)}."))
    return blocks
