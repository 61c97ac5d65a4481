"""How it might go: a typical path to each end, told period by period."""

from __future__ import annotations

from markupsafe import Markup

from standoff.analysis.paths import PathsToOutcome, TypicalPaths
from standoff.report.blocks import Block, Bullets, Heading, Paragraph, Section
from standoff.report.wording import percent, plural, small

__all__ = ["tales_section"]


def tales_section(stories: TypicalPaths) -> Section:
    """A typical story for every end that the sampled plays came to, the likeliest first."""
    blocks: list[Block] = [
        Paragraph(
            f"Typical paths among {stories.num_samples:,} plays of the crisis. Each is one of very many, so its own chance is "
            "tiny; the sections above hold the probabilities."
        )
    ]
    told = sorted(stories.outcomes, key=lambda one: -one.probability)
    for one in told:
        if one.typical is not None:
            blocks += _story(one)
    return Section("stories", "How it might go", "TypicalPaths", tuple(blocks))


def _story(one: PathsToOutcome) -> list[Block]:
    assert one.typical is not None
    chapters = tuple(chapter.text for chapter in one.typical.chapters)
    blocks: list[Block] = [
        Heading(f"{one.label} ({percent(one.probability)})"),
        Bullets(chapters),
    ]
    if one.routes:
        route = one.routes[0]
        steps = Markup(" → ").join(route.events) if route.events else Markup("straight to it")
        blocks.append(
            Paragraph(
                Markup("The usual way there ({} of {}): {}.").format(
                    percent(route.share), plural(one.num_plays, "such play"), steps
                )
            )
        )
    blocks.append(Paragraph(f"This very path has a probability of {small(one.typical.probability)}."))
    return blocks
