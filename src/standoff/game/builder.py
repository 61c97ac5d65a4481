"""Make a game from Python, in the field's words and without a scenario file.

    builder = GameBuilder()
    builder.player("one", types={"king": 0.5, "queen": 0.5}, rationality=1)
    builder.player("two", rationality=1)
    builder.outcome("folded", {"one": -1, "two": 1})
    builder.outcome("taken", {"one": 1, "two": -1})
    builder.outcome("showdown", {"one": {"king": 2, "queen": -2}, "two": {"king": -2, "queen": 2}})
    betting = builder.stage("betting")
    betting.decision("dealt", "one", {"bet": "bet made", "fold": "folded"})
    calling = builder.stage("calling")
    calling.decision("bet made", "two", {"call": "showdown", "fold": "taken"})
    game = builder.build()

A period passes through the stages in order. In a state of a stage one player decides, or two at the same time, or nature
moves, or nobody does. What a move leads to is the name of an outcome or of a state: **the next stage that has a state of
that name**, in this period or the next. The stages in between are passed through.

A name may be used before it is declared. `build` reports every mistake at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from standoff.errors import suggest_nearest
from standoff.game.assemble import Assembler
from standoff.game.declarations import (
    Action,
    DeclaredGame,
    DeclaredMilestone,
    DeclaredStage,
    DeclaredState,
    JointAction,
    LeadsTo,
)
from standoff.game.model import Game, Player
from standoff.game.payoffs import Payoffs

__all__ = ["Action", "GameBuilder", "Stage"]


class Stage:
    """One stage of every period. Made by `GameBuilder.stage`; the methods declare its states."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._states: list[DeclaredState] = []

    @property
    def declared(self) -> DeclaredStage:
        """The declarations so far."""
        return DeclaredStage(self.name, tuple(self._states))

    def decision(
        self,
        state: str,
        mover: str,
        actions: Mapping[str, LeadsTo | Action],
        *,
        arrival: float = 1.0,
        otherwise: str | None = None,
    ) -> None:
        """Declare a state in which one player decides.

        Args:
            state: Its name, once in the stage.
            mover: The player.
            actions: What each action leads to, as a name, a list of (probability, name), or an `Action`.
            arrival: Probability that the decision comes up.
            otherwise: Where play goes if it does not; by default to the state of the same name in a later stage.
        """
        declared = tuple(((name, ""), _to_action(action)) for name, action in actions.items())
        self._states.append(DeclaredState(state, (mover,), declared, {}, arrival, otherwise, is_chance=False))

    def simultaneous(
        self,
        state: str,
        movers: tuple[str, str],
        actions: Mapping[JointAction, LeadsTo | Action],
        *,
        only: Mapping[str, Mapping[str, Collection[str]]] | None = None,
        arrival: float = 1.0,
        otherwise: str | None = None,
    ) -> None:
        """Declare a state in which two players decide without seeing each other's move.

        Args:
            state: Its name, once in the stage.
            movers: The two players.
            actions: What each pair of actions leads to, the first mover's action first. Every pair must be given.
            only: Types that have an action, by player and action, for actions that not every type has.
            arrival: Probability that the decisions come up.
            otherwise: Where play goes if they do not; by default to the state of the same name in a later stage.
        """
        declared = tuple((pair, _to_action(action)) for pair, action in actions.items())
        self._states.append(
            DeclaredState(state, tuple(movers), declared, only or {}, arrival, otherwise, is_chance=False)
        )

    def chance(
        self,
        state: str,
        leads_to: LeadsTo,
        *,
        payoffs: Payoffs | None = None,
        arrival: float = 1.0,
        otherwise: str | None = None,
    ) -> None:
        """Declare a state in which nature moves.

        Args:
            state: Its name, once in the stage.
            leads_to: A name, or a list of (probability, name).
            payoffs: One-off payoffs if it comes up.
            arrival: Probability that it comes up.
            otherwise: Where play goes if it does not; by default to the state of the same name in a later stage.
        """
        declared = ((("happens", ""), Action(leads_to, payoffs or {})),)
        self._states.append(DeclaredState(state, (), declared, {}, arrival, otherwise, is_chance=True))

    def passes(self, state: str, to: str | None = None) -> None:
        """Declare a state in which nobody moves.

        Args:
            state: Its name, once in the stage.
            to: Where play goes; by default to the state of the same name in a later stage.
        """
        self._states.append(DeclaredState(state, otherwise=to))


def _to_action(given: LeadsTo | Action) -> Action:
    return given if isinstance(given, Action) else Action(given)


