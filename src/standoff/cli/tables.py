"""Tables that several commands print: changes by date, first moves, values, certificates and sources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from standoff.cli.common import CHECKPOINTS, print_indented
from standoff.text import UNKNOWN, format_change, format_percent, format_short_day

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from standoff.analysis.side_by_side import Side, SideBySide
    from standoff.analysis.solution import Solution
    from standoff.scenario import Coverage, Scenario
    from standoff.solve.result import Certificate

__all__ = [
    "describe_coverage",
    "find_date_columns",
    "format_source",
    "format_value",
    "make_table",
    "print_certificate",
    "print_certificates",
    "print_moves",
    "print_provenance",
    "print_values",
    "tabulate_changes",
]

NARROWEST = 12
"""Characters that a column of text keeps, if it has a heading."""
SMALLEST_MOVE = 0.005
"""Change in the probability of a first move from which it is printed."""


def make_table(*headings: str, left: int = 1) -> Table:
    """Return a table without lines; its first `left` columns are text, the others numbers.

    Text is folded where the terminal is narrow and never disappears: rich would let such a column vanish.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, heading in enumerate(headings):
        if k < left:
            table.add_column(heading, overflow="fold", min_width=NARROWEST if heading else 2)
        else:
            table.add_column(heading, justify="right", no_wrap=True)
    return table


def format_value(value: float) -> str:
    """Write a parameter or payoff to four digits."""
    return f"{value:.4g}"


def format_source(source: str) -> str:
    """Name the kind of source of a number; "" for a number that needs none."""
    return {"evidence": "document", "judgement": "judgement", "none": "UNSOURCED"}.get(source, "")


def describe_coverage(coverage: Coverage) -> str:
    """Say how many numbers rest on a document, on judgement, and on nothing."""
    counts = coverage.counts
    return f"{counts['evidence']} from documents, {counts['judgement']} by judgement, {counts['none']} unsourced"


def find_date_columns(found: SideBySide, side: Side) -> list[tuple[str, int]]:
    """Return headings and indices of the dates that are printed, the last one among them."""
    period = side.scenario.period
    ahead = {int(k) + 1: index for index, k in enumerate(found.periods[:, 0])}
    wanted = [round(unit / period.length) for unit in CHECKPOINTS]
    columns = [(count, ahead[count]) for count in dict.fromkeys(wanted) if count in ahead]
    last = len(found.dates) - 1
    if not columns or columns[-1][1] != last:
        columns.append((int(found.periods[last, 0]) + 1, last))
    return [
        (f"{period.unit} {count * period.length:g}\n{format_short_day(found.dates[index])}", index)
        for count, index in columns
    ]


def tabulate_changes(found: SideBySide, side: Side) -> Table:
    """Tabulate the changes of all probabilities by date, in percentage points."""
    from rich.text import Text

    columns = find_date_columns(found, side)
    table = make_table("change in points by", *(heading for heading, _ in columns))
    for row in found.probabilities:
        style = "italic" if row.kind == "milestone" else ""
        cells = []
        for _, index in columns:
            change = float(row.change[index])
            is_known = math.isnan(change) or found.is_beyond_error(change)
            cells.append(format_change(change) if is_known else "none")
        table.add_row(Text(row.label, style=style), *cells)
    return table


def print_moves(console: Console, base: str, found: Sequence[tuple[str, SideBySide]]) -> None:
    """Print the first moves whose probability changes, variant by variant."""
    from rich.text import Text

    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for heading, changes in found:
        for move in changes.moves:
            key = (move.stage, move.player, move.player_type)
            row = rows.setdefault(key, {"before": move.before, "labels": {}, "after": {}})
            row["labels"] |= {name: label for name, label in move.labels.items() if name not in row["labels"]}
            row["after"][heading] = move.after
    table = make_table("what each side would do now", "action", base, *(heading for heading, _ in found), left=2)
    for (stage, player, player_type), row in rows.items():
        actions = [action for action in row["labels"] if _is_moved(row, action)]
        for k, action in enumerate(actions):
            who = f"{stage}: {player}" + (f" ({player_type})" if player_type != player else "")
            cells = [_format_cell(row["before"], action)]
            cells += [_format_cell(row["after"].get(heading, {}), action) for heading, _ in found]
            table.add_row(Text(who if k == 0 else ""), Text(row["labels"][action]), *cells)
    console.print(table if table.row_count else "No first move changes by half a percentage point or more.")


