"""`standoff bargain`: the bargaining range today, and why there is no deal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    Targets,
    load_scenario,
    make_settings,
    open_console,
    print_indented,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.progress import progress_bar
from standoff.text import UNKNOWN, format_percent

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.analysis.bargain import Bargain, Pair
    from standoff.analysis.no_deal import NoDeal, Remedy
    from standoff.analysis.solution import Solution

__all__ = ["register"]

BASE_SHARE = 0.1
"""Share of the work that is the solve of the crisis as it is."""
MOST_PACKAGES = 24
"""Packages that are listed; of a longer list, only those that matter to some pair of types."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("bargain", short_help="Compare packages, and show why there is no deal.")(bargain)


def bargain(
    scenario: ScenarioName,
    overrides: Overrides = None,
    targets: Targets = None,
    payments: Annotated[
        list[float] | None,
        typer.Option("--payment", metavar="SIZE", help="Size of a side payment in payoff units. Repeatable."),
    ] = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Compare every package with waiting and fighting, and show why there is no deal."""
    loaded = load_scenario(scenario, overrides)
    from standoff.analysis.bargain import bargain as weigh_packages
    from standoff.analysis.no_deal import PAYMENTS, why_no_deal
    from standoff.analysis.solution import solve
    from standoff.analysis.targets import parse_targets
    from standoff.game.agenda import tabulate_packages

    wanted = parse_targets(loaded, targets)
    milestone = next((target.name for target in wanted if target.kind == "milestone"), None)
    tabulate_packages(loaded)  # faults of the agenda are reported before the solve
    with progress_bar() as progress:
        settings = make_settings(belief_points, belief_tolerance)
        solution = solve(loaded, settings, lambda share: progress(BASE_SHARE * share))
        found = weigh_packages(solution, milestone)
        reasons = why_no_deal(
            solution,
            wanted,
            payments=payments or PAYMENTS,
            progress=lambda share: progress(BASE_SHARE + (1.0 - BASE_SHARE) * share),
        )
    if as_json:
        print_json(solution.header_to_json() | {"bargain": found.to_json(), "no_deal": reasons.to_json()})
    else:
        _draw(open_console(), solution, found, reasons)


def _draw(console: Console, solution: Solution, found: Bargain, reasons: NoDeal) -> None:
    """Print packages, disagreement values, ranges, blocking issues and why there is no deal."""
    from standoff.cli.tables import print_certificate

    print_title(console, solution.scenario)
    console.print()
    _draw_disagreement(console, found)
    _draw_packages(console, solution, found)
    _draw_pairs(console, found)
    _draw_issues(console, found)
    _draw_reasons(console, solution, reasons)
    _draw_causes(console, reasons)
    print_certificate(console, solution)
    parts = [part for remedy in reasons.remedies for part in remedy.parts]
    worst = max(part.certificate.belief_error for part in parts)
    residual = max(part.certificate.residual for part in parts)
    print_indented(
        console, f"all solves of changed crises: residual at most {residual:.1e}, probability error at most {worst:.1e}"
    )


def _list_types(found: Bargain) -> list[tuple[str, str]]:
    """Return the (player, type) pairs of both sides."""
    return [key for side in found.sides for key in found.worth if key[0] == side]


def _format_heading(found: Bargain, key: tuple[str, str]) -> str:
    player = next(player for player in found.packages.players if player.name == key[0])
    return key[0] if len(player.player_types) == 1 else f"{key[0]}\n{key[1]}"


def _draw_disagreement(console: Console, found: Bargain) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    keys = _list_types(found)
    table = make_table("value without a deal", *(_format_heading(found, key) for key in keys))
    table.add_row("waiting (play continues)", *(f"{found.waiting[key]:+.2f}" for key in keys))
    fight = found.fight
    if fight is not None:
        label = next(player.label for player in found.packages.players if player.name == fight.player)
        table.add_row(Text(f"fighting ({label}: {fight.label})"), *(f"{fight.values[key]:+.2f}" for key in keys))
    console.print(table)
    if fight is None:
        print_note(
            console, "No action available now is likely to meet the milestone, so there is no value of fighting."
        )
    console.print()


def _draw_packages(console: Console, solution: Solution, found: Bargain) -> None:
    import numpy as np
    from rich.text import Text

    from standoff.cli.tables import make_table

    keys = _list_types(found)
    packages = found.packages
    agenda = solution.scenario.agenda
    assert agenda is not None
    issues = list(agenda.issues.values())
    levels = [[issue.level_labels.get(level, level) for level in issue.levels] for issue in issues]
    shown = _select_packages(found)
    heading = "packages\n" + ", ".join(issue.label for issue in issues)
    table = make_table(heading, *(_format_heading(found, key) for key in keys), "probability of\nratification")
    index = {
        (packages.players[i].name, kind): (i, h)
        for i in range(len(packages.players))
        for h, kind in enumerate(packages.players[i].player_types)
    }
    ratified = np.ones(len(packages.names))
    for one in packages.ratification.values():
        ratified = ratified * one
    for k in shown:
        mark = "*" if found.offered[k] else " "
        cells = []
        for key in keys:
            i, h = index[key]
            red = bool(packages.red[k, i, h])
            cells.append(Text(f"{found.worth[key][k]:+.2f}{'!' if red else ' '}", style="red" if red else ""))
        words = ", ".join(own[level] for own, level in zip(levels, packages.levels[k], strict=True))
        table.add_row(Text(f"{k + 1:3d}{mark} {words}"), *cells, format_percent(float(ratified[k])))
    console.print(table)
    hidden = len(packages.names) - len(shown)
    more = f"   {hidden} dominated packages are not shown" if hidden else ""
    print_note(console, f"* can be proposed   ! crosses a red line of the type{more}\n")


def _select_packages(found: Bargain) -> list[int]:
    """Return the packages to list: all of a few, else those on the table, at a solution point or on a frontier."""
    import numpy as np

    count = len(found.packages.names)
    if count <= MOST_PACKAGES:
        return list(range(count))
    wanted = set(np.flatnonzero(found.offered).tolist())
    for pair in found.pairs:
        points = (pair.points.nash, pair.points.kalai_smorodinsky, pair.points.egalitarian, pair.waiting.nearest)
        wanted |= {one for one in points if one is not None}
    frontiers = sorted({one for pair in found.pairs for one in pair.frontier} - wanted)
    return sorted([*wanted, *frontiers[: max(0, MOST_PACKAGES - len(wanted))]])


def _format_package(package: int | None) -> str:
    return UNKNOWN if package is None else str(package + 1)


def _format_gain(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.2f}"


def _draw_pairs(console: Console, found: Bargain) -> None:
    from standoff.cli.tables import make_table

    table = make_table(
        f"{found.side_labels[0]} and {found.side_labels[1]}",
        "prior", "better than\nwaiting", "better than\nfighting", "Nash", "Kalai-\nSmorodinsky", "egali-\ntarian",
        "slack", "blocked by",
    )  # fmt: skip
    for pair in found.pairs:
        table.add_row(
            _name_pair(pair),
            format_percent(pair.prior),
            str(len(pair.waiting.packages)),
            UNKNOWN if pair.fighting is None else str(len(pair.fighting.packages)),
            _format_package(pair.points.nash),
            _format_package(pair.points.kalai_smorodinsky),
            _format_package(pair.points.egalitarian),
            _format_gain(pair.waiting.closeness),
            ", ".join(pair.blocking_issues) or UNKNOWN,
        )
    console.print(table)
    print_note(
        console,
        "Better than: number of packages that both types prefer. Nash, Kalai-Smorodinsky, egalitarian: the package that each "
        "solution selects, with waiting as disagreement. Slack: the most that the worse-off side can gain; if negative, the "
        "bargaining range is empty and short by this much.\n",
    )


def _name_pair(pair: Pair) -> str:
    return " and ".join(pair.player_types)


def _draw_issues(console: Console, found: Bargain) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    table = make_table("levels in the range", *(_name_pair(pair).replace(" and ", "\nand ") for pair in found.pairs))
    for k, effect in enumerate(found.pairs[0].issues):
        cells = (", ".join(pair.issues[k].levels_in_range) or UNKNOWN for pair in found.pairs)
        table.add_row(Text(effect.label), *cells)
    table.add_section()
    for k, effect in enumerate(found.pairs[0].issues):
        cells = (_format_gain(pair.issues[k].closeness_if_dropped) for pair in found.pairs)
        table.add_row(Text(f"slack without {effect.label}", style="italic"), *cells)
        if any(pair.issues[k].closeness_if_lifted is not None for pair in found.pairs):
            cells = (_format_gain(pair.issues[k].closeness_if_lifted) for pair in found.pairs)
            table.add_row(Text("  without its red lines", style="italic"), *cells)
    console.print(table)
    console.print()


def _draw_reasons(console: Console, solution: Solution, reasons: NoDeal) -> None:
    from rich.text import Text

    from standoff.analysis.targets import describe_target
    from standoff.cli.tables import make_table

    for k, target in enumerate(reasons.targets):
        heading = f"{describe_target(solution.scenario, target)}, without each reason for no deal"
        table = make_table(heading, "probability", "removed", "share")
        table.add_row("base", format_percent(reasons.base.probabilities[k]), "", "")
        for remedy in reasons.remedies:
            table.add_section()
            table.add_row(Text(f"{remedy.name}: {remedy.label}"), *_format_removed(remedy, k))
            for part in remedy.parts:
                if remedy.weights or part is not remedy.parts[0]:  # otherwise the part is the remedy itself
                    table.add_row(Text(f"  {part.label}", style="dim"), format_percent(part.probabilities[k]), "", "")
        console.print(table)
        console.print()
    for remedy in reasons.remedies:
        print_note(console, f"{remedy.name}: {remedy.note}")
    print_note(
        console,
        "Removed: percentage points of the probability, negative where it rises. Indivisibility is measured against the "
        "crisis with the same offers and worthless payments, the other reasons against the base. The reasons overlap and do "
        "not add up.\n",
    )


def _format_removed(remedy: Remedy, target: int) -> tuple[str, str, str]:
    if not remedy.applies:
        return "does not apply", "", ""
    share = float(remedy.share_removed[target])
    return (
        format_percent(float(remedy.probabilities[target])),
        f"{100 * float(remedy.removed[target]):+.1f}",
        UNKNOWN if math.isnan(share) else f"{100 * share:+.0f} %",
    )


def _draw_causes(console: Console, reasons: NoDeal) -> None:
    from rich.text import Text

    from standoff.cli.tables import make_table

    if not reasons.base.causes:
        return
    last = reasons.remedies[-1]
    left: dict[str, float] = {}
    for weight, part in zip(last.weights, last.parts, strict=True):
        for cause in part.causes:
            left[cause.stage] = left.get(cause.stage, 0.0) + weight * cause.probability
    table = make_table("cause", "base", "without all three")
    for cause in reasons.base.causes:
        table.add_row(Text(cause.label), format_percent(cause.probability), format_percent(left.get(cause.stage, 0.0)))
    console.print(table)
    console.print()
