"""The packages that can be put on the table, and what a deal on each package would be worth.

A package sets every issue of the agenda to one level. Its worth to a player type is the sum over the issues. A package is
**efficient** for a pair of types, one of each negotiator, if neither draws a red line against it and no other such package
is worth at least as much to both and more to one. Packages that are efficient for at least one pair of types are kept.
Where there are more than the limit, both ends of the frontier stay (what each side would like best) and, between them, the
packages with the largest Nash product: the product of both sides' gains over no agreement, never below 0, expected over the
types (Nash 1950).

References:
    Nash, J. F. (1950), The bargaining problem, Econometrica 18(2), 155-162.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.game.bound import Bound, bind
from standoff.game.faults import Faults
from standoff.game.model import Plane, Player
from standoff.game.packages import Packages
from standoff.game.states import StateSpace
from standoff.scenario import Agenda, Scenario

__all__ = [
    "PackageTable",
    "choose_packages",
    "find_efficient_packages",
    "keep_most_promising",
    "list_packages",
    "tabulate_packages",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]

MAX_PACKAGES = 200_000
"""Largest number of packages of an agenda that are compared."""
SAME_WORTH = 1e-12
"""Worths that differ by less are the same."""


def choose_packages(bound: Bound) -> Packages:
    """Choose the packages that can be put on the table in every draw.

    Args:
        bound: The scenario and its numbers. That no package is acceptable to any pair of types is added to its faults.

    Returns:
        The packages; none where there is no agenda.
    """
    agenda = bound.scenario.agenda
    if agenda is None:
        return Packages(
            candidates=(),
            candidate_labels=(),
            candidate_levels=np.zeros((0, 0), dtype=np.int32),
            candidate_worths=np.zeros((bound.num_draws, 0, len(bound.planes))),
            forbidden=np.zeros((0, len(bound.players), 2), dtype=np.bool_),
            chosen=(np.zeros(0, dtype=np.int64),) * bound.num_draws,
        )
    issues = agenda.issues
    if not isinstance(agenda.packages, str):
        listed = [[issue.levels.index(package[name]) for name, issue in issues.items()] for package in agenda.packages]
        return _make_candidates(bound, agenda, np.array(listed, dtype=np.int32))
    candidates = _make_candidates(bound, agenda, _list_all(bound, agenda))
    chosen = candidates.chosen
    if agenda.packages == "efficient":
        chosen = tuple(_find_frontier(bound, candidates, d) for d in range(bound.num_draws))
    if any(len(own) > agenda.limit for own in chosen):
        product = np.broadcast_to(
            _compute_nash_product(bound, candidates), (bound.num_draws, len(candidates.candidates))
        )
        chosen = tuple(keep_most_promising(own, product[d], agenda.limit) for d, own in enumerate(chosen))
    return Packages(
        candidates.candidates,
        candidates.candidate_labels,
        candidates.candidate_levels,
        candidates.candidate_worths,
        candidates.forbidden,
        chosen,
    )


def _list_all(bound: Bound, agenda: Agenda) -> Levels:
    """Return every package of an agenda, shape (package, issue).

    Raises:
        ScenarioError: There are too many.
    """
    num_levels = [len(issue.levels) for issue in agenda.issues.values()]
    count = math.prod(num_levels)
    if count > MAX_PACKAGES:
        bound.faults.add(
            "too-many-packages",
            f"the levels of {len(num_levels)} issues combine to {count:,} packages; at most {MAX_PACKAGES:,} can be compared",
            "agenda.packages",
            "use fewer issues or levels, or list the packages that can be proposed",
        )
        bound.faults.raise_problems()
    return list_packages(num_levels)


def _make_candidates(bound: Bound, agenda: Agenda, levels: Levels) -> Packages:
    """Return packages of given levels, shape (package, issue), all of which are on the table."""
    return Packages(
        candidates=tuple(_name_package(agenda, row) for row in levels),
        candidate_labels=tuple(_label_package(agenda, row) for row in levels),
        candidate_levels=levels,
        candidate_worths=_compute_worths(bound, agenda, levels),
        forbidden=_mark_red_lines(bound, agenda, levels),
        chosen=(np.arange(len(levels)),) * bound.num_draws,
    )


def _name_package(agenda: Agenda, row: Levels) -> str:
    parts = [(name, issue.levels[level]) for level, (name, issue) in zip(row, agenda.issues.items(), strict=True)]
    return parts[0][1] if len(parts) == 1 else "+".join(f"{name}:{level}" for name, level in parts)


def _label_package(agenda: Agenda, row: Levels) -> str:
    return ", ".join(
        f"{issue.label}: {issue.level_labels.get(issue.levels[level], issue.levels[level])}"
        for level, issue in zip(row, agenda.issues.values(), strict=True)
    )


def _compute_worths(bound: Bound, agenda: Agenda, levels: Levels) -> Floats:
    """Return the worth of packages to every plane; shape (draw, package, plane)."""
    total = np.zeros((bound.num_draws, len(levels), len(bound.planes)))
    for column, (name, issue) in enumerate(agenda.issues.items()):
        for p, plane in enumerate(bound.planes):
            player = bound.players[plane.player]
            player_type = player.player_types[plane.player_type]
            path = f"agenda.issues.{name}.worth.{player.name}"
            for level, level_name in enumerate(issue.levels):
                worth = bound.evaluate_constant(issue.get_worth(level_name, player.name, player_type), path)
                total[:, levels[:, column] == level, p] += worth[:, None]
    return total


def _mark_red_lines(bound: Bound, agenda: Agenda, levels: Levels) -> Bools:
    """Say whether a red line of a player type forbids each package; shape (package, player, type)."""
    red = np.zeros((len(levels), len(bound.players), 2), dtype=np.bool_)
    for column, issue in enumerate(agenda.issues.values()):
        for i, player in enumerate(bound.players):
            for k, player_type in enumerate(player.player_types):
                for level, level_name in enumerate(issue.levels):
                    if issue.is_red_line(level_name, player.name, player_type):
                        red[:, i, k] |= levels[:, column] == level
    return red


def _find_negotiators(scenario: Scenario) -> tuple[int, int]:
    """Return the two players at the table of the first bargaining stage."""
    players = list(scenario.players)
    for stage in scenario.stages:
        if stage.bargaining is not None:
            return players.index(stage.bargaining.between[0]), players.index(stage.bargaining.between[1])
    return 0, min(1, len(players) - 1)


def _find_frontier(bound: Bound, candidates: Packages, draw: int) -> NDArray[np.int64]:
    """Return the efficient packages of a draw in the order of what they are worth to the first negotiator."""
    worth = candidates.candidate_worths[draw]
    sides = _find_negotiators(bound.scenario)
    planes = [[p for p, plane in enumerate(bound.planes) if plane.player == side] for side in sides]
    allowed = [~candidates.forbidden[:, side, : len(own)].T for side, own in zip(sides, planes, strict=True)]
    kept = find_efficient_packages(worth[:, planes[0]].T, worth[:, planes[1]].T, allowed[0], allowed[1])
    if not kept.any():
        bound.faults.add(
            "no-package",
            "no package is acceptable to any pair of types",
            "agenda.packages",
            "check the red lines",
            draws=np.arange(bound.num_draws) == draw,
        )
    chosen = np.flatnonzero(kept)
    return np.asarray(chosen[np.argsort(worth[chosen][:, planes[0]].mean(axis=1), kind="stable")])


def _compute_nash_product(bound: Bound, candidates: Packages) -> Floats:
    """Return the expected product of both negotiators' gains over no agreement at the start; shape (draw, package)."""
    scenario = bound.scenario
    states = StateSpace(bound, candidates).make_start_states()
    deals = {stage.bargaining.accept.outcome for stage in scenario.stages if stage.bargaining is not None}
    gain = states.find_package_worth() - states.evaluate_payoff(scenario.unresolved.payoffs, "unresolved.payoffs")
    for name in sorted(deals)[:1]:
        gain = gain + states.evaluate_outcome_payoff(list(scenario.outcomes).index(name))[..., 0, 0]
    expected = []
    for side in _find_negotiators(scenario):
        prior = np.array([players[side].prior for players in bound.players_by_draw])
        own = [(p, plane.player_type) for p, plane in enumerate(bound.planes) if plane.player == side]
        expected.append(sum(prior[:, h, None] * np.maximum(gain[..., p], 0.0) for p, h in own))
    return np.asarray(expected[0] * expected[1])


