"""Unroll a finite game into its tree, in agent form.

Nature draws the private types at the root; then play goes through the layers of every period. Everything but the types
is public, so a decision is identified by the player who moves, its own type, and the **public history**: every action,
arrival and branch so far. Each such triple is one information set. Of two players who move at the same time the second is
placed below the first, in one information set for all actions of the first.

In standoff's equilibrium every information set chooses independently, and counts payoffs from its own period on:

    Q(a) = E[ sum over s >= t of d^(s-t) r_s | information set, a ],        probability of a proportional to exp(L Q(a)).

A program for trees has one payoff at each leaf for each player, discounted to the start, so later choices would depend
on the smaller amounts d^t Q. Therefore a player whose discount d is below 1 becomes several **agents**, one for each
period in which it moves, and the payoff of the agent of period t is discounted to t. Payoffs before t are the same
at all leaves below an information set, so they are omitted. Nothing else changes: in the agent form it does not matter which
agents share payoffs. With d = 1 one agent stands for all periods.

Payoffs of an agent are multiplied by its player's rationality L, because such a program has one rationality for all: the
tree is to be solved at rationality 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from standoff.game.model import NOBODY, Game, Layer

__all__ = ["Agent", "Chance", "Decision", "InformationSet", "Leaf", "Node", "Tree", "count_nodes", "unroll"]

Event = tuple[str, int]
"""One public event: ("action", joint action), ("branch", branch), ("arrives", 0) or ("passes", 0); indices of the layer."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Agent:
    """A player of the tree: a player of the game in all periods (`period` None), or in one."""

    player: int
    period: int | None


@dataclass(frozen=True)
class InformationSet:
    """What an agent of one type knows when it moves.

    Attributes:
        agent: Index into `Tree.agents`.
        number: Number among the agent's information sets, from 1, in depth-first order.
        player: The player who moves.
        player_type: Its type.
        period: Period.
        layer: Layer in the period.
        state: State of the layer.
        side: 0, or 1 for the second of two players who move at the same time.
        history: All public events so far.
        actions: The actions of the mover that its type has, by their number in the state.
    """

    agent: int
    number: int
    player: int
    player_type: int
    period: int
    layer: int
    state: int
    side: int
    history: tuple[Event, ...]
    actions: tuple[int, ...]


@dataclass(frozen=True)
class Chance:
    """A move of nature: its name, and the names and probabilities of its branches."""

    name: str
    branches: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Decision:
    """A decision: index of the information set, and names of its actions."""

    information_set: int
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """The end of a path: its name, and the payoff of every agent."""

    name: str
    payoffs: tuple[float, ...]


Node = Chance | Decision | Leaf


@dataclass(frozen=True)
class Tree:
    """A game tree.

    Attributes:
        agents: The players of the tree.
        information_sets: The information sets in depth-first order.
        nodes: The nodes in depth-first order, so that children follow their parent.
    """

    agents: tuple[Agent, ...]
    information_sets: tuple[InformationSet, ...]
    nodes: tuple[Node, ...]


def count_nodes(game: Game) -> float:
    """Count the nodes of the tree of a finite game without unrolling it; inf beyond the range of floats."""
    possible = [[k for k, prior in enumerate(player.prior) if prior > 0] for player in game.players]
    total = 0.0
    with np.errstate(over="ignore"):
        for types in itertools.product(*possible):
            steps = {id(epoch): [_find_steps(game, layer, types) for layer in epoch.layers] for epoch in game.epochs}
            after = np.ones(game.num_states[0])
            for period in range(game.num_periods - 1, -1, -1):
                for fixed, states, targets in reversed(steps[id(game.find_epoch(period))]):
                    after = fixed + np.bincount(states, weights=after[targets], minlength=len(fixed))
            total += float(after[game.start])
    above = 1
    for own in possible:  # types are drawn at the root
        total += above if len(own) > 1 else 0
        above *= len(own)
    return total


