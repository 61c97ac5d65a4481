"""What would change the answer: variants put beside the crisis, and the least that flips it."""

from __future__ import annotations

from standoff.analysis.side_by_side import ProbabilityChange, SideBySide
from standoff.analysis.tripwires import Tripwire, Tripwires
from standoff.analysis.whatif import WhatIf
from standoff.report.blocks import Block, Bullets, Grid, Heading, Paragraph, Section
from standoff.report.timeline import Timeline
from standoff.report.wording import number, percent

__all__ = ["changes_section"]

_FOCUS = 8
"""Units of time ahead at which variants are compared, or the horizon where that comes sooner."""
_MOST_WIRES = 8


def changes_section(whatif: WhatIf | None, tripwires: Tripwires | None, timeline: Timeline) -> Section:
    """Variants, if some were asked for, and tripwires, if they were looked for."""
    blocks: list[Block] = []
    if whatif is not None:
        blocks += _variants(whatif, timeline)
    if tripwires is not None:
        blocks += _wires(tripwires, has_heading=whatif is not None)
    return Section("changes", "What would change it", "What would change it", tuple(blocks))


def _variants(whatif: WhatIf, timeline: Timeline) -> list[Block]:
    mark = next(iter(timeline.marks((_FOCUS,))), timeline.horizon)
    rows = []
    for series in whatif.differences[0].probabilities:
        cells = [series.label, percent(float(series.before[_at(whatif, mark.period)]))]
        for difference in whatif.differences:
            found = next(
                (one for one in difference.probabilities if (one.kind, one.name) == (series.kind, series.name)), None
            )
            cells.append(_changed(difference, found, _at(whatif, mark.period)) if found else "–")
        rows.append(tuple(cells))
    head = ("", "as it is", *(side.name for side in whatif.variants))
    caption = (
        f"Probabilities by {mark.date}, and by how many points each variant moves them. “=” marks a "
        f"difference that is not beyond the "
        "error of the two solutions."
    )
    return [
        Paragraph("Each column solves the crisis anew with something changed; both sides know of the change."),
        Grid("variants", caption, head, tuple(rows)),
    ]


def _at(whatif: WhatIf, period: int) -> int:
    """Index of the date in what was compared."""
    periods = whatif.differences[0].periods[:, 0].tolist()
    return periods.index(period - 1) if period - 1 in periods else len(periods) - 1


def _changed(difference: SideBySide, found: ProbabilityChange, at: int) -> str:
    after, change = float(found.after[at]), float(found.change[at])
    if not difference.is_beyond_error(change):
        return f"{percent(after)} (=)"
    return f"{percent(after)} ({100 * change:+.0f})".replace("-", "−")


def _wires(tripwires: Tripwires, *, has_heading: bool) -> list[Block]:
    labels, answer = tripwires.candidate_labels, tripwires.answer
    blocks: list[Block] = [Heading("Tripwires")] if has_heading else []
    lead = 100 * tripwires.lead
    blocks.append(
        Paragraph(
            f"As the numbers are, “{labels[answer]}” is ahead "
            f"({percent(float(tripwires.probabilities[answer]))}), by {lead:.0f} points. "
            "These are the least changes of one number alone that would put something else ahead."
        )
    )
    flipping = tripwires.flipping[:_MOST_WIRES]
    if flipping:
        blocks.append(Bullets(tuple(_wire(wire, tripwires) for wire in flipping)))
    else:
        looked = f"None of the {len(tripwires.rows)} numbers looked at" if tripwires.skipped else "No number"
        blocks.append(Paragraph(f"{looked} does so by itself anywhere in its range."))
    rest = len(tripwires.rows) - len(tripwires.flipping) - len(tripwires.unknown)
    if flipping and rest:
        blocks.append(Paragraph(f"For {rest} other numbers no value in their range was found that does."))
    if tripwires.skipped:
        less = f"The other {len(tripwires.skipped)} numbers move the lead less by derivative, and were not looked at."
        blocks.append(Paragraph(less))
    return blocks


def _wire(wire: Tripwire, tripwires: Tripwires) -> str:
    assert wire.flips_at is not None
    assert wire.answer is not None
    unit = f" {wire.unit}" if wire.unit else ""
    name = wire.label or wire.name.replace("_", " ")
    source = "" if wire.source == "evidence" else "; a judgement"
    flipped = f"“{tripwires.candidate_labels[wire.answer]}” is ahead ({percent(float(wire.probabilities[wire.answer]))}{source})"
    return f"{name}: at {number(_rounded(wire.flips_at))} instead of {number(wire.value)}{unit}, {flipped}."


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
