"""From the declarations of a game to its arrays, with every mistake reported.

Names become indices here. The name that a move leads to is that of an outcome, or of a state of the next stage that has a
state of that name, in this period or the next. The layers in between get a state of that name in which nobody moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from standoff.errors import suggest_nearest
from standoff.game.declarations import Action, DeclaredGame, DeclaredState, JointAction, LeadsTo
from standoff.game.model import NATURE, NOBODY, Epoch, Game, Layer, Milestone, SecondMover, Terminals
from standoff.game.payoffs import Payoffs, evaluate_by_plane, evaluate_by_types
from standoff.game.validity import SUM_TOLERANCE, check_game, find_player_faults

__all__ = ["Assembler"]


class Assembler:
    """Makes a game of its declarations.

    Attributes:
        index: Position of every state of each layer, by name.
        faults: Every mistake found so far.
    """

    def __init__(self, declared: DeclaredGame, faults: Sequence[str] = ()) -> None:
        """Number the states.

        Args:
            declared: The declarations.
            faults: Mistakes that the builder has found.
        """
        self.declared = declared
        self.faults = list(faults)
        self.outcome_index = {name: k for k, name in enumerate(declared.outcomes)}
        self.states = [_index_by_name(stage.states) for stage in declared.stages]
        self.start = self._find_start()
        self._add_passing_states()
        self.index = [{name: x for x, name in enumerate(states)} for states in self.states]
        self.state_names = tuple(dict.fromkeys(state.name for states in self.states for state in states.values()))

    def assemble(self) -> Game:
        """Return the game.

        Raises:
            ValueError: The declarations have mistakes; the message lists all of them.
        """
        declared = self.declared
        self._check_declarations()
        planes = sum(len(player.player_types) for player in declared.players)
        if any(len(player.player_types) > 2 for player in declared.players):
            self.raise_faults()  # payoffs by type would mean nothing
        layers = tuple(_LayerAssembler(self, s).assemble() for s in range(len(declared.stages)))
        payoffs = [
            evaluate_by_types(payoffs, declared.players, self.report_at(f"outcome `{name}`"))
            for name, payoffs in declared.outcomes.items()
        ]
        flow = self._sum_by_state(declared.flows, "flow", planes)
        unresolved = self._sum_by_state(declared.unresolved, "unresolved", planes)
        self.raise_faults()
        order = list(declared.milestones)
        game = Game(
            players=declared.players,
            epochs=(Epoch(0, layers, flow),),
            num_periods=declared.num_periods,
            start=self.index[0][self.start],
            terminals=Terminals(
                outcome=np.arange(len(payoffs), dtype=np.int32),
                package=np.full(len(payoffs), -1, dtype=np.int32),
                payoff=np.array(payoffs).reshape(len(payoffs), planes, 2, 2),
            ),
            unresolved_payoff=unresolved,
            outcomes=tuple(declared.outcomes),
            milestones=tuple(
                Milestone(name, milestone.label, order.index(milestone.after) if milestone.after else -1)
                for name, milestone in declared.milestones.items()
            ),
            labels=dict(declared.labels),
            continues=declared.continues,
        )
        check_game(game)
        return game

    def report_at(self, where: str) -> Callable[[str], None]:
        """Return a function that reports a mistake at a place, once."""

        def report(fault: str) -> None:
            line = f"{where}: {fault}"
            if line not in self.faults:
                self.faults.append(line)

        return report

    def raise_faults(self) -> None:
        """Raise the mistakes reported so far, if there are any."""
        if self.faults:
            count = "a mistake" if len(self.faults) == 1 else f"{len(self.faults)} mistakes"
            raise ValueError("\n  ".join([f"the game has {count}:", *self.faults]))

    def find_next_stage(self, stage: int, name: str) -> int | None:
        """Return how many stages ahead the next state of a name is, at most a whole period; None if no stage has one."""
        count = len(self.states)
        return next((step for step in range(1, count + 1) if name in self.states[(stage + step) % count]), None)

    def _find_start(self) -> str:
        """Return the name of the start state, which is added to the first layer if it is not there."""
        declared = self.declared
        if not self.states or not any(self.states):
            self.faults.append("there is no state: add a stage, and a state on it")
            self.raise_faults()
        name = declared.start or next(name for states in self.states for name in states)
        step = self.find_next_stage(-1, name)
        if step is None:
            names = [name for states in self.states for name in states]
            self.faults.append(f"start: there is no state `{name}`: {suggest_nearest(name, names)}")
            return next(iter(self.states[0]), "")
        for s in range(step - 1):
            self.states[s][name] = DeclaredState(name)
        return name

    def _add_passing_states(self) -> None:
        """Add a state in which nobody moves to every layer that play passes through on its way to a state."""
        for s, stage in enumerate(self.declared.stages):
            for state in stage.states:
                for name in _list_following_names(state):
                    step = self.find_next_stage(s, name)
                    for between in range(1, step or 1):
                        self.states[(s + between) % len(self.states)][name] = DeclaredState(name)

    def _check_declarations(self) -> None:
        """Report mistakes that are not in any layer."""
        declared = self.declared
        if declared.num_periods < 1:
            self.faults.append(f"num_periods is {declared.num_periods}; there must be at least one period")
        self.faults.extend(find_player_faults(declared.players, continues=declared.continues))
        states = set(self.state_names)
        self.faults.extend(f"`{name}` is both an outcome and a state" for name in declared.outcomes if name in states)
        seen: list[str] = []
        for name, milestone in declared.milestones.items():
            report = self.report_at(f"milestone `{name}`")
            if milestone.after is not None and milestone.after not in seen:
                report(f"it comes after `{milestone.after}`, which is not an earlier milestone")
            for state in milestone.states:
                if state not in states:
                    report(f"there is no state `{state}`: {suggest_nearest(state, sorted(states))}")
            seen.append(name)

    def _sum_by_state(
        self, given: Sequence[tuple[str | None, Payoffs]], what: str, planes: int
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Add up payoffs at the end of a period; shape (state of layer 0, plane)."""
        first = self.index[0]
        total = np.zeros((len(first), planes))
        for name, payoffs in given:
            report = self.report_at(what if name is None else f"{what} of state `{name}`")
            row = evaluate_by_plane(payoffs, self.declared.players, report)
            if name is None:
                total += row
            elif name in first:
                total[first[name]] += row
            else:
                report(f"no period starts in a state of that name: {suggest_nearest(name, list(first))}")
        return total


