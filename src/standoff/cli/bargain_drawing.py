"""The table and the reasons for no deal as a person reads them in a terminal."""

from __future__ import annotations

import math

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from standoff.analysis.bargain import Bargain, Pair
from standoff.analysis.no_deal import NoDeal, Remedy
from standoff.analysis.solution import Solution
from standoff.analysis.targets import describe_target
from standoff.cli.solution_tables import draw_certificate, percent

__all__ = ["draw_bargain"]

MOST_PACKAGES = 24
"""Packages that are listed; of more, those that some pair of types would look at."""


def draw_bargain(console: Console, solution: Solution, found: Bargain, reasons: NoDeal) -> None:
    """Print packages, values of disagreement, ranges, blocking issues and why there is no deal."""
    scenario = solution.scenario
    console.print(Text(scenario.title, style="bold"))
    if scenario.overrides:
        console.print(Text("changed: " + "; ".join(scenario.overrides), style="yellow"))
    console.print()
    _disagreement(console, found)
    _packages(console, solution, found)
    _pairs(console, found)
    _issues(console, found)
    _reasons(console, solution, reasons)
    _causes(console, reasons)
    draw_certificate(console, solution)
    worst = max(part.certificate.belief_error for remedy in reasons.remedies for part in remedy.parts)
    residual = max(part.certificate.residual for remedy in reasons.remedies for part in remedy.parts)
    console.print(f"  of all re-solves: residual at most {residual:.1e}, probability error at most {worst:.1e}")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, heading in enumerate(headings):
        table.add_column(heading, justify="left" if k == 0 else "right", no_wrap=k > 0)
    return table


def _types(found: Bargain) -> list[tuple[str, str]]:
    """The types of both sides."""
    return [key for side in found.sides for key in found.worth if key[0] == side]


def _heading(found: Bargain, key: tuple[str, str]) -> str:
    player = next(player for player in found.packages.players if player.name == key[0])
    return key[0] if len(player.player_types) == 1 else f"{key[0]}\n{key[1]}"


def _disagreement(console: Console, found: Bargain) -> None:
    keys = _types(found)
    table = _table("without a deal", *(_heading(found, key) for key in keys))
    table.add_row("waiting: play goes on", *(f"{found.waiting[key]:+.2f}" for key in keys))
    fight = found.fight
    if fight is not None:
        whose = next(player.label for player in found.packages.players if player.name == fight.player)
        label = f"fighting: {whose}, {fight.label}"
        table.add_row(Text(label), *(f"{fight.values[key]:+.2f}" for key in keys))
    console.print(table)
    if fight is None:
        console.print(
            Text("No action at hand is likely to bring the milestone, so nothing stands for fighting.", style="dim")
        )
    console.print()


def _packages(console: Console, solution: Solution, found: Bargain) -> None:
    keys = _types(found)
    packages = found.packages
    agenda = solution.scenario.agenda
    assert agenda is not None
    issues = list(agenda.issues.values())
    levels = [[issue.level_labels.get(level, level) for level in issue.levels] for issue in issues]
    shown = _worth_showing(found)
    heading = "packages\n" + ", ".join(issue.label for issue in issues)
    table = _table(heading, *(_heading(found, key) for key in keys), "carried\nthrough")
    place = {
        (packages.players[i].name, kind): (i, h)
        for i in range(len(packages.players))
        for h, kind in enumerate(packages.players[i].player_types)
    }
    chance = np.ones(len(packages.names))
    for one in packages.ratification.values():
        chance = chance * one
    for k in shown:
        mark = "*" if found.offered[k] else " "
        cells = []
        for key in keys:
            i, h = place[key]
            red = bool(packages.red[k, i, h])
            cells.append(Text(f"{found.worth[key][k]:+.2f}{'!' if red else ' '}", style="red" if red else ""))
        words = ", ".join(own[level] for own, level in zip(levels, packages.levels[k], strict=True))
        table.add_row(Text(f"{k + 1:3d}{mark} {words}"), *cells, percent(float(chance[k])))
    console.print(table)
    hidden = len(packages.names) - len(shown)
    more = f" {hidden} packages that nobody would look at are not shown." if hidden else ""
    console.print(Text(f"* can be put on the table   ! crosses a red line of the type{more}\n", style="dim"))


def _worth_showing(found: Bargain) -> list[int]:
    count = len(found.packages.names)
    if count <= MOST_PACKAGES:
        return list(range(count))
    wanted = set(np.flatnonzero(found.offered).tolist())
    for pair in found.pairs:
        points = (pair.points.nash, pair.points.kalai_smorodinsky, pair.points.egalitarian, pair.waiting.nearest)
        wanted |= {one for one in points if one is not None}
    frontiers = sorted({one for pair in found.pairs for one in pair.frontier} - wanted)
    return sorted([*wanted, *frontiers[: max(0, MOST_PACKAGES - len(wanted))]])


