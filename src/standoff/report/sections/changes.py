"""What would change the forecast: variants of the scenario, and the smallest change of a parameter that does so."""

from __future__ import annotations

from standoff.analysis.side_by_side import ProbabilityChange, SideBySide
from standoff.analysis.tripwires import Tripwire, Tripwires
from standoff.analysis.whatif import WhatIf
from standoff.report.blocks import Block, Bullets, GridBlock, Heading, Paragraph, Section
from standoff.report.tables import replace_underscores
from standoff.report.timeline import Timeline
from standoff.report.typesetting import show_count, show_number, show_percent, show_points
from standoff.text import UNKNOWN

__all__ = ["describe_changes"]

_FOCUS = 8
"""Units of time ahead at which variants are compared, or the horizon if that is sooner."""
_MOST_WIRES = 8


def describe_changes(whatif: WhatIf | None, tripwires: Tripwires | None, timeline: Timeline) -> Section:
    """Show variants and tripwires, as far as they were requested."""
    blocks: list[Block] = []
    if whatif is not None:
        blocks += _describe_variants(whatif, timeline)
    if tripwires is not None:
        blocks += _describe_tripwires(tripwires, has_heading=whatif is not None)
    return Section("changes", "What would change the forecast", "Changes", tuple(blocks))


def _describe_variants(whatif: WhatIf, timeline: Timeline) -> list[Block]:
    mark = next(iter(timeline.place_marks((_FOCUS,))), timeline.horizon)
    at = _find_period(whatif, mark.period)
    rows = []
    for series in whatif.differences[0].probabilities:
        cells = [series.label, show_percent(series.before[at])]
        for difference in whatif.differences:
            found = next(
                (one for one in difference.probabilities if (one.kind, one.name) == (series.kind, series.name)), None
            )
            cells.append(_describe_change(difference, found, at) if found else UNKNOWN)
        rows.append(tuple(cells))
    head = ("", "Scenario as it is", *(side.name for side in whatif.variants))
    caption = (
        f"Probabilities by {mark.date}, with the change in percentage points. “=” marks a change within the numerical error "
        "of the two solutions."
    )
    return [
        Paragraph("Each column solves the crisis again with some assumptions changed. All sides know of the change."),
        GridBlock("variants", caption, head, tuple(rows)),
    ]


def _find_period(whatif: WhatIf, period: int) -> int:
    """Index of a period in the comparison, or of the last period."""
    periods = whatif.differences[0].periods[:, 0].tolist()
    return periods.index(period - 1) if period - 1 in periods else len(periods) - 1


def _describe_change(difference: SideBySide, found: ProbabilityChange, at: int) -> str:
    after, change = float(found.after[at]), float(found.change[at])
    moved = show_points(change) if difference.is_beyond_error(change) else "="
    return f"{show_percent(after)} ({moved})"


def _describe_tripwires(tripwires: Tripwires, *, has_heading: bool) -> list[Block]:
    labels, answer = tripwires.candidate_labels, tripwires.answer
    blocks: list[Block] = [Heading("Tripwires")] if has_heading else []
    blocks.append(
        Paragraph(
            f"At the central values “{labels[answer]}” is the most likely "
            f"({show_percent(tripwires.probabilities[answer])}), ahead by "
            f"{show_number(round(100 * tripwires.lead))} percentage points. A tripwire is the smallest change of one "
            "parameter that makes something else the most likely."
        )
    )
    flipping = tripwires.flipping[:_MOST_WIRES]
    if flipping:
        blocks.append(Bullets(tuple(_describe_tripwire(wire, tripwires) for wire in flipping)))
    else:
        examined = f"None of the {len(tripwires.rows)} parameters examined" if tripwires.skipped else "No parameter"
        blocks.append(Paragraph(f"{examined} does so anywhere in its range."))
    rest = len(tripwires.rows) - len(tripwires.flipping) - len(tripwires.unknown)
    if flipping and rest:
        blocks.append(Paragraph(f"No such value was found in the range of {show_count(rest, 'other parameter')}."))
    if tripwires.skipped:
        skipped = show_count(len(tripwires.skipped), "parameter")
        blocks.append(Paragraph(f"Another {skipped} with smaller derivatives of the lead were not examined."))
    return blocks


def _describe_tripwire(wire: Tripwire, tripwires: Tripwires) -> str:
    assert wire.flips_at is not None
    assert wire.answer is not None
    unit = f" {wire.unit}".replace(" 1/", " per ") if wire.unit else ""
    name = wire.label or replace_underscores(wire.name)
    basis = "" if wire.source == "evidence" else " This parameter rests on judgement."
    answer = f"“{tripwires.candidate_labels[wire.answer]}” is the most likely ({show_percent(wire.probabilities[wire.answer])})"
    return f"{name}: at {show_number(wire.flips_at, 3)} instead of {show_number(wire.value)}{unit}, {answer}.{basis}"
