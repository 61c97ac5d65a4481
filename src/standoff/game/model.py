"""The explicit-state game: the arrays that the compiler makes of a scenario, and all that a solver sees.

A game lasts `num_periods` periods. Each period passes through the same ordered **layers** 0..S-1, one for each stage
and hazard of the scenario (a bargaining stage makes several). A layer has its own finite list of states. In each state of a
decision layer one player moves, or two at the same time, or nobody; in a chance layer nature moves. The three nested levels

    state -> its actions -> the branches of each action

are stored in compressed arrays, the row-grouped sparse form of probabilistic model checkers: the actions of state x are
`action_start[x]:action_start[x+1]`, and the branches of action a are `branch_start[a]:branch_start[a+1]`. A branch leads
to a state of the next layer (`target >= 0`; after the last layer: layer 0 of the next period) or ends the crisis at
terminal `-target - 1`.

Payoffs are stored by **plane**: one plane for each player and private type, in the order of `Game.planes`. The public
belief about a player with two types is the probability of the second.

Coefficients may change at a deadline; the periods between two deadlines are an **epoch**, and every epoch has its own
layers over the same states.

These classes are plain data. Whoever makes a game checks it once with `standoff.game.validity.check_game`, as the compiler
and the builder do; solvers trust it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["NATURE", "NOBODY", "Epoch", "Game", "Layer", "Milestone", "Plane", "Player", "SecondMover", "Terminals"]

NOBODY = -2
"""Mover of a state of a decision layer in which nobody decides: play goes to `skip`."""
NATURE = -1
"""Mover of every state of a chance layer."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Player:
    """A strategic player.

    Attributes:
        name: Slug.
        label: Name for people.
        player_types: One or two names of private types.
        prior: Prior probability of each type; sums to one.
        rationality: Logit parameter (lambda), 1/payoff, >= 0.
        discount: Weight of a payoff one period later, in (0, 1].
    """

    name: str
    label: str
    player_types: tuple[str, ...]
    prior: tuple[float, ...]
    rationality: float
    discount: float


@dataclass(frozen=True)
class Plane:
    """One player type, the owner of one plane of values."""

    player: int
    player_type: int


@dataclass(frozen=True)
class SecondMover:
    """The players who move at the same time as the movers of a layer's states, without seeing their moves.

    Where there is one, the state's actions are **joint**: with n own actions of the second mover, joint action
    `action_start[x] + i * n + j` is the mover's i-th action together with the second mover's j-th.

    Attributes:
        mover: Player, or `NOBODY` where the state has one mover; shape (state,).
        num_actions: The second mover's own actions, 1 where there is none; shape (state,).
        action_label: The second mover's part of each joint action, index into `action_names`; shape (action,).
        action_allowed: Whether each of the second mover's types has its part; shape (action, 2).
    """

    mover: Ints
    num_actions: Ints
    action_label: Ints
    action_allowed: Bools


@dataclass(frozen=True)
class Layer:
    """One layer of the period.

    Attributes:
        name: Slug, unique in the period.
        stage: Name of the scenario's stage or hazard that made it.
        is_chance: Whether nature moves in every state.
        fields: Names of the columns of `levels`.
        levels: Public state, as level indices; shape (state, field).
        mover: Player, `NATURE` or `NOBODY`; shape (state,).
        arrival: Probability that the decision or hazard comes up; shape (state,).
        skip: State of the next layer where it does not come up; shape (state,).
        action_start: First action of each state; shape (state + 1,).
        action_label: Index into `action_names`; shape (action,).
        action_names: Names of the moves of this layer.
        action_allowed: Whether each of the mover's types has the action; shape (action, 2).
        action_payoff: One-off payoff of taking the action, with the expected payoffs of its branches; shape (action, plane).
        branch_start: First branch of each action; shape (action + 1,).
        branch_probability: Sums to one within each action; shape (branch,).
        branch_target: State of the next layer, or -(terminal + 1); shape (branch,).
        milestone_holds: Whether each milestone's condition holds in the state; shape (state, milestone).
        second: Who else moves at the same time, if anybody does in any state of the layer. `action_label` and
            `action_allowed` are then those of the mover's own part of each joint action.
    """

    name: str
    stage: str
    is_chance: bool
    fields: tuple[str, ...]
    levels: Ints
    mover: Ints
    arrival: Floats
    skip: Ints
    action_start: Ints
    action_label: Ints
    action_names: tuple[str, ...]
    action_allowed: Bools
    action_payoff: Floats
    branch_start: Ints
    branch_probability: Floats
    branch_target: Ints
    milestone_holds: Bools
    second: SecondMover | None = None

    @property
    def num_states(self) -> int:
        """Number of states."""
        return len(self.mover)

    @property
    def num_actions(self) -> int:
        """Number of (state, action) pairs."""
        return len(self.action_label)


