"""What the sides could agree on today, and how much each obstacle to a deal matters (Fearon 1995)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.bargain import Bargain, Pair
from standoff.analysis.no_deal import NoDeal, Remedy
from standoff.report.blocks import Block, Bullets, GridBlock, Heading, Paragraph, Section
from standoff.report.tables import replace_underscores
from standoff.report.typesetting import show_count, show_percent, show_points
from standoff.text import UNKNOWN, join_words

__all__ = ["describe_bargaining"]

_MOST_CAUSES = 4


def describe_bargaining(bargain: Bargain, no_deal: NoDeal | None, target_labels: Sequence[str]) -> Section:
    """Show the bargaining range for each pair of types, and what each obstacle to a deal accounts for.

    Args:
        bargain: The bargaining range today.
        no_deal: The crisis solved without each obstacle; None if that was not requested.
        target_labels: Labels of the targets of `no_deal`.
    """
    sides = join_words(bargain.side_labels)
    rows = tuple(_describe_pair(bargain, pair) for pair in bargain.pairs)
    head = (
        "True types",
        "Probability",
        "Packages that both prefer to waiting",
        "Packages that both prefer to fighting",
        "Issues that block a deal",
        "Nash bargaining solution",
    )
    blocks: list[Block] = [
        Paragraph(
            f"The agenda allows {show_count(len(bargain.packages.names), 'package')}. The table counts those that {sides} "
            "would both prefer to waiting, and to fighting now, for each combination of their true types."
        ),
        GridBlock("bargaining-range", "Bargaining range today.", head, rows, wordy=(5,)),
    ]
    if no_deal is not None:
        blocks += _describe_obstacles(no_deal, target_labels)
    return Section("bargaining", "Bargaining range and obstacles to a deal", "Bargaining", tuple(blocks))


def _describe_pair(bargain: Bargain, pair: Pair) -> tuple[str, ...]:
    types = [replace_underscores(name) for name in pair.player_types if name]
    blocking = [issue.label for issue in pair.issues if issue.blocks]
    nash = pair.points.nash
    allowed = len(pair.allowed)
    return (
        join_words(types) or UNKNOWN,
        show_percent(pair.prior),
        f"{len(pair.waiting.packages)} of {allowed}",
        f"{len(pair.fighting.packages)} of {allowed}" if pair.fighting is not None else UNKNOWN,
        join_words(blocking) or ("none" if pair.waiting.packages else "no single issue"),
        bargain.packages.labels[nash] if nash is not None else "none: no package benefits both",
    )


def _describe_obstacles(no_deal: NoDeal, target_labels: Sequence[str]) -> list[Block]:
    base = no_deal.base.probabilities
    rows = tuple(
        (remedy.label, *(_describe_effect(remedy, base, k) for k in range(len(target_labels))))
        for remedy in no_deal.remedies
    )
    now = "; ".join(f"{label} {show_percent(p)}" for label, p in zip(target_labels, base, strict=True))
    blocks: list[Block] = [
        Heading("Obstacles to a deal"),
        Paragraph(
            f"Each row solves the crisis again without one obstacle to a deal, after Fearon (1995). In the scenario as "
            f"it is, the probabilities are: {now}.",
            is_before=True,
        ),
        GridBlock(
            "reasons",
            "Probabilities without each obstacle, and the change in percentage points.",
            ("Without the obstacle", *target_labels),
            rows,
        ),
    ]
    notes = tuple(f"{remedy.label}: {remedy.note}" for remedy in no_deal.remedies if remedy.note)
    if notes:
        blocks.append(Bullets(notes))
    largest = sorted(no_deal.base.causes, key=lambda cause: -cause.probability)[:_MOST_CAUSES]
    if largest:
        causes = join_words([f"{cause.label} ({show_percent(cause.probability)})" for cause in largest])
        blocks.append(Paragraph(f"Main causes of “{target_labels[0]}”: {causes}."))
    return blocks


def _describe_effect(remedy: Remedy, base: NDArray[np.float64], k: int) -> str:
    if not remedy.applies:
        return "does not apply"
    points = show_points(-float(remedy.removed[k]))
    with_it = show_percent(remedy.baseline[k])
    # side payments are compared with a crisis in which the same packages can be offered without them
    compared = "" if with_it == show_percent(base[k]) else f" from {with_it}"
    return f"{show_percent(remedy.probabilities[k])} ({points} points{compared})"