def _number(package: int | None) -> str:
    return "-" if package is None else str(package + 1)


def _pairs(console: Console, found: Bargain) -> None:
    table = _table(
        f"{found.side_labels[0]} and {found.side_labels[1]}",
        "prior", "better than\nwaiting", "than\nfighting", "Nash", "Kalai-\nSmorodinsky", "egali-\ntarian", "closeness",
        "blocked by",
    )  # fmt: skip
    for pair in found.pairs:
        table.add_row(
            _who(pair),
            percent(pair.prior),
            str(len(pair.waiting.packages)),
            "-" if pair.fighting is None else str(len(pair.fighting.packages)),
            _number(pair.points.nash),
            _number(pair.points.kalai_smorodinsky),
            _number(pair.points.egalitarian),
            "-" if pair.waiting.closeness is None else f"{pair.waiting.closeness:+.2f}",
            ", ".join(pair.blocking_issues) or "-",
        )
    console.print(table)
    console.print(
        Text(
            "How many packages both prefer; which one each solution picks, against waiting; and what the worse-off side "
            "gains at best (closeness; below 0 the range is empty, and that much is missing).\n",
            style="dim",
        )
    )


def _who(pair: Pair) -> str:
    return " and ".join(pair.player_types)


def _issues(console: Console, found: Bargain) -> None:
    table = _table("levels in the range", *(_who(pair).replace(" and ", "\nand ") for pair in found.pairs))
    for k, effect in enumerate(found.pairs[0].issues):
        table.add_row(Text(effect.label), *(", ".join(pair.issues[k].levels_in_range) or "-" for pair in found.pairs))
    table.add_section()
    for k, effect in enumerate(found.pairs[0].issues):
        table.add_row(
            Text(f"closeness without {effect.label}", style="italic"),
            *(_signed(pair.issues[k].closeness_if_dropped) for pair in found.pairs),
        )
        if any(pair.issues[k].closeness_if_lifted is not None for pair in found.pairs):
            table.add_row(
                Text("  without its red lines", style="italic"),
                *(_signed(pair.issues[k].closeness_if_lifted) for pair in found.pairs),
            )
    console.print(table)
    console.print()


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"


def _reasons(console: Console, solution: Solution, reasons: NoDeal) -> None:
    for k, target in enumerate(reasons.targets):
        table = _table(
            f"why is there no deal? {describe_target(solution.scenario, target)}", "probabilities", "removes", "share"
        )
        table.add_row("as it is", percent(reasons.base.probabilities[k]), "", "")
        for remedy in reasons.remedies:
            table.add_section()
            table.add_row(Text(f"{remedy.name}: {remedy.label}"), *_removed(remedy, k))
            for part in remedy.parts:
                if remedy.weights or part is not remedy.parts[0]:  # else the remedy itself
                    table.add_row(Text(f"  {part.label}", style="dim"), percent(part.probabilities[k]), "", "")
        console.print(table)
        console.print()
    for remedy in reasons.remedies:
        console.print(Text(f"{remedy.name}: {remedy.note}", style="dim"))
    console.print(
        Text(
            "Removes: points of probability, negative where the probabilities rise. Indivisibility is "
            "measured against the crisis with "
            "the same offers and worthless payments, the others against the crisis as it is; they overlap and do not add up.\n",
            style="dim",
        )
    )


def _removed(remedy: Remedy, target: int) -> tuple[str, str, str]:
    if not remedy.applies:
        return "nothing to take away", "", ""
    share = float(remedy.share_removed[target])
    return (
        percent(float(remedy.probabilities[target])),
        f"{100 * float(remedy.removed[target]):+.1f}",
        "-" if math.isnan(share) else f"{100 * share:+.0f} %",
    )


def _causes(console: Console, reasons: NoDeal) -> None:
    if not reasons.base.causes:
        return
    last = reasons.remedies[-1]
    left: dict[str, float] = {}
    for weight, part in zip(last.weights, last.parts, strict=True):
        for cause in part.causes:
            left[cause.stage] = left.get(cause.stage, 0.0) + weight * cause.probability
    table = _table("what brings it about", "as it is", "without all three")
    for cause in reasons.base.causes:
        table.add_row(Text(cause.label), percent(cause.probability), percent(left.get(cause.stage, 0.0)))
    console.print(table)
    console.print()
