"""Pieces that the tables of several analyses share."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standoff.analysis.documents import answer_document
from standoff.cli.solution_tables import CHECKPOINTS, percent
from standoff.version import versions

if TYPE_CHECKING:
    from standoff.analysis.compare import Comparison
    from standoff.analysis.drivers import Drivers
    from standoff.analysis.side_by_side import Side, SideBySide
    from standoff.analysis.tripwires import Tripwires
    from standoff.analysis.whatif import WhatIf
    from standoff.scenario import Scenario
    from standoff.solve.result import Certificate

__all__ = [
    "change_by_date",
    "checkpoints",
    "draw_made_of",
    "draw_moves",
    "draw_source_of_numbers",
    "draw_values",
    "new_table",
    "percent_or_dash",
    "points",
    "print_json",
    "quantity",
    "source_mark",
]

NARROWEST = 12
"""Signs that a column of text keeps, if it has a heading."""
SMALLEST_MOVE = 0.005
"""Change of the probability of a first move from which on it is printed."""


def print_json(found: WhatIf | Comparison | Drivers | Tripwires) -> None:
    """Print an answer as JSON."""
    sys.stdout.write(json.dumps(answer_document(found), indent=1, allow_nan=False) + "\n")


def new_table(*headings: str, left: int = 1) -> Table:
    """A table without lines; its first `left` columns are text, the others numbers.

    Text is folded where the terminal is narrow, but never away: rich would let such a column vanish.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, heading in enumerate(headings):
        if k < left:
            table.add_column(heading, overflow="fold", min_width=NARROWEST if heading else 2)
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    return table


def points(change: float) -> str:
    """A change of a probability in percentage points, to two digits.

    Examples:
        >>> points(0.0813), points(-0.00042), points(0.2), points(float("nan"))
        ('+8.1', '-0.042', '+20', '-')
    """
    if math.isnan(change):
        return "-"
    rounded = float(f"{100 * change:.2g}")
    return f"{rounded:+g}"


def percent_or_dash(probability: float) -> str:
    """As `percent`; a dash for what is not there."""
    return "-" if math.isnan(probability) else percent(probability)


def quantity(number: float) -> str:
    """A parameter to four digits."""
    return f"{number:.4g}"


def source_mark(source: str) -> str:
    """Where a number comes from, short."""
    return {"evidence": "evidence", "judgement": "judgement", "none": "UNSOURCED"}.get(source, "")


def checkpoints(found: SideBySide, side: Side) -> list[tuple[str, int]]:
    """Headings and places of the dates that are printed, the last one among them."""
    period = side.scenario.period
    ahead = {int(k) + 1: place for place, k in enumerate(found.periods[:, 0])}
    wanted = [round(unit / period.length) for unit in CHECKPOINTS]
    marks = [(count, ahead[count]) for count in dict.fromkeys(wanted) if count in ahead]
    last = len(found.dates) - 1
    if not marks or marks[-1][1] != last:
        marks.append((int(found.periods[last, 0]) + 1, last))
    return [(f"{period.unit} {count * period.length:g}\n{found.dates[place]:%-d %b}", place) for count, place in marks]


def change_by_date(found: SideBySide, side: Side) -> Table:
    """Changes of all probabilities in percentage points by date."""
    marks = checkpoints(found, side)
    table = new_table("change in points by", *(heading for heading, _ in marks))
    for row in found.probabilities:
        style = "italic" if row.kind == "milestone" else ""
        cells = []
        for _, place in marks:
            change = float(row.change[place])
            is_seen = math.isnan(change) or found.is_beyond_error(change)
            cells.append(points(change) if is_seen else "none")
        table.add_row(Text(row.label, style=style), *cells)
    return table


def draw_moves(console: Console, base: str, found: Sequence[tuple[str, SideBySide]]) -> None:
    """Print the first moves whose probability changes, beside each other."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for heading, changes in found:
        for move in changes.moves:
            key = (move.stage, move.player, move.player_type)
            row = rows.setdefault(key, {"before": move.before, "labels": {}, "after": {}})
            row["labels"] |= {name: label for name, label in move.labels.items() if name not in row["labels"]}
            row["after"][heading] = move.after
    table = new_table("what each side would do now", "action", base, *(heading for heading, _ in found), left=2)
    shown = False
    for (stage, player, player_type), row in rows.items():
        actions = [action for action in row["labels"] if _is_moved(row, action)]
        for k, action in enumerate(actions):
            who = f"{stage}: {player}" + (f" ({player_type})" if player_type != player else "")
            cells = [_cell(row["before"], action)]
            cells += [_cell(row["after"].get(heading, {}), action) for heading, _ in found]
            table.add_row(Text(who if k == 0 else ""), Text(row["labels"][action]), *cells)
            shown = True
    console.print(table if shown else "No first move changes by half a point or more.")


def _is_moved(row: Mapping[str, Any], action: str) -> bool:
    before = row["before"].get(action)
    return any(
        (before is None) != (after.get(action) is None)
        or (before is not None and abs(after[action] - before) >= SMALLEST_MOVE)
        for after in row["after"].values()
    )


def _cell(strategy: Mapping[str, float], action: str) -> str:
    return percent(strategy[action]) if action in strategy else "-"


def draw_values(console: Console, base: str, found: Sequence[tuple[str, SideBySide]]) -> None:
    """Print the value of the crisis to each player type."""
    table = new_table("worth at the start", base, *(heading for heading, _ in found))
    rows: dict[tuple[str, str], list[float | None]] = {}
    for place, (_, changes) in enumerate(found):
        for row in changes.values:
            cells = rows.setdefault((row.player, row.player_type), [None] * (len(found) + 1))
            cells[0] = row.before
            cells[place + 1] = row.after
    for (player, player_type), cells in rows.items():
        who = player + (f" ({player_type})" if player_type != player else "")
        table.add_row(Text(who), *("-" if cell is None else f"{cell:.3f}" for cell in cells))
    console.print(table)


def draw_made_of(console: Console, sides: Sequence[tuple[str, Side]]) -> None:
    """Print what made the numbers: hash and certificate of every side, and the versions."""
    console.print(Text("Certificates", style="bold"))
    table = new_table("", "scenario", "residual", "belief points", "probability error", "branch", left=2)
    for heading, side in sides:
        certificate = side.certificate
        table.add_row(
            Text(heading),
            Text(f"{side.scenario.id} {side.scenario.scenario_hash[:12]}"),
            f"{certificate.residual:.1e}",
            " x ".join(map(str, certificate.belief_points)) or "none",
            f"{certificate.belief_error:.1e}",
            certificate.branch,
        )
    console.print(table)
    console.print(", ".join(f"{name} {version}" for name, version in versions().items()))


def draw_source_of_numbers(console: Console, scenario: Scenario, certificate: Certificate) -> None:
    """Print what made the numbers of an analysis of one solution."""
    console.print(
        f"residual {certificate.residual:.1e}   probability error {certificate.belief_error:.1e}   "
        f"scenario {scenario.id} {scenario.scenario_hash[:12]}, "
        + ", ".join(f"{name} {version}" for name, version in versions().items())
    )
