"""What the answer hinges on: the numbers that move it most, and which of them are judgements."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from standoff.analysis.drivers import Driver, Drivers
from standoff.report.blocks import Block, Grid, Paragraph, Picture, Section
from standoff.report.tornado import Bar, chart_of_tornado
from standoff.report.wording import joined, number, percent

__all__ = ["hinges_section"]

_SHOWN = 8
_SOURCES = {"evidence": "a document", "judgement": "judgement", "none": "nothing", "": "its parameter"}


def hinges_section(drivers: Drivers) -> Section:
    """A tornado for every target, and the strongest numbers with what they rest on."""
    guesses = [_name(drivers[name]) for name in drivers.hinges_on]
    blocks: list[Block] = []
    if guesses:
        few = len(guesses) == 1
        blocks.append(
            Paragraph(
                Markup(
                    "Of the {} strongest numbers, {} no document behind {}: <strong>{}</strong>. The answer hinges on these."
                ).format(
                    drivers.top,
                    "one has" if few else f"{len(guesses)} have",
                    "it" if few else "them",
                    Markup("</strong>; <strong>").join(guesses),
                )
            )
        )
    else:
        blocks.append(Paragraph(f"Each of the {drivers.top} strongest numbers has a document behind it."))
    for k, label in enumerate(drivers.target_labels):
        bars = _bars(drivers, k)
        if bars:
            chart = chart_of_tornado(bars, float(drivers.probabilities[k]), name=f"tornado-{k + 1}", title=label)
            caption = (
                f"{label}: {percent(float(drivers.probabilities[k]))} at the file’s numbers, and what "
                f"becomes of that when one number "
                "alone goes to either end of its range. A star marks a judgement without a document."
            )
            blocks.append(Picture(chart, caption))
    moving = [row for row in drivers.rows if row.range is not None]
    rows = tuple(_row(row, drivers) for row in moving[: max(_SHOWN, drivers.top)])
    heads = [f"moves “{label}” by" for label in drivers.target_labels]
    head = ("Number", "value", "range", "rests on", *heads)
    caption = (
        f"The strongest numbers, by how far they move {joined(list(drivers.target_labels))} over their range. "
        f"Both ends were solved for {drivers.num_solves // 2} numbers; ≈ is by the derivative."
    )
    blocks.append(Grid("drivers-table", caption, head, rows))
    return Section("hinges", "What the answer hinges on", "Why", tuple(blocks))


def _ends(row: Driver, target: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Change of the probabilities at both ends of the range: solved, or by the derivative where it was not."""
    solved = row.tornado[target]
    ends: np.ndarray[tuple[int], np.dtype[np.float64]] = solved if np.isfinite(solved).all() else row.linear[target]
    return ends


def _bars(drivers: Drivers, target: int) -> list[Bar]:
    bars = []
    strongest = sorted(drivers.rows, key=lambda row: -float(np.nan_to_num(row.swing[target])))
    for row in strongest[:_SHOWN]:
        ends = _ends(row, target)
        if row.range is None or not np.isfinite(ends).all():
            continue
        low, high = (float(np.clip(drivers.probabilities[target] + end, 0.0, 1.0)) for end in ends)
        is_guess = row.source in {"judgement", "none"}
        bars.append(Bar(_name(row), low, high, number(row.range[0]), number(row.range[1]), is_guess))
    return bars


def _row(row: Driver, drivers: Drivers) -> tuple[str, ...]:
    spread = f"{number(row.range[0])} to {number(row.range[1])}" if row.range else "none given"
    moves = [_moved(row, k) for k in range(len(drivers.targets))]
    return (_name(row), number(row.value), spread, _SOURCES[row.source], *moves)


def _moved(row: Driver, target: int) -> str:
    ends = _ends(row, target)
    if not np.isfinite(ends).all():
        return row.undefined or "–"
    low, high = (_signed(round(100 * float(end))) for end in ends)
    sign = "" if np.isfinite(row.tornado[target]).all() else "≈ "
    return f"{sign}{low} to {high} points"


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "−") if points else "0"


def _name(row: Driver) -> str:
    if row.label or not row.name.startswith("players."):
        return row.label or row.name.replace("_", " ")
    _, player, *field = row.name.split(".")
    return f"{' '.join(field)} of {player}".replace("_", " ")