def list_packages(num_levels: list[int]) -> Levels:
    """Return every combination of levels; shape (package, issue)."""
    return np.indices(num_levels, dtype=np.int32).reshape(len(num_levels), -1).T


def find_efficient_packages(worth_a: Floats, worth_b: Floats, allowed_a: Bools, allowed_b: Bools) -> Bools:
    """Say whether each package is efficient for at least one pair of types.

    Args:
        worth_a: Worth to each type of the first negotiator; shape (type, package).
        worth_b: Worth to each type of the second.
        allowed_a: False where a red line of a type of the first forbids the package; shape (type, package).
        allowed_b: False where a red line of a type of the second does.

    Returns:
        Shape (package,).

    Examples:
        Two packages of which the second is worse for both:

        >>> find_efficient_packages(np.array([[1.0, 0.5]]), np.array([[0.2, 0.1]]), np.ones((1, 2), bool), np.ones((1, 2), bool))
        array([ True, False])
    """
    kept = np.zeros(worth_a.shape[1], dtype=np.bool_)
    for a, b in itertools.product(range(len(worth_a)), range(len(worth_b))):
        possible = np.flatnonzero(allowed_a[a] & allowed_b[b])
        kept[possible[~_find_dominated(worth_a[a][possible], worth_b[b][possible])]] = True
    return kept


