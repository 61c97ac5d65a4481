"""Which packages can be put on the table, and what they are worth to whom, in every draw of the parameters.

The rule is that of `standoff.game.agenda`. Worths may differ from draw to draw, so the packages may, too, and even their
number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from standoff.game.agenda import all_packages, efficient_packages, most_promising
from standoff.game.states import States

if TYPE_CHECKING:
    from standoff.game.context import Context
    from standoff.scenario import Agenda

__all__ = ["PackageChoice", "choose_packages", "every_package", "negotiators"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


@dataclass(frozen=True)
class PackageChoice:
    """The packages of one draw.

    Attributes:
        names: Slugs.
        labels: Text for people.
        levels: Level of each issue; shape (package, issue).
        worth: Worth to every plane; shape (package, plane).
        red: Whether a red line of a player type forbids it; shape (package, player, type).
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    levels: Levels
    worth: Floats
    red: Bools


def choose_packages(context: Context, agenda: Agenda) -> tuple[PackageChoice, ...]:
    """The packages of every draw.

    Args:
        context: The scenario's players and numbers; its packages are set to all that are looked at.
        agenda: Issues, worths and red lines.
    """
    issues = agenda.issues
    if isinstance(agenda.packages, str):
        levels = all_packages([len(issue.levels) for issue in issues.values()])
    else:
        levels = np.array(
            [[issue.levels.index(package[name]) for name, issue in issues.items()] for package in agenda.packages],
            dtype=np.int32,
        )
    worth = np.broadcast_to(_worth(context, agenda, levels), (context.num_draws, len(levels), len(context.planes)))
    red = _red_lines(context, agenda, levels)
    kept = [np.arange(len(levels))] * context.num_draws
    if agenda.packages == "efficient":
        kept = [_frontier(context, worth[d], red, d) for d in range(context.num_draws)]
    if isinstance(agenda.packages, str) and any(len(chosen) > agenda.limit for chosen in kept):
        product = np.broadcast_to(_nash_product(context, levels, worth), (context.num_draws, len(levels)))
        kept = [
            chosen if len(chosen) <= agenda.limit else most_promising(chosen, product[d], agenda.limit)
            for d, chosen in enumerate(kept)
        ]
    names = [_name(agenda, row) for row in levels]
    labels = [_label(agenda, row) for row in levels]
    return tuple(
        PackageChoice(
            tuple(names[k] for k in chosen),
            tuple(labels[k] for k in chosen),
            levels[chosen],
            worth[d][chosen],
            red[chosen],
        )
        for d, chosen in enumerate(kept)
    )


def every_package(context: Context, agenda: Agenda) -> PackageChoice:
    """Every combination of levels with the numbers of the first draw, whatever may be put on the table.

    Args:
        context: The scenario's players and numbers.
        agenda: Issues, worths and red lines.
    """
    levels = all_packages([len(issue.levels) for issue in agenda.issues.values()])
    return PackageChoice(
        tuple(_name(agenda, row) for row in levels),
        tuple(_label(agenda, row) for row in levels),
        levels,
        _worth(context, agenda, levels)[0],
        _red_lines(context, agenda, levels),
    )


def _name(agenda: Agenda, row: Levels) -> str:
    parts = [(name, issue.levels[level]) for level, (name, issue) in zip(row, agenda.issues.items(), strict=True)]
    return parts[0][1] if len(parts) == 1 else "+".join(f"{name}:{level}" for name, level in parts)


def _label(agenda: Agenda, row: Levels) -> str:
    return ", ".join(
        f"{issue.label}: {issue.level_labels.get(issue.levels[level], issue.levels[level])}"
        for level, issue in zip(row, agenda.issues.values(), strict=True)
    )


def negotiators(context: Context) -> tuple[int, int]:
    """The two players at the table of the first bargaining stage."""
    for stage in context.scenario.stages:
        if stage.bargaining is not None:
            return context.player_index(stage.bargaining.between[0]), context.player_index(stage.bargaining.between[1])
    return 0, min(1, len(context.players) - 1)


def _frontier(context: Context, worth: Floats, red: Bools, draw: int) -> NDArray[np.int64]:
    """Efficient packages of a draw in the order of what they are worth to the first negotiator."""
    a, b = negotiators(context)
    rows = [[p for p, plane in enumerate(context.planes) if plane.player == side] for side in (a, b)]
    allowed = [np.array([~red[:, side, h] for h in range(len(context.players[side].player_types))]) for side in (a, b)]
    kept = efficient_packages(worth[:, rows[0]].T, worth[:, rows[1]].T, allowed[0], allowed[1])
    if not kept.any():
        context.problem(
            "no-package",
            "no package is acceptable to any pair of types",
            "agenda.packages",
            "check the red lines",
            draws=np.arange(context.num_draws) == draw,
        )
    chosen = np.flatnonzero(kept)
    return np.asarray(chosen[np.argsort(worth[chosen][:, rows[0]].mean(axis=1), kind="stable")])


def _nash_product(context: Context, levels: Levels, worth: Floats) -> Floats:
    """Expected product of both negotiators' gains over no agreement, at the start; shape (draw, package)."""
    scenario = context.scenario
    context.package_levels = levels[None]
    packages = np.arange(len(levels), dtype=np.int32)
    states = States(context, np.repeat(context.start_levels, len(levels), axis=0), 0, packages)
    deals = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining is not None}
    gain = worth - states.payoff(scenario.unresolved.payoffs, "unresolved.payoffs")
    for name in sorted(deals)[:1]:
        gain = gain + states.outcome_payoff(context.outcome_index(name))[..., 0, 0]
    sides = []
    for side in negotiators(context):
        prior = np.array([players[side].prior for players in context.players_by_draw])
        own = [(p, plane.player_type) for p, plane in enumerate(context.planes) if plane.player == side]
        sides.append(sum(prior[:, h, None] * np.maximum(gain[..., p], 0.0) for p, h in own))
    return np.asarray(sides[0] * sides[1])


def _worth(context: Context, agenda: Agenda, levels: Levels) -> Floats:
    """Worth of packages to every plane; shape (draw, package, plane)."""
    total = np.zeros((context.num_draws, len(levels), len(context.planes)))
    for column, (name, issue) in enumerate(agenda.issues.items()):
        for p, plane in enumerate(context.planes):
            player = context.players[plane.player]
            player_type = player.player_types[plane.player_type]
            path = f"agenda.issues.{name}.worth.{player.name}"
            for level, level_name in enumerate(issue.levels):
                worth = context.numbers_of(issue.worth_of(level_name, player.name, player_type), path)
                total[:, levels[:, column] == level, p] += worth[:, None]
    return total


def _red_lines(context: Context, agenda: Agenda, levels: Levels) -> Bools:
    """Whether a red line of a player type forbids each package; shape (package, player, type)."""
    red = np.zeros((len(levels), len(context.players), 2), dtype=np.bool_)
    for column, issue in enumerate(agenda.issues.values()):
        for i, player in enumerate(context.players):
            for k, player_type in enumerate(player.player_types):
                for level, level_name in enumerate(issue.levels):
                    if issue.is_red_line(level_name, player.name, player_type):
                        red[:, i, k] |= levels[:, column] == level
    return red
