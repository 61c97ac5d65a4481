"""Solutions and forecasts over rationality and over the number of belief points."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from parts.common import part, percent, probabilities, table
from standoff import solve

if TYPE_CHECKING:
    from standoff import Solution

RATIONALITIES = (1, 2, 5, 10, 20, 50)
POINTS = (5, 9, 17, 33)


@cache
def _at(name: str, rationality: float | None, points: int | None) -> Solution | str:
    from standoff import load
    from standoff.errors import SolveError
    from standoff.solve.equilibrium import Settings

    scenario = load(name)
    if rationality is not None:
        changes = [f"players.{player}.rationality={rationality:g}" for player in scenario.players]
        scenario = load(name, overrides=changes)
    # the probabilities are shown whatever their error, which has a column of its own
    settings = Settings(belief_points=points, belief_tolerance=0.1)
    try:
        return solve(scenario, settings)
    except SolveError as error:
        return str(error)


def _names(name: str) -> tuple[str, str]:
    """Return the outcome and the milestone that the tables show: the first of each in the file."""
    from standoff import load

    scenario = load(name)
    return next(iter(scenario.outcomes)), next(iter(scenario.milestones))


def _row(name: str, head: str, solution: Solution | str) -> tuple[str, ...]:
    if isinstance(solution, str):
        return (head, "refused", *[""] * 8)
    outcome, milestone = _names(name)
    certificate = solution.equilibrium.certificate
    last = solution.scenario.period.horizon
    return (
        head,
        f"{certificate.residual:.0e}",
        f"{certificate.regret:.2g}",
        f"{certificate.evaluations / certificate.nodes:.2f}",
        f"{100 * certificate.unique / certificate.nodes:.2f} %",
        f"{certificate.traced:,}",
        f"{certificate.folds:,}",
        f"{certificate.belief_error:.0e}",
        percent(probabilities(solution, outcome, last)),
        percent(probabilities(solution, milestone, last)),
    )


def _table(name: str, head: str, rows: list[tuple[str, ...]]) -> str:
    from standoff import load

    scenario = load(name)
    outcome, milestone = _names(name)
    heads = (
        head, "residual", "regret", "evaluations per node", "proved unique", "traced", "folds", "probability error",
        scenario.outcomes[outcome].label, scenario.milestones[milestone].label,
    )  # fmt: skip
    return table(heads, rows, right=9)


@part("rationality", is_solved=True)
def rationality_part(name: str) -> str:
    """Write certificates and probabilities of a scenario over rationality, with 9 belief points per axis."""
    rows = [_row(name, f"{rationality}", _at(name, rationality, 9)) for rationality in RATIONALITIES]
    return _table(name, "rationality of both", rows)


@part("belief-points", is_solved=True)
def belief_points_part(name: str) -> str:
    """Write certificates and probabilities of a scenario over belief points, at the rationality of the file."""
    rows = [_row(name, f"{points} x {points}", _at(name, None, points)) for points in POINTS]
    return _table(name, "belief points", rows)