def _find_dominated(u: Floats, v: Floats) -> Bools:
    """Say whether another package is worth at least as much to both and more to one; shape (package,).

    The packages are sorted by what they are worth to the first. Of those that are worth more to it, and of those that are worth
    at least as much, only the one that is worth most to the second matters.
    """
    order = np.argsort(u, kind="stable")
    rising = u[order]
    best = np.append(np.maximum.accumulate(v[order][::-1])[::-1], -np.inf)  # of the packages from each position on
    of_better = best[np.searchsorted(rising, u + SAME_WORTH, side="right")]
    of_at_least = best[np.searchsorted(rising, u - SAME_WORTH, side="left")]
    return np.asarray((of_better >= v - SAME_WORTH) | (of_at_least > v + SAME_WORTH))


def keep_most_promising(order: NDArray[np.int64], product: Floats, limit: int) -> NDArray[np.int64]:
    """Keep at most `limit` packages of the frontier: both ends, then those with the largest Nash product.

    Args:
        order: Packages along the frontier, from the worst to the best for the first negotiator.
        product: Product of both sides' gains, by package.
        limit: Largest number of packages, at least 1; with a limit of 1 the one with the largest product is kept.

    Returns:
        The packages kept, in the given order.

    Examples:
        >>> keep_most_promising(np.array([3, 0, 1, 2]), np.array([0.2, 0.5, 0.0, 0.1]), 3)
        array([3, 1, 2])
    """
    if len(order) <= limit:
        return order
    best = np.argsort(-product[order], kind="stable")
    indices = [0, len(order) - 1][: limit if limit > 1 else 0]
    indices += [int(index) for index in best if index not in indices]
    return np.asarray(order[np.sort(indices[:limit])])


