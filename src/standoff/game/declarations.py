"""What a `standoff.game.builder.GameBuilder` collects: the declarations of a game, by name and not yet checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from standoff.game.model import Player
from standoff.game.payoffs import Payoffs

__all__ = ["Action", "DeclaredGame", "DeclaredMilestone", "DeclaredStage", "DeclaredState", "JointAction", "LeadsTo"]

LeadsTo = str | Sequence[tuple[float, str]]
"""The name of a state or outcome, or several with their probabilities."""
JointAction = tuple[str, str]
"""The first mover's action and the second mover's, or "" where nobody moves at the same time."""


@dataclass(frozen=True)
class Action:
    """What an action leads to, what it pays at once, and who has it.

    Attributes:
        leads_to: The name of a state or outcome, or a list of (probability, name).
        payoffs: One-off payoffs by player, or by player and own type.
        only: The types of the mover that have it; all if empty.
    """

    leads_to: LeadsTo
    payoffs: Payoffs = field(default_factory=dict)
    only: Collection[str] = ()


@dataclass(frozen=True)
class DeclaredState:
    """A declared state.

    Attributes:
        name: Its name.
        movers: No player, one, or two who move at the same time.
        actions: Each action, or each pair of actions.
        only: Types that have an action, by player and action, where two move.
        arrival: Probability that it comes up.
        otherwise: Where play goes if it does not, if not to a state of the same name.
        is_chance: Whether nature moves.
    """

    name: str
    movers: tuple[str, ...] = ()
    actions: tuple[tuple[JointAction, Action], ...] = ()
    only: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    arrival: float = 0.0
    otherwise: str | None = None
    is_chance: bool = False

    @property
    def is_passed(self) -> bool:
        """Whether play may pass through without a move."""
        return not self.arrival >= 1.0


@dataclass(frozen=True)
class DeclaredStage:
    """A declared stage and its states, in order."""

    name: str
    states: tuple[DeclaredState, ...]


@dataclass(frozen=True)
class DeclaredMilestone:
    """A declared milestone."""

    states: tuple[str, ...]
    after: str | None
    label: str


@dataclass(frozen=True)
class DeclaredGame:
    """A whole game; attributes as in `standoff.game.builder.GameBuilder`."""

    players: tuple[Player, ...]
    outcomes: Mapping[str, Payoffs]
    stages: tuple[DeclaredStage, ...]
    flows: tuple[tuple[str | None, Payoffs], ...]
    unresolved: tuple[tuple[str | None, Payoffs], ...]
    milestones: Mapping[str, DeclaredMilestone]
    labels: Mapping[str, str]
    num_periods: int
    start: str | None
    continues: bool