def _is_moved(row: Mapping[str, Any], action: str) -> bool:
    before = row["before"].get(action)
    return any(
        (before is None) != (after.get(action) is None)
        or (before is not None and abs(after[action] - before) >= SMALLEST_MOVE)
        for after in row["after"].values()
    )


def _format_cell(strategy: Mapping[str, float], action: str) -> str:
    return format_percent(strategy[action]) if action in strategy else UNKNOWN


def print_values(console: Console, base: str, found: Sequence[tuple[str, SideBySide]]) -> None:
    """Print the value of the crisis to each player type."""
    from rich.text import Text

    table = make_table("value at the start", base, *(heading for heading, _ in found))
    rows: dict[tuple[str, str], list[float | None]] = {}
    for k, (_, changes) in enumerate(found):
        for row in changes.values:
            cells = rows.setdefault((row.player, row.player_type), [None] * (len(found) + 1))
            cells[0] = row.before
            cells[k + 1] = row.after
    for (player, player_type), cells in rows.items():
        who = player + (f" ({player_type})" if player_type != player else "")
        table.add_row(Text(who), *(UNKNOWN if cell is None else f"{cell:.3f}" for cell in cells))
    console.print(table)


def print_certificate(console: Console, solution: Solution) -> None:
    """Print how exactly a solution satisfies the equations, and what produced it."""
    from rich.text import Text

    certificate = solution.equilibrium.certificate
    points = " x ".join(str(n) for n in certificate.belief_points)
    grid = f"with {points} belief points" if points else "without beliefs"
    console.print(Text("Certificate", style="bold"))
    print_indented(
        console,
        f"accuracy: residual {certificate.residual:.1e}, regret {certificate.regret:.2g}, probability error "
        f"{certificate.belief_error:.1e} {grid}, forward-backward gap {certificate.consistency_gap:.1e}",
    )
    print_indented(
        console,
        f"branch {certificate.branch}: {certificate.nodes:,} nodes, {certificate.unique:,} proved unique, "
        f"{certificate.traced:,} traced from rationality 0, {certificate.folds:,} folds",
    )
    if certificate.is_unique:
        print_indented(console, "no other equilibrium: the solution of every node is proved unique, given later play")
    else:
        print_indented(
            console,
            f"not proved unique; other equilibria may exist, see `standoff equilibria {solution.scenario.id}`",
        )
    if solution.scenario.period.continues:
        print_indented(
            console, f"stationary: one more period changes no value by more than {certificate.stationary_change:.1e}"
        )
    print_indented(console, _describe_provenance(solution.scenario))


def print_certificates(console: Console, sides: Sequence[tuple[str, Side]]) -> None:
    """Print the scenario hash and certificate of every side, and the versions."""
    from rich.text import Text

    from standoff.version import list_versions

    console.print(Text("Certificates", style="bold"))
    table = make_table("", "scenario", "residual", "belief points", "probability error", "branch", left=2)
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
    console.print(", ".join(f"{name} {version}" for name, version in list_versions().items()))


def print_provenance(console: Console, scenario: Scenario, certificate: Certificate) -> None:
    """Print in one line what produced the numbers of an analysis of one solution."""
    console.print(
        f"residual {certificate.residual:.1e}, probability error {certificate.belief_error:.1e}, "
        + _describe_provenance(scenario)
    )


def _describe_provenance(scenario: Scenario) -> str:
    from standoff.version import list_versions

    parts = [f"scenario {scenario.id} {scenario.scenario_hash[:12]}"]
    return ", ".join(parts + [f"{name} {version}" for name, version in list_versions().items()])