class GameBuilder:
    """Collects the players, outcomes, stages and states of a game, and makes the game.

    Examples:
        >>> builder = GameBuilder(num_periods=2)
        >>> builder.player("hawk", rationality=2)
        >>> builder.outcome("war", {"hawk": -1})
        >>> builder.unresolved({"hawk": 0.5})
        >>> builder.stage("choice").decision("peace", "hawk", {"wait": "peace", "attack": "war"})
        >>> game = builder.build()
        >>> game.num_states, game.outcomes
        ((1,), ('war',))
    """

    def __init__(self, num_periods: int = 1, *, start: str | None = None, continues: bool = False) -> None:
        """Begin a game.

        Args:
            num_periods: Horizon in periods; a game tree without recurrence is one period.
            start: Name of the state in which play starts; by default the first of the first stage.
            continues: Whether the crisis continues without end after the last period (see `Game.continues`).
        """
        self._num_periods = num_periods
        self._start = start
        self._continues = continues
        self._players: list[Player] = []
        self._outcomes: dict[str, Payoffs] = {}
        self._labels: dict[str, str] = {}
        self._stages: list[Stage] = []
        self._flows: list[tuple[str | None, Payoffs]] = []
        self._unresolved: list[tuple[str | None, Payoffs]] = []
        self._milestones: dict[str, DeclaredMilestone] = {}
        self._duplicates: list[str] = []

    def player(
        self,
        name: str,
        *,
        rationality: float,
        types: Mapping[str, float] | None = None,
        discount: float = 1.0,
        label: str | None = None,
    ) -> None:
        """Add a player.

        Args:
            name: Its name, once in the game.
            rationality: Logit parameter (lambda), per unit of payoff, at least 0.
            types: Prior probability of each of two private types; the player has one type if absent.
            discount: Weight of a payoff one period later, above 0 and at most 1.
            label: Name for people.
        """
        priors = dict(types) if types else {name: 1.0}
        self._players.append(
            Player(name, label or name, tuple(priors), tuple(priors.values()), float(rationality), float(discount))
        )

    def outcome(self, name: str, payoffs: Payoffs | None = None, *, label: str | None = None) -> None:
        """Add an outcome, which ends the crisis.

        Args:
            name: Its name, once in the game and not that of a state.
            payoffs: By player; by player and own type; or by player and the true type of another.
            label: Name for people.
        """
        if name in self._outcomes:
            self._duplicates.append(f"two outcomes are named `{name}`")
        self._outcomes[name] = payoffs or {}
        if label is not None:
            self._labels[name] = label

    def stage(self, name: str) -> Stage:
        """Add a stage after the others, and return it to declare its states on."""
        if name in [stage.name for stage in self._stages]:
            self._duplicates.append(f"two stages are named `{name}`")
        self._stages.append(Stage(name))
        return self._stages[-1]

    def flow(self, payoffs: Payoffs, *, state: str | None = None) -> None:
        """Pay in every period that ends with the crisis still open.

        Args:
            payoffs: By player, or by player and own type.
            state: The state in which the next period starts; any state if absent. The payoffs of several calls are added.
        """
        self._flows.append((state, payoffs))

    def unresolved(self, payoffs: Payoffs, *, state: str | None = None) -> None:
        """Pay at the horizon where the crisis is still open.

        Args:
            payoffs: By player, or by player and own type.
            state: The state in which it is open; any state if absent. The payoffs of several calls are added.
        """
        self._unresolved.append((state, payoffs))

    def milestone(
        self, name: str, states: Sequence[str], *, after: str | None = None, label: str | None = None
    ) -> None:
        """Add a first passage to report.

        Args:
            name: Its name, once in the game.
            states: Names of states. The milestone is met when play is in a state of one of these names, in any stage.
            after: An earlier milestone that must have been met before.
            label: Name for people.
        """
        if name in self._milestones:
            self._duplicates.append(f"two milestones are named `{name}`")
        self._milestones[name] = DeclaredMilestone(tuple(states), after, label or name)

    def build(self) -> Game:
        """Return the game.

        Raises:
            ValueError: The declarations have mistakes; the message lists all of them.
        """
        return self._make_assembler().assemble()

    def position(self, stage: str, state: str) -> tuple[int, int]:
        """Return where a state is in the arrays of the game: the index of its layer, and its index in that layer.

        Raises:
            ValueError: There is no such stage or state.
        """
        names = [part.name for part in self._stages]
        if stage not in names:
            raise ValueError(f"there is no stage `{stage}`: {suggest_nearest(stage, names)}")
        layer = names.index(stage)
        index = self._make_assembler().index[layer]
        if state not in index:
            raise ValueError(f"stage `{stage}` has no state `{state}`: {suggest_nearest(state, list(index))}")
        return layer, index[state]

    def _make_assembler(self) -> Assembler:
        duplicates = list(self._duplicates)
        for stage in self._stages:
            names = [state.name for state in stage.declared.states]
            duplicates.extend(
                f"stage `{stage.name}` has two states `{name}`"
                for name in dict.fromkeys(names)
                if names.count(name) > 1
            )
        declared = DeclaredGame(
            players=tuple(self._players),
            outcomes=self._outcomes,
            stages=tuple(stage.declared for stage in self._stages),
            flows=tuple(self._flows),
            unresolved=tuple(self._unresolved),
            milestones=self._milestones,
            labels=self._labels,
            num_periods=self._num_periods,
            start=self._start,
            continues=self._continues,
        )
        return Assembler(declared, duplicates)