@dataclass(frozen=True)
class Epoch:
    """The periods from `start` to the next epoch, with the coefficients that hold in them.

    Attributes:
        start: First period.
        layers: The layers of one period.
        flow: Payoff of one period that ends with the crisis still open; shape (state of layer 0, plane).
    """

    start: int
    layers: tuple[Layer, ...]
    flow: Floats


@dataclass(frozen=True)
class Terminals:
    """The ways in which the crisis can end.

    Attributes:
        outcome: Index of the outcome; shape (terminal,).
        package: Index of the package agreed on, or -1; shape (terminal,).
        payoff: By the true types of the two players with private types; shape (terminal, plane, 2, 2). The axis of a
            player is used only for the planes of others, and of an axis without a player only index 0 is used.
            A payoff depends on the other's true type; the player's expectation of it is by the public belief.
    """

    outcome: Ints
    package: Ints
    payoff: Floats


@dataclass(frozen=True)
class Milestone:
    """A named first passage: the first time that its condition holds, after milestone number `after` was met, if not -1."""

    name: str
    label: str
    after: int = -1


@dataclass(frozen=True)
class Game:
    """An explicit-state crisis game.

    Attributes:
        players: The strategic players.
        epochs: By increasing `start`; the first starts at 0.
        num_periods: Horizon T in periods.
        start: Start state in layer 0.
        terminals: The ways in which the crisis can end.
        unresolved_payoff: Payoff at the horizon where the crisis is still open; shape (state of layer 0, plane).
        outcomes: Names of the outcomes.
        packages: Names of the packages of the agenda.
        milestones: The milestones.
        labels: Text for people by name (stages, actions, outcomes, packages, players, types).
        continues: Whether the crisis continues after the last period without end, as in the last epoch. An unresolved crisis
            is then worth the stationary value of continuing, `unresolved_payoff` is not paid, and `num_periods` is only
            the horizon of the forecast. Every player's discount must lie below 1.
    """

    players: tuple[Player, ...]
    epochs: tuple[Epoch, ...]
    num_periods: int
    start: int
    terminals: Terminals
    unresolved_payoff: Floats
    outcomes: tuple[str, ...]
    packages: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    continues: bool = False

    @property
    def planes(self) -> tuple[Plane, ...]:
        """One for each player type, players in order, types in order."""
        return tuple(Plane(i, k) for i, player in enumerate(self.players) for k in range(len(player.player_types)))

    @property
    def first_plane(self) -> tuple[int, ...]:
        """The plane of each player's first type."""
        sizes = [len(player.player_types) for player in self.players]
        return tuple(int(start) for start in np.concatenate([[0], np.cumsum(sizes)[:-1]]))

    @property
    def belief_players(self) -> tuple[int, ...]:
        """The players with two types, at most two: the axes of the public belief."""
        return tuple(i for i, player in enumerate(self.players) if len(player.player_types) == 2)

    @property
    def prior_belief(self) -> tuple[float, ...]:
        """Prior probability of the second type, for each of `belief_players`."""
        return tuple(self.players[i].prior[1] for i in self.belief_players)

    @property
    def num_layers(self) -> int:
        """Layers in a period."""
        return len(self.epochs[0].layers)

    @property
    def num_states(self) -> tuple[int, ...]:
        """States of each layer."""
        return tuple(layer.num_states for layer in self.epochs[0].layers)

    def find_epoch(self, period: int) -> Epoch:
        """Return the epoch that a period belongs to."""
        return [epoch for epoch in self.epochs if epoch.start <= period][-1]

    def get_label(self, name: str) -> str:
        """Return the text for people, or the name itself."""
        return self.labels.get(name, name.replace("_", " "))
