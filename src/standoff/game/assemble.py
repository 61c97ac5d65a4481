"""From a blueprint, as `standoff.game.builder` collects it, to the arrays of a game, with every mistake in it.

Names become positions here. A name that a move leads to is an outcome, or a state of the next stage that has one of that
name, in this period or the next. The layers in between get a state of that name in which nobody moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from standoff.errors import nearest
from standoff.game.model import NATURE, NOBODY, Epoch, Game, Layer, Milestone, Player, SecondMover, Terminals
from standoff.game.payoffs import Payoffs, payoff_by_plane, payoff_by_types
from standoff.game.validity import SUM_TOLERANCE, find_player_faults

__all__ = ["Action", "Assembly", "Blueprint", "Joint", "LeadsTo", "MilestoneDraft", "StageDraft", "StateDraft"]

LeadsTo = str | Sequence[tuple[float, str]]
"""The name of a state or outcome, or several with their probabilities."""
Joint = tuple[str, str]
"""The first mover's action and the second mover's, or "" where nobody moves at the same time."""


@dataclass(frozen=True)
class Action:
    """What an action leads to, pays at once, and who has it.

    Attributes:
        leads_to: The name of a state or outcome, or a list of (probability, name).
        payoffs: One-off payoffs by player, or by player and own type.
        only: The types of the mover that have it; all where empty.
    """

    leads_to: LeadsTo
    payoffs: Payoffs = field(default_factory=dict)
    only: Collection[str] = ()


@dataclass(frozen=True)
class StateDraft:
    """A state as it was declared.

    Attributes:
        name: Its name.
        movers: No player, one, or two who move at the same time.
        actions: Each action, or each pair of actions.
        only: Types that have an action, by player and action, where two move.
        arrival: Probability that it comes up.
        otherwise: Where play goes if it does not, if that has another name.
        is_chance: Whether nature moves.
    """

    name: str
    movers: tuple[str, ...] = ()
    actions: tuple[tuple[Joint, Action], ...] = ()
    only: Mapping[str, Mapping[str, Collection[str]]] = field(default_factory=dict)
    arrival: float = 0.0
    otherwise: str | None = None
    is_chance: bool = False

    @property
    def is_passed(self) -> bool:
        """Whether play may pass through without a move."""
        return not self.arrival >= 1.0


@dataclass(frozen=True)
class StageDraft:
    """A stage and its states in order."""

    name: str
    states: tuple[StateDraft, ...]


@dataclass(frozen=True)
class MilestoneDraft:
    """A milestone as it was declared."""

    states: tuple[str, ...]
    after: str | None
    label: str


@dataclass(frozen=True)
class Blueprint:
    """All that a builder was told. Attributes as in `standoff.game.builder.GameBuilder`."""

    players: tuple[Player, ...]
    outcomes: Mapping[str, Payoffs]
    stages: tuple[StageDraft, ...]
    flows: tuple[tuple[str | None, Payoffs], ...]
    unresolved: tuple[tuple[str | None, Payoffs], ...]
    milestones: Mapping[str, MilestoneDraft]
    labels: Mapping[str, str]
    num_periods: int
    start: str | None
    continues: bool


class Assembly:
    """One attempt to make a game of a blueprint.

    Attributes:
        index: Position of every state of each layer, by name.
        faults: Every mistake found so far.
    """

    def __init__(self, blueprint: Blueprint, faults: Sequence[str] = ()) -> None:
        """Number the states.

        Args:
            blueprint: What to make.
            faults: Mistakes that the builder found itself.
        """
        self.blueprint = blueprint
        self.faults = list(faults)
        self.outcome_index = {name: k for k, name in enumerate(blueprint.outcomes)}
        self.drafts = [_by_name(stage.states) for stage in blueprint.stages]
        self.start = self._start()
        self._pass_through()
        self.index = [{name: x for x, name in enumerate(states)} for states in self.drafts]
        self.state_names = tuple(dict.fromkeys(state.name for states in self.drafts for state in states.values()))

    def game(self) -> Game:
        """The game.

        Raises:
            ValueError: The blueprint has mistakes; the message names all of them.
        """
        plan = self.blueprint
        self._check()
        planes = sum(len(player.player_types) for player in plan.players)
        if any(len(player.player_types) > 2 for player in plan.players):
            self.raise_faults()  # payoffs by type mean nothing
        layers = tuple(_LayerArrays(self, s).layer() for s in range(len(plan.stages)))
        payoffs = [
            payoff_by_types(payoffs, plan.players, self.at(f"outcome `{name}`"))
            for name, payoffs in plan.outcomes.items()
        ]
        flow = self._by_state(plan.flows, "flow", planes)
        unresolved = self._by_state(plan.unresolved, "unresolved", planes)
        self.raise_faults()
        order = list(plan.milestones)
        return Game(
            players=plan.players,
            epochs=(Epoch(0, layers, flow),),
            num_periods=plan.num_periods,
            start=self.index[0][self.start],
            terminals=Terminals(
                outcome=np.arange(len(payoffs), dtype=np.int32),
                package=np.full(len(payoffs), -1, dtype=np.int32),
                payoff=np.array(payoffs).reshape(len(payoffs), planes, 2, 2),
            ),
            unresolved_payoff=unresolved,
            outcomes=tuple(plan.outcomes),
            milestones=tuple(
                Milestone(name, draft.label, order.index(draft.after) if draft.after else -1)
                for name, draft in plan.milestones.items()
            ),
            labels=dict(plan.labels),
            continues=plan.continues,
        )

    def at(self, place: str) -> Callable[[str], None]:
        """What notes a mistake at a place, once."""

        def tell(fault: str) -> None:
            line = f"{place}: {fault}"
            if line not in self.faults:
                self.faults.append(line)

        return tell

    def raise_faults(self) -> None:
        """Raise the mistakes found so far, if there are any."""
        if self.faults:
            count = "a mistake" if len(self.faults) == 1 else f"{len(self.faults)} mistakes"
            raise ValueError("\n  ".join([f"the game has {count}:", *self.faults]))

    def next_stage(self, stage: int, name: str) -> int | None:
        """How many stages on the next state of a name is, at most a whole period; None where there is none."""
        count = len(self.drafts)
        return next((step for step in range(1, count + 1) if name in self.drafts[(stage + step) % count]), None)

    def _start(self) -> str:
        """Name of the start state, which gets a place in the first layer if it has none."""
        plan = self.blueprint
        if not self.drafts or not any(self.drafts):
            self.faults.append("there is no state: add a stage, and a state on it")
            self.raise_faults()
        name = plan.start or next(name for states in self.drafts for name in states)
        step = self.next_stage(-1, name)
        if step is None:
            names = [name for states in self.drafts for name in states]
            self.faults.append(f"start: there is no state `{name}`: {nearest(name, names)}")
            return next(iter(self.drafts[0]), "")
        for s in range(step - 1):
            self.drafts[s][name] = StateDraft(name)
        return name

    def _pass_through(self) -> None:
        """Give every name that is led to a state in the layers that it passes through."""
        for s, stage in enumerate(self.blueprint.stages):
            for state in stage.states:
                for name in _names_after(state):
                    step = self.next_stage(s, name)
                    for between in range(1, step or 1):
                        self.drafts[(s + between) % len(self.drafts)][name] = StateDraft(name)

    def _check(self) -> None:
        """Mistakes that are not in any layer."""
        plan = self.blueprint
        if plan.num_periods < 1:
            self.faults.append(f"num_periods is {plan.num_periods}; there must be at least one period")
        self.faults.extend(find_player_faults(plan.players, continues=plan.continues))
        states = set(self.state_names)
        self.faults.extend(f"`{name}` is both an outcome and a state" for name in plan.outcomes if name in states)
        seen: list[str] = []
        for name, draft in plan.milestones.items():
            tell = self.at(f"milestone `{name}`")
            if draft.after is not None and draft.after not in seen:
                tell(f"it is counted after `{draft.after}`, which is no earlier milestone")
            for state in draft.states:
                if state not in states:
                    tell(f"there is no state `{state}`: {nearest(state, sorted(states))}")
            seen.append(name)

    def _by_state(
        self, given: Sequence[tuple[str | None, Payoffs]], what: str, planes: int
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Payoffs at the end of a period; shape (state of layer 0, plane)."""
        first = self.index[0]
        total = np.zeros((len(first), planes))
        for name, payoffs in given:
            tell = self.at(what if name is None else f"{what} of state `{name}`")
            row = payoff_by_plane(payoffs, self.blueprint.players, tell)
            if name is None:
                total += row
            elif name in first:
                total[first[name]] += row
            else:
                tell(f"no period starts in a state of that name: {nearest(name, list(first))}")
        return total