def _index_by_name(states: Sequence[DeclaredState]) -> dict[str, DeclaredState]:
    """Return the states of a stage by name; one whose name is taken, a mistake reported before, is kept to be checked."""
    found: dict[str, DeclaredState] = {}
    for state in states:
        found[state.name if state.name not in found else f"{state.name} ({len(found)})"] = state
    return found


def _list_following_names(state: DeclaredState) -> Iterator[str]:
    """Yield the names that a state may lead to."""
    for _, action in state.actions:
        yield from (name for _, name in _list_branches(action.leads_to))
    if state.is_passed:
        yield state.otherwise or state.name


def _list_branches(leads_to: LeadsTo) -> Sequence[tuple[float, str]]:
    return [(1.0, leads_to)] if isinstance(leads_to, str) else leads_to


class _LayerAssembler:
    """Makes one layer, state by state."""

    def __init__(self, game: Assembler, stage: int) -> None:
        self.game = game
        self.stage = stage
        self.declared = game.declared
        self.player_names = [player.name for player in self.declared.players]
        self.states = list(game.states[stage].values())
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

    def assemble(self) -> Layer:
        """Return the layer; its mistakes are reported to the game."""
        name = self.declared.stages[self.stage].name
        if self.is_chance and any(state.movers for state in self.states):
            self.game.faults.append(f"stage `{name}` has both decisions and chance: give each a stage of its own")
        movers = [self._add_state(state) for state in self.states]
        planes = sum(len(player.player_types) for player in self.declared.players)
        num_actions = len(self.label)
        allowed = np.array(self.allowed, dtype=np.bool_).reshape(num_actions, 2, 2)
        labels = np.array(self.label, dtype=np.int32).reshape(num_actions, 2)
        second = np.array(self.second, dtype=np.int32).reshape(len(self.states), 2)
        return Layer(
            name=name,
            stage=name,
            is_chance=self.is_chance,
            fields=("state",),
            levels=np.array([[self.game.state_names.index(state.name)] for state in self.states], dtype=np.int32),
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
                [
                    [state.name in milestone.states for milestone in self.declared.milestones.values()]
                    for state in self.states
                ],
                dtype=np.bool_,
            ).reshape(len(self.states), len(self.declared.milestones)),
            second=SecondMover(
                mover=second[:, 0].copy(),
                num_actions=second[:, 1].copy(),
                action_label=labels[:, 1].copy(),
                action_allowed=allowed[:, 1].copy(),
            )
            if (second[:, 0] >= 0).any()
            else None,
        )

    def _add_state(self, state: DeclaredState) -> int:
        """Add one state and return its mover."""
        report = self.game.report_at(f"stage `{self.declared.stages[self.stage].name}`, state `{state.name}`")
        movers = [self._find_player(name, report) for name in state.movers]
        if len(set(state.movers)) < len(state.movers):
            report(f"`{state.movers[0]}` cannot move at the same time as itself")
        if not 0 <= state.arrival <= 1:
            report(f"the arrival is {state.arrival:g}; it must lie between 0 and 1")
        goes_to = self._find_target(state.otherwise or state.name, report) if state.is_passed else 0
        if goes_to < 0:
            report(f"where nobody moves, play cannot end in the outcome `{state.otherwise}`: let nature move there")
        self.skip.append(goes_to)
        if len(movers) > 2:
            report(
                f"{len(movers)} players move at the same time; at most two can: let the others move in a later stage"
            )
        faulty = [pair for pair, _ in state.actions if not _is_pair(pair)]
        if len(movers) <= 2:
            for pair in faulty:
                report(f"the actions `{pair!r}` are not a pair: give one action of each of the two movers")
        if len(movers) > 2 or faulty:
            self._add_empty_state()
            return movers[0]
        first, second = _list_own_actions(state)
        pairs = dict(state.actions)
        for own in first:
            for other in second:
                action = pairs.get((own, other))
                if action is None:
                    report(f"the pair of actions `{own}` and `{other}` leads nowhere: give every pair")
                else:
                    self._add_action(state, movers, (own, other), action, report)
        if len(movers) and not first:
            report("there is no action")
        self._check_types(state, movers, (first, second), report)
        self.action_start.append(len(self.label))
        self.second.append((movers[1], len(second)) if len(movers) == 2 and second else (NOBODY, 1))
        return NATURE if self.is_chance else movers[0] if movers else NOBODY

    def _add_empty_state(self) -> None:
        """Add a state without actions in the place of one whose actions mean nothing."""
        self.action_start.append(len(self.label))
        self.second.append((NOBODY, 1))

    def _find_player(self, name: str, report: Callable[[str], None]) -> int:
        if name in self.player_names:
            return self.player_names.index(name)
        report(f"there is no player `{name}`: {suggest_nearest(name, self.player_names)}")
        return 0

    def _find_target(self, name: str, report: Callable[[str], None]) -> int:
        game = self.game
        if name in game.outcome_index:
            return -game.outcome_index[name] - 1
        following = game.index[(self.stage + 1) % len(game.index)]
        if name not in following:
            report(
                f"there is no outcome or state `{name}`: {suggest_nearest(name, [*game.outcome_index, *game.state_names])}"
            )
            return 0
        return following[name]

    def _add_action(
        self,
        state: DeclaredState,
        movers: Sequence[int],
        pair: JointAction,
        action: Action,
        report: Callable[[str], None],
    ) -> None:
        shown = " and ".join(f"`{name}`" for name in pair if name)
        report_action = self.game.report_at(
            f"stage `{self.declared.stages[self.stage].name}`, state `{state.name}`, "
            + ("chance" if state.is_chance else f"action {shown}")
        )
        for name in pair[: max(len(movers), 1)]:
            self.labels.setdefault(name, len(self.labels))
        # where nobody moves at the same time, the second part is the same in every action of the state
        is_first = len(self.label) == self.action_start[-1]
        alone = self.labels[pair[0]] if is_first else self.label[-1][1]
        self.label.append((self.labels[pair[0]], self.labels[pair[1]] if len(movers) == 2 else alone))
        if action.only and len(movers) != 1:
            report_action("give `only` for the state, by player and action" if movers else "nature has no types")
        first_only = action.only if len(movers) == 1 else self._find_only(state, 0, pair[0])
        self.allowed.append(
            (
                self._find_types(movers[:1], first_only, report_action),
                self._find_types(movers[1:2], self._find_only(state, 1, pair[1]), report_action),
            )
        )
        self.payoff.append(evaluate_by_plane(action.payoffs, self.declared.players, report_action))
        branches = _list_branches(action.leads_to)
        total = 0.0
        for probability, name in branches:
            if not 0 <= probability <= 1 + SUM_TOLERANCE:
                report_action(f"the probability of `{name}` is {probability:g}; it must lie between 0 and 1")
            total += probability
            self.probability.append(float(probability))
            self.target.append(self._find_target(name, report))
        if math.isfinite(total) and abs(total - 1) > SUM_TOLERANCE:
            report_action(f"the probabilities sum to {total:.12g}, not to 1")
        self.branch_start.append(len(self.probability))

    def _find_only(self, state: DeclaredState, side: int, action: str) -> Collection[str]:
        if len(state.movers) < 2:
            return ()
        return state.only.get(state.movers[side], {}).get(action, ())

    def _find_types(
        self, mover: Sequence[int], only: Collection[str], report: Callable[[str], None]
    ) -> tuple[bool, bool]:
        """Say which types of a mover have an action that only some types have."""
        if not only or not mover:
            return True, True
        player = self.declared.players[mover[0]]
        wanted = {only} if isinstance(only, str) else set(only)
        for name in sorted(wanted - set(player.player_types)):
            report(f"`{player.name}` has no type `{name}`: {suggest_nearest(name, player.player_types)}")
        has = [name in wanted for name in player.player_types]
        return has[0], has[-1]

    def _check_types(
        self,
        state: DeclaredState,
        movers: Sequence[int],
        own: tuple[Sequence[str], Sequence[str]],
        report: Callable[[str], None],
    ) -> None:
        """Report types without any action, and actions that `only` names but nobody has."""
        if any(name not in self.player_names for name in state.movers):
            return
        for name, actions in state.only.items():
            if name not in state.movers:
                report(f"`only` names `{name}`, who does not move here")
                continue
            known = own[state.movers.index(name)]
            for action in actions:
                if action not in known:
                    report(f"`only` names the action `{action}` of `{name}`: {suggest_nearest(action, list(known))}")
        for side, mover in enumerate(movers):
            player = self.declared.players[mover]
            for player_type in player.player_types if own[side] else ():
                if not any(self._has_action(state, side, action, player_type) for action in own[side]):
                    report(f"the type `{player_type}` of `{player.name}` has no action")

    def _has_action(self, state: DeclaredState, side: int, action: str, player_type: str) -> bool:
        only = self._find_only(state, side, action) if len(state.movers) == 2 else dict(state.actions)[action, ""].only
        return not only or player_type in ({only} if isinstance(only, str) else only)


def _is_pair(pair: object) -> bool:
    """Say whether the key of an action is a pair of names."""
    return isinstance(pair, tuple) and len(pair) == 2 and all(isinstance(name, str) for name in pair)


def _list_own_actions(state: DeclaredState) -> tuple[list[str], list[str]]:
    """Return each mover's own actions in the order in which they first appear."""
    pairs = [pair for pair, _ in state.actions]
    return list(dict.fromkeys(pair[0] for pair in pairs)), list(dict.fromkeys(pair[1] for pair in pairs))