def _find_steps(game: Game, layer: Layer, types: Sequence[int]) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Return the number of nodes that every state of a layer adds, and every step from a state to one of the next layer."""
    happens = layer.branch_probability > 0
    action_of = np.repeat(np.arange(layer.num_actions), np.diff(layer.branch_start))
    width = np.bincount(action_of[happens], minlength=layer.num_actions)
    terminals = np.bincount(action_of[happens & (layer.branch_target < 0)], minlength=layer.num_actions)
    fixed = np.zeros(layer.num_states)
    is_taken = np.zeros(layer.num_actions, dtype=np.bool_)
    is_passed = np.zeros(layer.num_states, dtype=np.bool_)
    for x in range(layer.num_states):
        arrival = float(layer.arrival[x]) if layer.mover[x] != NOBODY else 0.0
        is_passed[x] = arrival < 1
        if arrival == 0:
            continue
        if layer.is_chance:
            rows = [int(layer.action_start[x])]
            fixed[x] = width[rows[0]] > 1 or arrival < 1
        else:
            moves = _StateMoves(game, layer, x)
            first, second = moves.list_actions(0, types), moves.list_actions(1, types)
            rows = [moves.find_joint_action(i, j) for i in first for j in second]
            fixed[x] = 1 + (arrival < 1) + (width[rows] > 1).sum() + (len(first) if moves.second != NOBODY else 0)
        fixed[x] += terminals[rows].sum()
        is_taken[rows] = True
    state_of = np.repeat(np.arange(layer.num_states), np.diff(layer.action_start))
    continues = happens & (layer.branch_target >= 0) & is_taken[action_of]
    return (
        fixed,
        np.concatenate([state_of[action_of[continues]], np.flatnonzero(is_passed)]),
        np.concatenate([layer.branch_target[continues], layer.skip[is_passed]]).astype(np.intp),
    )


class _StateMoves:
    """The players who move in a state of a decision layer, and the actions of each type."""

    def __init__(self, game: Game, layer: Layer, state: int) -> None:
        self.game = game
        self.layer = layer
        self.start = int(layer.action_start[state])
        self.first = int(layer.mover[state])
        has_second = layer.second is not None and layer.second.mover[state] >= 0
        self.second = int(layer.second.mover[state]) if layer.second is not None and has_second else NOBODY
        self.across = int(layer.second.num_actions[state]) if layer.second is not None and has_second else 1
        self.down = (int(layer.action_start[state + 1]) - self.start) // self.across

    def find_joint_action(self, own: int, other: int) -> int:
        """Return the index of a joint action in the layer."""
        return self.start + own * self.across + other

    def list_actions(self, side: int, types: Sequence[int]) -> list[int]:
        """Return the actions that the mover of a side has; a player with one type has them all."""
        player = (self.first, self.second)[side]
        if player == NOBODY:
            return [0]
        count = (self.down, self.across)[side]
        if len(self.game.players[player].player_types) == 1:
            return list(range(count))
        return [k for k in range(count) if self._is_allowed(side, k)[types[player]]]

    def list_names(self, side: int, own: Sequence[int]) -> tuple[str, ...]:
        """Return the names of some actions of a side, each made distinct."""
        found: list[str] = []
        for k in own:
            name = self.layer.action_names[self._find_label(side, k)]
            found.append(name if name not in found else f"{name} ({k + 1})")
        return tuple(found)

    def _is_allowed(self, side: int, own: int) -> NDArray[np.bool_]:
        if side == 0:
            return np.asarray(self.layer.action_allowed[self.find_joint_action(own, 0)])
        assert self.layer.second is not None
        return np.asarray(self.layer.second.action_allowed[self.find_joint_action(0, own)])

    def _find_label(self, side: int, own: int) -> int:
        if side == 0:
            return int(self.layer.action_label[self.find_joint_action(own, 0)])
        assert self.layer.second is not None
        return int(self.layer.second.action_label[self.find_joint_action(0, own)])


def unroll(game: Game) -> Tree:
    """Unroll a game.

    Args:
        game: A finite game (`continues` is False) whose tree is small (`count_nodes`).

    Returns:
        The tree.
    """
    return _TreeUnrolling(game).make_tree()


@dataclass(frozen=True)
class _Position:
    """A position on a path: true types, where play is, public history, and what was paid so far."""

    types: tuple[int, ...]
    period: int
    layer: int
    state: int
    history: tuple[Event, ...]
    paid: Floats


_Item = Callable[[], "_Item"] | tuple[Node, list["_Item"]]
"""A node with the nodes below it, or a function that returns them, because the tree is unrolled during the walk."""


class _TreeUnrolling:
    """A depth-first walk with a stack of its own, so that depth is not limited by recursion."""

    def __init__(self, game: Game) -> None:
        self.game = game
        self.planes = np.array(game.first_plane)
        self.agents = [
            Agent(i, period)
            for i, player in enumerate(game.players)
            for period in (range(game.num_periods) if player.discount < 1 and game.num_periods > 1 else [None])
        ]
        self.agent_of = {(agent.player, agent.period): k for k, agent in enumerate(self.agents)}
        self.player_of = np.array([agent.player for agent in self.agents])
        self.from_period = np.array([agent.period or 0 for agent in self.agents])
        self.rationality = np.array([game.players[agent.player].rationality for agent in self.agents])
        self.discount = np.array([game.players[agent.player].discount for agent in self.agents])
        self.numbers: dict[tuple[object, ...], int] = {}
        self.sets: list[InformationSet] = []
        self.sizes = [0] * len(self.agents)

    def make_tree(self) -> Tree:
        """Return the tree without agents that never move; a player who never moves keeps its first agent."""
        nodes: list[Node] = []
        pending: list[_Item] = [self._draw(())]
        while pending:
            item = pending.pop()
            while not isinstance(item, tuple):
                item = item()
            node, below = item
            nodes.append(node)
            pending.extend(reversed(below))
        movers = {agent.player for agent, size in zip(self.agents, self.sizes, strict=True) if size}
        kept = [
            k
            for k, agent in enumerate(self.agents)
            if self.sizes[k] or (agent.player not in movers and not agent.period)
        ]
        index = {k: n for n, k in enumerate(kept)}
        return Tree(
            agents=tuple(self.agents[k] for k in kept),
            information_sets=tuple(replace(own, agent=index[own.agent]) for own in self.sets),
            nodes=tuple(
                Leaf(node.name, tuple(node.payoffs[k] for k in kept)) if isinstance(node, Leaf) else node
                for node in nodes
            ),
        )

    def _draw(self, types: tuple[int, ...]) -> _Item:
        """Draw the types of the players one after the other."""
        while len(types) < len(self.game.players):
            player = self.game.players[len(types)]
            possible = [k for k, prior in enumerate(player.prior) if prior > 0]
            if len(possible) > 1:
                names = tuple((player.player_types[k], player.prior[k]) for k in possible)
                return Chance(f"type of {player.name}", names), [self._draw((*types, k)) for k in possible]
            types = (*types, possible[0])
        return partial(self._visit, _Position(types, 0, 0, self.game.start, (), np.zeros(len(self.agents))))

    def _pay(self, position: _Position, payoff: Floats) -> Floats:
        """Return what was paid so far to every agent, with a payoff by plane added in the period of the position."""
        own = payoff[self.planes[self.player_of] + np.array(position.types)[self.player_of]]
        ahead = position.period - self.from_period
        weight = np.where(ahead >= 0, self.discount ** np.maximum(ahead, 0), 0.0)
        return np.asarray(position.paid + self.rationality * weight * own)

    def _visit(self, position: _Position) -> _Item:
        """Return the next node on a path, and what is below it."""
        game = self.game
        while position.period < game.num_periods:
            layer = game.find_epoch(position.period).layers[position.layer]
            arrival = float(layer.arrival[position.state]) if layer.mover[position.state] != NOBODY else 0.0
            if arrival == 0:
                position = self._arrive(position, int(layer.skip[position.state]))
            elif layer.is_chance:
                return self._act(position, layer, int(layer.action_start[position.state]), arrival)
            elif arrival == 1:
                return self._decide(position, layer)
            else:
                came = replace(position, history=(*position.history, ("arrives", 0)))
                names = (("comes up", arrival), ("does not", 1 - arrival))
                return Chance(layer.name, names), [partial(self._decide, came, layer), self._pass(position, layer)]
        return Leaf("unresolved", tuple(self._pay(position, game.unresolved_payoff[position.state]).tolist())), []

    def _pass(self, position: _Position, layer: Layer) -> _Item:
        """Return what follows where the decision or hazard does not come up."""
        position = replace(position, history=(*position.history, ("passes", 0)))
        return partial(self._visit, self._arrive(position, int(layer.skip[position.state])))

    def _arrive(self, position: _Position, state: int) -> _Position:
        """Return the position after moving to a state of the next layer, which may be in the next period."""
        if position.layer + 1 < self.game.num_layers:
            return replace(position, layer=position.layer + 1, state=state)
        paid = self._pay(position, self.game.find_epoch(position.period).flow[state])
        return replace(position, period=position.period + 1, layer=0, state=state, paid=paid)

    def _act(self, position: _Position, layer: Layer, action: int, arrival: float = 1.0) -> _Item:
        """Return what follows an action: nature draws one of its branches; a hazard may not come up at all."""
        paid = self._pay(position, layer.action_payoff[action])
        came = replace(position, history=(*position.history, ("action", action)), paid=paid)
        first, last = int(layer.branch_start[action]), int(layer.branch_start[action + 1])
        branches = [b for b in range(first, last) if layer.branch_probability[b] > 0]
        below = [self._follow(came, layer, b) for b in branches]
        names = [
            (f"{k}: {self._name_target(layer, b)}", arrival * float(layer.branch_probability[b]))
            for k, b in enumerate(branches, 1)
        ]
        if arrival < 1:
            names.append(("does not", 1 - arrival))
            below.append(self._pass(position, layer))
        return below[0] if len(below) == 1 else (Chance(layer.name, tuple(names)), below)

    def _follow(self, position: _Position, layer: Layer, branch: int) -> _Item:
        """Return what follows a branch, which leads to a state or to a terminal."""
        position = replace(position, history=(*position.history, ("branch", branch)))
        target = int(layer.branch_target[branch])
        if target >= 0:
            return partial(self._visit, self._arrive(position, target))
        axes = [position.types[i] for i in self.game.belief_players] + [0, 0]
        worth = self.game.terminals.payoff[-target - 1, :, axes[0], axes[1]]
        return Leaf(self._name_target(layer, branch), tuple(self._pay(position, worth).tolist())), []

    def _name_target(self, layer: Layer, branch: int) -> str:
        target = int(layer.branch_target[branch])
        if target < 0:
            return self.game.outcomes[int(self.game.terminals.outcome[-target - 1])]
        return f"state {target}"

    def _decide(self, position: _Position, layer: Layer) -> _Item:
        """Return the decision of the mover; below it, that of a player who moves at the same time without seeing it."""
        moves = _StateMoves(self.game, layer, position.state)
        first, second = moves.list_actions(0, position.types), moves.list_actions(1, position.types)
        node = self._make_decision(position, moves, 0, first)
        if moves.second == NOBODY:
            return node, [partial(self._act, position, layer, moves.find_joint_action(i, 0)) for i in first]
        other = self._make_decision(position, moves, 1, second)
        return node, [
            (other, [partial(self._act, position, layer, moves.find_joint_action(i, j)) for j in second]) for i in first
        ]

    def _make_decision(self, position: _Position, moves: _StateMoves, side: int, own: Sequence[int]) -> Decision:
        """Return the decision of one mover, whose information set is numbered when it is first met."""
        player = (moves.first, moves.second)[side]
        player_type = position.types[player]
        key = (player, player_type, side, position.history)
        if key not in self.numbers:
            agent = self.agent_of.get((player, None), self.agent_of.get((player, position.period)))
            assert agent is not None
            self.sizes[agent] += 1
            self.numbers[key] = len(self.sets)
            self.sets.append(
                InformationSet(
                    agent=agent,
                    number=self.sizes[agent],
                    player=player,
                    player_type=player_type,
                    period=position.period,
                    layer=position.layer,
                    state=position.state,
                    side=side,
                    history=position.history,
                    actions=tuple(own),
                )
            )
        return Decision(self.numbers[key], moves.list_names(side, own))
