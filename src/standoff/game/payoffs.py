"""Payoffs as a person writes them, and their numbers for every player type.

A payoff is a number, or a mapping from the types of one player (the payee itself or another) to payoffs. So

    {"usa": -0.2}                                            the same for both types
    {"usa": {"reluctant": -0.4, "resolved": -0.1}}           by the payee's own type
    {"iran": {"reluctant": 0.2, "resolved": -1.0}}           by the type of another player, whom it fights
    {"iran": {"pliant": {"reluctant": 0.1, "resolved": 0}, "hardline": 0.3}}       by both

Where several players have types of the same names, the payee's own types come first, then those of the first player that fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from standoff.errors import suggest_nearest
from standoff.game.model import Player

__all__ = ["Payoffs", "Worth", "evaluate_by_plane", "evaluate_by_types"]

Worth = float | Mapping[str, "Worth"]
"""A number, or payoffs by the types of one player."""
Payoffs = Mapping[str, Worth]
"""Worth by player; 0 for players that are left out."""
Report = Callable[[str], None]


def evaluate_by_types(payoffs: Payoffs, players: Sequence[Player], report: Report) -> NDArray[np.float64]:
    """Evaluate the payoffs of an outcome.

    Args:
        payoffs: Worth by player.
        players: The players, at most two of them with two types.
        report: Called with each fault.

    Returns:
        For every plane and the true types of the two players with private types; shape (plane, 2, 2).
    """
    uncertain = [player for player in players if len(player.player_types) == 2][:2]
    names = [player.name for player in players]
    for name in payoffs:
        if name not in names:
            report(f"there is no player `{name}`: {suggest_nearest(name, names)}")
    rows = []
    for player in players:
        for own in player.player_types:
            table = np.empty((2, 2))
            for k1 in range(2):
                for k2 in range(2):
                    drawn = {other.name: other.player_types[k] for other, k in zip(uncertain, (k1, k2), strict=False)}
                    drawn[player.name] = own
                    table[k1, k2] = _evaluate(payoffs.get(player.name, 0.0), player, players, drawn, report)
            rows.append(table)
    return np.array(rows)


def evaluate_by_plane(payoffs: Payoffs, players: Sequence[Player], report: Report) -> NDArray[np.float64]:
    """Evaluate payoffs that are paid before the crisis ends, which may depend on the payee's own type only; shape (plane,).

    Args:
        payoffs: Worth by player.
        players: The players.
        report: Called with each fault.
    """
    table = evaluate_by_types(payoffs, players, report)
    if (table != table[:, :1, :1]).any() and np.isfinite(table).all():
        report("this payoff cannot depend on the type of another player; only that of an outcome can")
    return np.array(table[:, 0, 0])


def _evaluate(
    worth: Worth, payee: Player, players: Sequence[Player], drawn: Mapping[str, str], report: Report
) -> float:
    """Return what a payoff evaluates to when the types are drawn."""
    if not isinstance(worth, Mapping):
        if isinstance(worth, bool) or not isinstance(worth, (int, float, np.integer, np.floating)):
            report(f"the payoff of `{payee.name}` is {worth!r}, not a number")
            return 0.0
        if not math.isfinite(worth):
            report(f"the payoff of `{payee.name}` is {float(worth):g}, not a finite number")
        return float(worth)
    for player in (payee, *players):
        if len(player.player_types) == 2 and set(worth) == set(player.player_types):
            return _evaluate(worth[drawn[player.name]], payee, players, drawn, report)
    keys = ", ".join(f"`{key}`" for key in worth)
    report(f"the payoff of `{payee.name}` is given for {keys}, which are not both types of any player")
    return 0.0
