"""What to change where a solve fails: advice that fits the game and the settings."""

from __future__ import annotations

from standoff.game.model import Game
from standoff.solve.result import MOST_BELIEF_POINTS, Settings

__all__ = ["advise_lost_branch", "advise_residual", "can_raise_points"]

FINE_TOLERANCE = 1e-10
"""A smaller tolerance may be out of reach of floating-point numbers."""


def can_raise_points(game: Game, settings: Settings) -> bool:
    """Say whether a solve may use more belief points: there are beliefs, and not yet the largest number of points."""
    return bool(game.belief_players) and (settings.belief_points or 0) < MOST_BELIEF_POINTS


def advise_lost_branch(game: Game, settings: Settings) -> str:
    """Say what to change where a decision's branch was lost on the way from rationality 0."""
    lower = f"lower the rationality ({_list_rationality(game)})"
    if can_raise_points(game, settings):
        return f"{lower}, or set more belief points"
    if game.belief_players:
        return lower
    return (
        f"two equilibria meet at this rationality: {lower} a little, or make the payoffs of the players less symmetric"
    )


def advise_residual(game: Game, settings: Settings) -> str:
    """Say what to change where the equations of a decision were not solved to the tolerance."""
    parts = [f"lower the rationality ({_list_rationality(game)})"]
    if can_raise_points(game, settings):
        parts.append("set more belief points")
    if settings.tolerance < FINE_TOLERANCE:
        parts.append("set a larger tolerance")
    return ", or ".join(parts)


def _list_rationality(game: Game) -> str:
    return "now " + ", ".join(f"{player.name} {player.rationality:g}" for player in game.players)