def _by_name(states: Sequence[StateDraft]) -> dict[str, StateDraft]:
    """The states of a stage; one whose name is taken, a mistake already noted, is kept to be checked itself."""
    found: dict[str, StateDraft] = {}
    for state in states:
        found[state.name if state.name not in found else f"{state.name} ({len(found)})"] = state
    return found


def _names_after(state: StateDraft) -> Iterator[str]:
    """The names that a state may lead to."""
    for _, action in state.actions:
        yield from (name for _, name in _branches(action.leads_to))
    if state.is_passed:
        yield state.otherwise or state.name


def _branches(leads_to: LeadsTo) -> Sequence[tuple[float, str]]:
    return [(1.0, leads_to)] if isinstance(leads_to, str) else leads_to


class _LayerArrays:
    """The arrays of one layer, filled state by state."""

    def __init__(self, assembly: Assembly, stage: int) -> None:
        self.assembly = assembly
        self.stage = stage
        self.plan = assembly.blueprint
        self.player_names = [player.name for player in self.plan.players]
        self.states = list(assembly.drafts[stage].values())
        self.labels: dict[str, int] = {}
        self.is_chance = any(state.is_chance for state in self.states)
        self.second: list[tuple[int, int]] = []
        self.skip: list[int] = []
        self.action_start = [0]
        self.label: list[tuple[int, int]] = []
        self.allowed: list[tuple[tuple[bool, bool], tuple[bool, bool]]] = []
        self.payoff: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
        self.branch_start = [0]
        self.probability: list[float] = []
        self.target: list[int] = []

    def layer(self) -> Layer:
        """The layer; what is wrong with it goes to the assembly."""
        name = self.plan.stages[self.stage].name
        if self.is_chance and any(state.movers for state in self.states):
            self.assembly.faults.append(f"stage `{name}` has both decisions and chance: give each a stage of its own")
        movers = [self._state(state) for state in self.states]
        assembly = self.assembly
        planes = sum(len(player.player_types) for player in self.plan.players)
        num_actions = len(self.label)
        allowed = np.array(self.allowed, dtype=np.bool_).reshape(num_actions, 2, 2)
        labels = np.array(self.label, dtype=np.int32).reshape(num_actions, 2)
        second = np.array(self.second, dtype=np.int32).reshape(len(self.states), 2)
        return Layer(
            name=name,
            stage=name,
            is_chance=self.is_chance,
            fields=("state",),
            levels=np.array([[assembly.state_names.index(state.name)] for state in self.states], dtype=np.int32),
            mover=np.array(movers, dtype=np.int32),
            arrival=np.array([state.arrival for state in self.states], dtype=np.float64),
            skip=np.array(self.skip, dtype=np.int32),
            action_start=np.array(self.action_start, dtype=np.int32),
            action_label=labels[:, 0].copy(),
            action_names=tuple(self.labels),
            action_allowed=allowed[:, 0].copy(),
            action_payoff=np.array(self.payoff, dtype=np.float64).reshape(num_actions, planes),
            branch_start=np.array(self.branch_start, dtype=np.int32),
            branch_probability=np.array(self.probability, dtype=np.float64),
            branch_target=np.array(self.target, dtype=np.int32),
            milestone_holds=np.array(
                [[state.name in draft.states for draft in self.plan.milestones.values()] for state in self.states],
                dtype=np.bool_,
            ).reshape(len(self.states), len(self.plan.milestones)),
            second=SecondMover(
                mover=second[:, 0].copy(),
                num_actions=second[:, 1].copy(),
                action_label=labels[:, 1].copy(),
                action_allowed=allowed[:, 1].copy(),
            )
            if (second[:, 0] >= 0).any()
            else None,
        )

    def _state(self, state: StateDraft) -> int:
        """Fill in one state; its mover is returned."""
        tell = self.assembly.at(f"stage `{self.plan.stages[self.stage].name}`, state `{state.name}`")
        movers = [self._player(name, tell) for name in state.movers]
        if len(set(state.movers)) < len(state.movers):
            tell(f"`{state.movers[0]}` cannot move at the same time as itself")
        if not 0 <= state.arrival <= 1:
            tell(f"the arrival is {state.arrival:g}; it must lie between 0 and 1")
        goes_to = self._target(state.otherwise or state.name, tell) if state.is_passed else 0
        if goes_to < 0:
            tell(f"where nobody moves, play cannot end in the outcome `{state.otherwise}`: let nature move there")
        self.skip.append(goes_to)
        first, second = _own_actions(state)
        pairs = dict(state.actions)
        for own in first:
            for other in second:
                action = pairs.get((own, other))
                if action is None:
                    tell(f"the pair of actions `{own}` and `{other}` leads nowhere: give every pair")
                else:
                    self._action(state, movers, (own, other), action, tell)
        if len(movers) and not first:
            tell("there is no action")
        self._check_types(state, movers, (first, second), tell)
        self.action_start.append(len(self.label))
        self.second.append((movers[1], len(second)) if len(movers) == 2 and second else (NOBODY, 1))
        return NATURE if self.is_chance else movers[0] if movers else NOBODY

    def _player(self, name: str, tell: Callable[[str], None]) -> int:
        if name in self.player_names:
            return self.player_names.index(name)
        tell(f"there is no player `{name}`: {nearest(name, self.player_names)}")
        return 0

    def _target(self, name: str, tell: Callable[[str], None]) -> int:
        assembly = self.assembly
        if name in assembly.outcome_index:
            return -assembly.outcome_index[name] - 1
        following = assembly.index[(self.stage + 1) % len(assembly.index)]
        if name not in following:
            tell(
                f"there is no outcome or state `{name}`: {nearest(name, [*assembly.outcome_index, *assembly.state_names])}"
            )
            return 0
        return following[name]

    def _action(
        self, state: StateDraft, movers: Sequence[int], pair: Joint, action: Action, tell: Callable[[str], None]
    ) -> None:
        shown = " and ".join(f"`{name}`" for name in pair if name)
        at = self.assembly.at(
            f"stage `{self.plan.stages[self.stage].name}`, state `{state.name}`, "
            + ("chance" if state.is_chance else f"action {shown}")
        )
        for name in pair[: max(len(movers), 1)]:
            self.labels.setdefault(name, len(self.labels))
        self.label.append((self.labels[pair[0]], self.labels.get(pair[1], self.labels[pair[0]])))
        if action.only and len(movers) != 1:
            at("give `only` for the state, by player and action" if movers else "nature has no types")
        first_only = action.only if len(movers) == 1 else self._only(state, 0, pair[0])
        self.allowed.append(
            (self._has(movers[:1], first_only, at), self._has(movers[1:2], self._only(state, 1, pair[1]), at))
        )
        self.payoff.append(payoff_by_plane(action.payoffs, self.plan.players, at))
        branches = _branches(action.leads_to)
        total = 0.0
        for probability, name in branches:
            if not 0 <= probability <= 1 + SUM_TOLERANCE:
                at(f"the probability of `{name}` is {probability:g}; it must lie between 0 and 1")
            total += probability
            self.probability.append(float(probability))
            self.target.append(self._target(name, tell))
        if math.isfinite(total) and abs(total - 1) > SUM_TOLERANCE:
            at(f"the probabilities sum to {total:.12g}, not to 1")
        self.branch_start.append(len(self.probability))

    def _only(self, state: StateDraft, side: int, action: str) -> Collection[str]:
        if len(state.movers) < 2:
            return ()
        return state.only.get(state.movers[side], {}).get(action, ())

    def _has(self, mover: Sequence[int], only: Collection[str], tell: Callable[[str], None]) -> tuple[bool, bool]:
        """Which types of a mover have an action that only some types have."""
        if not only or not mover:
            return True, True
        player = self.plan.players[mover[0]]
        wanted = {only} if isinstance(only, str) else set(only)
        for name in sorted(wanted - set(player.player_types)):
            tell(f"`{player.name}` has no type `{name}`: {nearest(name, player.player_types)}")
        has = [name in wanted for name in player.player_types]
        return has[0], has[-1]

    def _check_types(
        self,
        state: StateDraft,
        movers: Sequence[int],
        own: tuple[Sequence[str], Sequence[str]],
        tell: Callable[[str], None],
    ) -> None:
        """Types without any action, and actions that `only` names but nobody has."""
        if any(name not in self.player_names for name in state.movers):
            return
        for name, actions in state.only.items():
            if name not in state.movers:
                tell(f"`only` names `{name}`, who does not move here")
                continue
            known = own[state.movers.index(name)]
            for action in actions:
                if action not in known:
                    tell(f"`only` names the action `{action}` of `{name}`: {nearest(action, list(known))}")
        for side, mover in enumerate(movers):
            player = self.plan.players[mover]
            for player_type in player.player_types if own[side] else ():
                if not any(self._type_has(state, side, action, player_type) for action in own[side]):
                    tell(f"the type `{player_type}` of `{player.name}` has no action")

    def _type_has(self, state: StateDraft, side: int, action: str, player_type: str) -> bool:
        only = self._only(state, side, action) if len(state.movers) == 2 else dict(state.actions)[action, ""].only
        return not only or player_type in ({only} if isinstance(only, str) else only)


def _own_actions(state: StateDraft) -> tuple[list[str], list[str]]:
    """Each mover's own actions in the order in which they first appear."""
    pairs = [pair for pair, _ in state.actions]
    return list(dict.fromkeys(pair[0] for pair in pairs)), list(dict.fromkeys(pair[1] for pair in pairs))