@dataclass(frozen=True)
class PackageTable:
    """What a deal on each package of the agenda would be worth at the start, also on those that are not on the table.

    A deal pays the payoffs of its outcome in the state in which it is struck and the worth of its package, less the costs
    of accepting. Before it pays it must be ratified. The probabilities of that are listed but not multiplied in, because
    what follows a failed ratification depends on play.

    Attributes:
        players: The players.
        sides: The two players at the table, as indices.
        issues: Names of the issues.
        names: Slugs of the packages, as in `Game.packages`.
        labels: Text for people.
        levels: Level of each issue, 0 the status quo; shape (package, issue).
        payoff: What a deal pays every plane by the true types of the two players with private types, as
            `Terminals.payoff`; shape (package, plane, 2, 2).
        red: Whether a red line of a player type forbids it; shape (package, player, type).
        ratification: Probability that each side's ratification passes, by player; shape (package,) each.
    """

    players: tuple[Player, ...]
    sides: tuple[int, int]
    issues: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    levels: Levels
    payoff: Floats
    red: Bools
    ratification: dict[str, Floats]

    @property
    def planes(self) -> tuple[Plane, ...]:
        """One for each player type."""
        return tuple(Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types)))

    def compute_worth(self, plane: int, known: dict[int, int]) -> Floats:
        """Return what a deal on every package is worth to a player type.

        Args:
            plane: The player type.
            known: Types of other players that are known, by player; the priors of the others weigh their types.

        Returns:
            Shape (package,).
        """
        table = self.payoff[:, plane]
        uncertain = [player for player in range(len(self.players)) if len(self.players[player].player_types) == 2]
        for axis in (1, 0):
            if axis >= len(uncertain):
                table = table[..., 0]
                continue
            player = uncertain[axis]
            if player in known:
                table = table[..., known[player]]
            else:
                prior = self.players[player].prior
                table = prior[0] * table[..., 0] + prior[1] * table[..., 1]
        return np.asarray(table)


def tabulate_packages(scenario: Scenario) -> PackageTable:
    """Compute what a deal on each package would be worth at the start, in the first period.

    Args:
        scenario: A checked scenario with an agenda and a bargaining stage.

    Returns:
        Every combination of levels.

    Raises:
        InputError: Nobody bargains.
        ScenarioError: A number of the agenda is not finite, or the chance of a ratification is not a probability.
    """
    index, stage = next(
        ((index, stage) for index, stage in enumerate(scenario.stages) if stage.bargaining is not None), (0, None)
    )
    agenda = scenario.agenda
    if stage is None or stage.bargaining is None or agenda is None:
        message = f"nobody bargains in `{scenario.id}`"
        raise InputError(Problem("no-bargaining", message, help="add a stage with `bargaining:` and an `agenda:`"))
    accept = stage.bargaining.accept
    path = f"stages.{index}.bargaining.accept"
    faults = Faults(scenario, np.zeros(1, dtype=np.bool_))
    bound = bind(scenario, [{}], faults)
    packages = _make_candidates(bound, agenda, _list_all(bound, agenda))
    states = StateSpace(bound, packages).make_start_states()
    deal = states.evaluate_outcome_payoff(list(scenario.outcomes).index(accept.outcome))[0]
    costs = states.evaluate_payoff(accept.costs, f"{path}.costs")[0]
    payoff = deal + (states.find_package_worth()[0] - costs)[:, :, None, None]
    ratification = {}
    for player, vote in accept.ratify.items():
        passes = states.evaluate(vote.chance, f"{path}.ratify.{player}.chance")
        states.require_probability(passes, f"{path}.ratify.{player}.chance")
        ratification[player] = np.broadcast_to(passes[0], (states.num_states,)).copy()
    faults.raise_problems()
    return PackageTable(
        players=bound.players,
        sides=_find_negotiators(scenario),
        issues=tuple(agenda.issues),
        names=packages.list_names(),
        labels=packages.list_labels(),
        levels=packages.candidate_levels,
        payoff=np.broadcast_to(payoff, (states.num_states, *payoff.shape[1:])).copy(),
        red=packages.forbidden,
        ratification=ratification,
    )
