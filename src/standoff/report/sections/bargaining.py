"""Why there is no deal: what could be agreed on today, what stands in the way, and how much each reason matters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.bargain import Bargain, Pair
from standoff.analysis.no_deal import NoDeal, Remedy
from standoff.report.blocks import Block, Bullets, Grid, Heading, Paragraph, Section
from standoff.report.wording import joined, number, percent

__all__ = ["no_deal_section"]


def no_deal_section(bargain: Bargain, no_deal: NoDeal | None, target_labels: Sequence[str]) -> Section:
    """The bargaining range for each pair of types, and Fearon's reasons.

    Args:
        bargain: The table today.
        no_deal: The crisis re-solved without each reason; None where that was not asked for.
        target_labels: The targets of `no_deal` in words.
    """
    sides = " and ".join(bargain.side_labels)
    rows = tuple(_pair(bargain, pair) for pair in bargain.pairs)
    head = (
        "True types",
        "chance",
        "terms that both prefer to waiting",
        "to fighting",
        "in the way",
        "fairest split (Nash)",
    )
    blocks: list[Block] = [
        Paragraph(
            f"Of {len(bargain.packages.names)} packages that the agenda allows, how many {sides} would both rather have than "
            "go on as they do, and than fight now, depending on who they truly are."
        ),
        Grid("bargaining-range", "The bargaining range.", head, rows, wordy=(5,)),
    ]
    if no_deal is not None:
        blocks += _reasons(no_deal, target_labels)
    return Section("no-deal", "What stands between the sides", "Bargaining", tuple(blocks))


def _pair(bargain: Bargain, pair: Pair) -> tuple[str, ...]:
    types = joined([words for words in (name.replace("_", " ") for name in pair.player_types) if words]) or "–"
    names = bargain.packages.labels
    nash = pair.points.nash
    blocking = [issue.label for issue in pair.issues if issue.blocks]
    way = joined(blocking) if blocking else ("nothing" if pair.waiting.packages else "no single issue")
    return (
        types,
        percent(pair.prior),
        f"{len(pair.waiting.packages)} of {len(pair.allowed)}",
        f"{len(pair.fighting.packages)} of {len(pair.allowed)}" if pair.fighting is not None else "–",
        way,
        names[nash] if nash is not None else "none that both gain by",
    )


def _reasons(no_deal: NoDeal, target_labels: Sequence[str]) -> list[Block]:
    count = len(no_deal.targets)
    rows = [
        (remedy.label, *(_effect(remedy, no_deal.base.probabilities, k) for k in range(count)))
        for remedy in no_deal.remedies
    ]
    now = "; ".join(
        f"{label}: {percent(float(p))}" for label, p in zip(target_labels, no_deal.base.probabilities, strict=True)
    )
    notes = tuple(f"{remedy.label}: {remedy.note}" for remedy in no_deal.remedies if remedy.note)
    blocks: list[Block] = [
        Heading("Why they do not settle"),
        Paragraph(
            f"The crisis solved again with one obstacle taken away at a time, after Fearon (1995). As it is: {now}.",
            is_before=True,
        ),
        Grid(
            "reasons",
            "Probabilities without each obstacle, and how many points it accounts for.",
            ("If", *target_labels),
            tuple(rows),
        ),
    ]
    if notes:
        blocks.append(Bullets(notes))
    causes = no_deal.base.causes
    if causes:
        largest = sorted(causes, key=lambda cause: -cause.probability)[:4]
        told = joined([f"{cause.label} ({percent(cause.probability)})" for cause in largest])
        blocks.append(Paragraph(f"What brings “{target_labels[0]}” about: {told}."))
    return blocks


def _effect(remedy: Remedy, base: NDArray[np.float64], k: int) -> str:
    if not remedy.applies:
        return "does not apply"
    points = round(-100 * float(remedy.removed[k])) or 0  # and no -0
    with_it = percent(float(remedy.baseline[k]))
    # payments are compared with a crisis of their own, in which the same packages can be offered without them
    against = "" if with_it == percent(float(base[k])) else f" from {with_it}"
    return f"{percent(float(remedy.probabilities[k]))} ({number(points)} points{against})"
