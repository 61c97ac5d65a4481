"""Bargaining: the deals that both sides prefer to no deal.

For one type of each side, h and k, package c is worth u_h(c | k) and u_k(c | h) if it is carried out. It is compared
with two values of disagreement at the current state:

    waiting     V at the start: the equilibrium continues, with the deals and wars that it brings
    fighting    Q of the most warlike action now (`standoff.analysis.fight`): its value to everyone, with the beliefs after it

The **bargaining range** against either contains the packages that no red line of the two types forbids and that are
worth at least
as much as disagreement to both (Fearon 1995; Powell 2006). Among the allowed packages are the Pareto frontier and,
with waiting as
disagreement, the points of `standoff.analysis.frontier`. **Closeness** is the largest of the packages' smaller gains over
disagreement; it is negative where the range is empty, and then measures how far the nearest package misses.

An issue **blocks** where the range is empty but would not be if the issue were dropped (kept at its status quo
without objection) or if the red lines on it were lifted.

References:
    Fearon, J. D. (1995), Rationalist explanations for war, International Organization 49(3), 379-414.
    Powell, R. (2006), War as a commitment problem, International Organization 60(1), 169-203.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standoff.analysis.fight import Fight, find_fight
from standoff.analysis.frontier import (
    Lottery,
    LotteryPoints,
    SolutionPoints,
    find_lottery_points,
    find_pareto_frontier,
    find_solution_points,
)
from standoff.analysis.plain import to_plain
from standoff.analysis.solution import Solution
from standoff.analysis.targets import choose_milestone
from standoff.game.agenda import PackageTable, tabulate_packages
from standoff.scenario import Scenario
from standoff.solve.equilibrium import Equilibrium

__all__ = ["Bargain", "IssueEffect", "Pair", "Range", "bargain"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Range:
    """The packages that two types prefer to disagreement.

    Attributes:
        disagreement: Value of disagreement to both.
        packages: Indices of the packages in the range.
        closeness: Largest of the smaller gains of the allowed packages; None where no package is allowed.
        nearest: Index of the package with that gain.
    """

    disagreement: tuple[float, float]
    packages: tuple[int, ...]
    closeness: float | None
    nearest: int | None


@dataclass(frozen=True)
class IssueEffect:
    """The effect of one issue on the range against waiting.

    Attributes:
        issue: Name of the issue.
        label: Label for people.
        levels_in_range: Levels of the issue in the packages of the range.
        closeness_if_dropped: Closeness if the issue stays at its status quo without objection; None where no package is allowed.
        closeness_if_lifted: Closeness without red lines on the issue; None where no package is allowed or there is no red line.
        blocks: Whether the range is empty, but would not be in one of these cases.
    """

    issue: str
    label: str
    levels_in_range: tuple[str, ...]
    closeness_if_dropped: float | None
    closeness_if_lifted: float | None
    blocks: bool


@dataclass(frozen=True)
class Pair:
    """One type of each side.

    Attributes:
        player_types: The types.
        prior: Probability that these are the true types.
        allowed: Indices of the packages that no red line of the two types forbids.
        worth: Worth of every package to both; shape (package, 2).
        frontier: Allowed packages that no other allowed package dominates, from the worst to the best for the first side.
        points: Nash, Kalai-Smorodinsky and egalitarian package against waiting, as indices of packages.
        lotteries: Nash, Kalai-Smorodinsky and egalitarian lottery where lotteries between packages can be agreed.
        waiting: Range against waiting.
        fighting: Range against fighting; None where no action fights now.
        issues: Effect of each issue.
    """

    player_types: tuple[str, str]
    prior: float
    allowed: tuple[int, ...]
    worth: Floats
    frontier: tuple[int, ...]
    points: SolutionPoints
    lotteries: LotteryPoints
    waiting: Range
    fighting: Range | None
    issues: tuple[IssueEffect, ...]

    @property
    def blocking_issues(self) -> tuple[str, ...]:
        """Issues that block: without them, or without their red lines, the empty range would not be empty."""
        return tuple(effect.issue for effect in self.issues if effect.blocks)


@dataclass(frozen=True)
class Bargain:
    """The bargaining situation at the start.

    Attributes:
        sides: Names of the two players who bargain.
        side_labels: Labels of the sides for people.
        packages: Every package of the agenda.
        offered: Whether each package can be offered in the game; shape (package,).
        worth: Expected worth of each package by (player, type), over the priors of the others' types; shape (package,) each.
        waiting: Value of waiting by (player, type).
        fight: The most warlike action now; None where no action is likely to meet the milestone.
        pairs: Every pair of types.
    """

    sides: tuple[str, str]
    side_labels: tuple[str, str]
    packages: PackageTable
    offered: NDArray[np.bool_]
    worth: dict[tuple[str, str], Floats]
    waiting: dict[tuple[str, str], float]
    fight: Fight | None
    pairs: tuple[Pair, ...]

    def to_json(self) -> dict[str, Any]:
        """Packages, values of disagreement and pairs of types as plain data; packages are named as in the game."""
        table = self.packages
        return {
            "sides": list(self.sides),
            "packages": [
                {
                    "name": name,
                    "label": table.labels[k],
                    "levels": dict(zip(table.issues, table.levels[k].tolist(), strict=True)),
                    "can_be_offered": bool(self.offered[k]),
                    "worth": [
                        {"player": player, "player_type": player_type, "worth": float(worth[k])}
                        for (player, player_type), worth in self.worth.items()
                    ],
                    "red_lines": [
                        {"player": player.name, "player_type": player_type}
                        for i, player in enumerate(table.players)
                        for h, player_type in enumerate(player.player_types)
                        if table.red[k, i, h]
                    ],
                    "ratification": {player: float(chance[k]) for player, chance in table.ratification.items()},
                }
                for k, name in enumerate(table.names)
            ],
            "disagreement": [
                {
                    "player": player,
                    "player_type": player_type,
                    "waiting": value,
                    "fighting": None if self.fight is None else self.fight.values[player, player_type],
                }
                for (player, player_type), value in self.waiting.items()
            ],
            "fight": None
            if self.fight is None
            else {
                "milestone": self.fight.milestone,
                "stage": self.fight.stage,
                "player": self.fight.player,
                "action": self.fight.action,
                "chance": self.fight.chance,
            },
            "pairs": [_pair_to_plain(self, pair) for pair in self.pairs],
        }


def bargain(solution: Solution, milestone: str | None = None) -> Bargain:
    """Compare every package with waiting and fighting.

    Args:
        solution: The solution.
        milestone: The milestone that fighting meets; None: the first of the file that depends on no other.

    Raises:
        InputError: The scenario has no bargaining, or there is no such milestone.

    Examples:
        >>> from standoff import Settings, load, solve
        >>> found = bargain(solve(load("cuba-1962", overrides=["period.horizon=5"]), Settings(belief_points=5)))
        >>> found.fight.action, [len(pair.waiting.packages) for pair in found.pairs]
        ('strike', [3, 1, 3, 1])
    """
    scenario, equilibrium = solution.scenario, solution.equilibrium
    table = tabulate_packages(scenario)
    game = equilibrium.game
    fight = find_fight(equilibrium, choose_milestone(scenario, milestone), scenario.state.keys())
    keys = [(game.players[plane.player].name, game.players[plane.player].player_types[plane.player_type])
            for plane in game.planes]  # fmt: skip
    waiting = dict(zip(keys, map(float, equilibrium.start_values), strict=True))
    worth = {key: table.compute_worth(p, {}) for p, key in enumerate(keys)}
    first, second = table.sides
    pairs = tuple(
        _pair(scenario, equilibrium, table, fight, (h, k))
        for h, k in product(range(len(game.players[first].player_types)), range(len(game.players[second].player_types)))
    )
    return Bargain(
        (game.players[first].name, game.players[second].name),
        (game.players[first].label, game.players[second].label),
        table,
        np.isin(np.array(table.names), np.array(game.packages)),
        worth,
        waiting,
        fight,
        pairs,
    )


def _pair(
    scenario: Scenario, equilibrium: Equilibrium, table: PackageTable, fight: Fight | None, types: tuple[int, int]
) -> Pair:
    """The bargaining situation of one pair of types."""
    players = table.players
    sides = table.sides
    own_planes = [equilibrium.game.first_plane[side] + k for side, k in zip(sides, types, strict=True)]
    worth = np.stack(
        [
            table.compute_worth(own_planes[0], {sides[1]: types[1]}),
            table.compute_worth(own_planes[1], {sides[0]: types[0]}),
        ],
        axis=1,
    )
    names = [players[side].player_types[k] for side, k in zip(sides, types, strict=True)]
    red = table.red[:, sides[0], types[0]] | table.red[:, sides[1], types[1]]
    waiting = np.asarray(equilibrium.start_values)[own_planes]
    allowed = np.flatnonzero(~red)
    fighting = None
    if fight is not None:
        against = np.array([fight.values[players[side].name, name] for side, name in zip(sides, names, strict=True)])
        fighting = _compute_range(worth, allowed, against)
    against_waiting = _compute_range(worth, allowed, waiting)
    points = find_solution_points(worth[allowed], waiting)
    lotteries = find_lottery_points(worth[allowed], waiting)
    return Pair(
        (names[0], names[1]),
        float(players[sides[0]].prior[types[0]] * players[sides[1]].prior[types[1]]),
        tuple(allowed.tolist()),
        worth,
        tuple(allowed[find_pareto_frontier(worth[allowed])].tolist()),
        SolutionPoints(
            _map_package(points.nash, allowed),
            _map_package(points.kalai_smorodinsky, allowed),
            _map_package(points.egalitarian, allowed),
        ),
        LotteryPoints(
            _map_lottery(lotteries.nash, allowed),
            _map_lottery(lotteries.kalai_smorodinsky, allowed),
            _map_lottery(lotteries.egalitarian, allowed),
        ),
        against_waiting,
        fighting,
        tuple(
            _compute_issue_effect(scenario, table, column, against_waiting, worth, waiting, names)
            for column in range(len(table.issues))
        ),
    )


def _map_package(found: int | None, allowed: NDArray[np.int64]) -> int | None:
    """Index of a package from its index among the allowed packages."""
    return None if found is None else int(allowed[found])


def _map_lottery(found: Lottery | None, allowed: NDArray[np.int64]) -> Lottery | None:
    """A lottery with indices of packages from one with indices among the allowed packages."""
    if found is None:
        return None
    first, second = found.packages
    return replace(found, packages=(int(allowed[first]), int(allowed[second])))


def _compute_range(worth: Floats, allowed: NDArray[np.int64], disagreement: Floats) -> Range:
    """Range of the allowed packages against a kind of disagreement."""
    point = (float(disagreement[0]), float(disagreement[1]))
    if not len(allowed):
        return Range(point, (), None, None)
    smallest = (worth[allowed] - disagreement).min(axis=1)
    best = int(np.argmax(smallest))
    return Range(point, tuple(allowed[smallest >= 0.0].tolist()), float(smallest[best]), int(allowed[best]))


def _compute_issue_effect(
    scenario: Scenario,
    table: PackageTable,
    column: int,
    now: Range,
    worth: Floats,
    waiting: Floats,
    names: list[str],
) -> IssueEffect:
    """Effect of an issue on the range of a pair: the range is computed again without the issue or without its red lines."""
    assert scenario.agenda is not None
    name = table.issues[column]
    issue = scenario.agenda.issues[name]
    lines = [_find_red_levels(scenario, table, c, names) for c in range(len(table.issues))]
    forbidden = np.stack([lines[c][table.levels[:, c]] for c in range(len(table.issues))], axis=1)
    others = np.delete(forbidden, column, axis=1).any(axis=1)
    dropped = _compute_range(worth, np.flatnonzero(~others & (table.levels[:, column] == 0)), waiting).closeness
    lifted = _compute_range(worth, np.flatnonzero(~others), waiting).closeness if lines[column].any() else None
    in_range: list[int] = np.unique(table.levels[list(now.packages), column]).tolist()
    is_empty = not now.packages
    opens = any(one is not None and one >= 0.0 for one in (dropped, lifted))
    return IssueEffect(
        name, issue.label, tuple(issue.levels[level] for level in in_range), dropped, lifted, is_empty and opens
    )


def _find_red_levels(scenario: Scenario, table: PackageTable, column: int, names: list[str]) -> NDArray[np.bool_]:
    """Whether either of the two types refuses each level of an issue; shape (level,)."""
    assert scenario.agenda is not None
    issue = scenario.agenda.issues[table.issues[column]]
    players = [table.players[side] for side in table.sides]
    return np.array(
        [
            any(issue.is_red_line(level, player.name, name) for player, name in zip(players, names, strict=True))
            for level in issue.levels
        ]
    )


def _pair_to_plain(found: Bargain, pair: Pair) -> dict[str, Any]:
    """A pair of types as plain data."""
    names = found.packages.names

    def get_name(package: int | None) -> str | None:
        return None if package is None else names[package]

    def lottery_to_plain(point: Lottery | None) -> dict[str, Any] | None:
        if point is None:
            return None
        return {
            "packages": [names[k] for k in point.packages],
            "weight_of_second": point.weight,
            "payoffs": list(point.payoffs),
        }

    def range_to_plain(one: Range | None) -> dict[str, Any] | None:
        if one is None:
            return None
        return {
            "disagreement": list(one.disagreement),
            "packages": [names[k] for k in one.packages],
            "closeness": one.closeness,
            "nearest": get_name(one.nearest),
        }

    return {
        "player_types": dict(zip(found.sides, pair.player_types, strict=True)),
        "prior": pair.prior,
        "allowed": [names[k] for k in pair.allowed],
        "worth": {names[k]: row.tolist() for k, row in enumerate(pair.worth)},
        "frontier": [names[k] for k in pair.frontier],
        "points": {key: get_name(getattr(pair.points, key)) for key in ("nash", "kalai_smorodinsky", "egalitarian")},
        "lotteries": {
            key: lottery_to_plain(getattr(pair.lotteries, key)) for key in ("nash", "kalai_smorodinsky", "egalitarian")
        },
        "waiting": range_to_plain(pair.waiting),
        "fighting": range_to_plain(pair.fighting),
        "blocking_issues": list(pair.blocking_issues),
        "issues": to_plain(pair.issues),
    }
