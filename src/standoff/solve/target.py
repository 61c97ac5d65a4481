"""The probability that a question asks for: an outcome or a milestone by the end of a period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem, suggest_nearest
from standoff.game.model import Game
from standoff.solve.result import Equilibrium

__all__ = ["UNRESOLVED", "Channels", "Target", "check_target", "find_probability"]

Floats = NDArray[np.float64]

UNRESOLVED = "unresolved"
"""Name of the target that the crisis is still open."""


@dataclass(frozen=True)
class Target:
    """An outcome or a milestone by the end of a period.

    Attributes:
        kind: "outcome" (with `UNRESOLVED` for none of them) or "milestone".
        name: Slug of the outcome or milestone.
        periods: Number of periods by whose end it happens, at least 1; None for the horizon.

    Examples:
        >>> str(Target("milestone", "strike", periods=8))
        'milestone strike by the end of period 8'
    """

    kind: str
    name: str
    periods: int | None = None

    def __str__(self) -> str:
        by = "the horizon" if self.periods is None else f"the end of period {self.periods}"
        return f"{self.kind} {self.name} by {by}"


def find_probability(equilibrium: Equilibrium, target: Target) -> float:
    """Find the probability of a target in the result of the forward pass."""
    game, sweep = equilibrium.game, equilibrium.sweep
    last = (target.periods or game.num_periods) - 1
    if target.kind == "milestone":
        return float(sweep.milestones[last, [milestone.name for milestone in game.milestones].index(target.name)])
    if target.name == UNRESOLVED:
        return float(1.0 - sweep.absorbed[last, :, 0].sum())
    return float(sweep.absorbed[last, game.terminals.outcome == game.outcomes.index(target.name), 0].sum())


def check_target(game: Game, target: Target) -> None:
    """Refuse a target that is not an outcome or milestone of the game, or not within its periods.

    Raises:
        InputError: The target is refused.
    """
    if target.kind not in ("outcome", "milestone"):
        message, advice = (
            f"`{target.kind}` is not a kind of target",
            suggest_nearest(target.kind, ["outcome", "milestone"]),
        )
        raise InputError(Problem("unknown-target", message, help=advice))
    names = [milestone.name for milestone in game.milestones]
    if target.kind == "outcome":
        names = [*game.outcomes, UNRESOLVED]
    if target.name not in names:
        message = f"the game has no {target.kind} `{target.name}`"
        raise InputError(Problem("unknown-target", message, help=suggest_nearest(target.name, names)))
    if target.periods is not None and not 1 <= target.periods <= game.num_periods:
        message = f"`{target.periods}` is not a number of periods of the game"
        raise InputError(Problem("unknown-target", message, help=f"use 1 to {game.num_periods}"))


class Channels:
    """The channels of the forward pass that make up a target.

    Attributes:
        milestones: The milestone of each channel; empty for the public channel alone.
        after: The channel that must be met before each, -1 for none; shape (channel,).
        hit_value: Contribution of meeting each milestone; shape (channel,).
        terminal_value: Contribution of mass of each channel that ends; shape (terminal, channel).
        constant: Number that is added to the sum.
    """

    def __init__(self, game: Game, target: Target) -> None:
        num_terminals = len(game.terminals.outcome)
        self.constant = 0.0
        if target.kind == "outcome":
            self.milestones: list[int] = []
            self.after = np.zeros(0, dtype=np.int64)
            self.hit_value = np.zeros(0)
            self.terminal_value = np.full((num_terminals, 1), -1.0)
            if target.name == UNRESOLVED:
                self.constant = 1.0
            else:
                outcome = game.outcomes.index(target.name)
                self.terminal_value = (game.terminals.outcome == outcome).astype(np.float64)[:, None]
            return
        needed = [[milestone.name for milestone in game.milestones].index(target.name)]
        while game.milestones[needed[0]].after >= 0:
            needed.insert(0, game.milestones[needed[0]].after)
        self.milestones = needed
        self.after = np.arange(-1, len(needed) - 1, dtype=np.int64)
        self.hit_value = np.zeros(len(needed))
        self.hit_value[-1] = 1.0
        self.terminal_value = np.zeros((num_terminals, len(needed)))

    @property
    def count(self) -> int:
        """Number of channels."""
        return int(self.terminal_value.shape[1])
