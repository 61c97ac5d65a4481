"""What drives the forecast: the parameters that move it most, and which of them rest on judgement."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from standoff.analysis.drivers import Driver, Drivers
from standoff.report.blocks import Block, GridBlock, Paragraph, Picture, Section
from standoff.report.tables import replace_underscores
from standoff.report.tornado import Bar, chart_tornado
from standoff.report.typesetting import show_number, show_percent, show_points
from standoff.text import UNKNOWN, join_words

__all__ = ["describe_drivers"]

_SHOWN = 8
_BASES = {"evidence": "document", "judgement": "judgement", "none": "none stated", "": "its parameter"}


def describe_drivers(drivers: Drivers) -> Section:
    """Show a tornado for every target, and a table of the strongest parameters with their basis."""
    num_ranked = sum(row.range is not None for row in drivers.rows)
    guesses = [_name_driver(drivers[name]) for name in drivers.unsourced_drivers]
    blocks: list[Block] = [Paragraph(_describe_guesses(guesses, min(drivers.top, num_ranked)))]
    for k, label in enumerate(drivers.target_labels):
        bars = _choose_bars(drivers, k)
        if bars:
            chart = chart_tornado(bars, float(drivers.probabilities[k]), name=f"tornado-{k + 1}", title=label)
            caption = (
                f"{label}: {show_percent(drivers.probabilities[k])} at the central values, and the probability with one "
                "parameter at either end of its range. A star marks a parameter that rests on judgement."
            )
            blocks.append(Picture(chart, caption))
    moving = [row for row in drivers.rows if row.range is not None]
    rows = tuple(_describe_driver(row, drivers) for row in moving[: max(_SHOWN, drivers.top)])
    head = ("Parameter", "Value", "Range", "Basis", *(f"Change in “{label}”" for label in drivers.target_labels))
    caption = (
        f"The parameters that move {join_words(drivers.target_labels)} most over their ranges, in percentage points. The "
        f"crisis was solved at both ends of the range of {drivers.num_solves // 2} parameters; ≈ marks a linear estimate."
    )
    blocks.append(GridBlock("drivers-table", caption, head, rows))
    return Section("drivers", "What drives the forecast", "Drivers", tuple(blocks))


def _describe_guesses(guesses: list[str], top: int) -> Markup | str:
    if not guesses:
        return f"Each of the {top} strongest parameters cites a document."
    names = Markup("</strong>; <strong>").join(guesses)
    if len(guesses) == 1:
        text = Markup("Of the {} strongest parameters, one cites no document: <strong>{}</strong>.")
        return text.format(top, names) + " The forecast depends on this judgement."
    text = Markup("Of the {} strongest parameters, {} cite no document: <strong>{}</strong>.")
    return text.format(top, len(guesses), names) + " The forecast depends on these judgements."


def _find_ends(row: Driver, target: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Change of a probability at both ends of the range: solved, or else by the derivative."""
    solved = row.tornado[target]
    ends: np.ndarray[tuple[int], np.dtype[np.float64]] = solved if np.isfinite(solved).all() else row.linear[target]
    return ends


def _choose_bars(drivers: Drivers, target: int) -> list[Bar]:
    bars = []
    strongest = sorted(drivers.rows, key=lambda row: -float(np.nan_to_num(row.swing[target])))
    for row in strongest[:_SHOWN]:
        ends = _find_ends(row, target)
        if row.range is None or not np.isfinite(ends).all():
            continue
        low, high = (float(np.clip(drivers.probabilities[target] + end, 0.0, 1.0)) for end in ends)
        is_guess = row.source in {"judgement", "none"}
        bars.append(Bar(_name_driver(row), low, high, show_number(row.range[0]), show_number(row.range[1]), is_guess))
    return bars


def _describe_driver(row: Driver, drivers: Drivers) -> tuple[str, ...]:
    spread = f"{show_number(row.range[0])} to {show_number(row.range[1])}" if row.range else "none given"
    changes = [_describe_change(row, k) for k in range(len(drivers.targets))]
    return (_name_driver(row), show_number(row.value), spread, _BASES[row.source], *changes)


def _describe_change(row: Driver, target: int) -> str:
    ends = _find_ends(row, target)
    if not np.isfinite(ends).all():
        return row.undefined or UNKNOWN
    sign = "" if np.isfinite(row.tornado[target]).all() else "≈ "
    return f"{sign}{show_points(ends[0])} to {show_points(ends[1])} points"


def _name_driver(row: Driver) -> str:
    if row.label or not row.name.startswith("players."):
        return row.label or replace_underscores(row.name)
    _, player, *field = row.name.split(".")
    return replace_underscores(f"{' '.join(field)} of {player}")
