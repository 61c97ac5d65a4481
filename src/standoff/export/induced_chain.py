"""The Markov chain of a crisis in equilibrium, with positive weights, for other programs to check.

Once everyone's strategies are known, the crisis is a Markov chain on (period, layer, public state, public belief). The
solver represents beliefs by Chebyshev points and moves mass between them by weights that may be negative, so its operator is
not a Markov chain. Here beliefs lie on a piecewise-linear grid. At a grid belief b the mover's strategies are those of the solved
equilibrium at exactly b, and a posterior b' between two grid beliefs g < g' is split between them,

    to g with (g' - b') / (g' - g),   to g' with (b' - g) / (g' - g).

The weights are positive, sum to one and keep the mean, so beliefs stay martingales. A split changes only the variance of
the belief, by (b' - g) (g' - b'). The probabilities of the chain therefore approach those of the game with the square of the
mesh once beliefs jump by more than the mesh, and with the mesh itself while they jump by less. Without private types no belief
moves and the chain is exact. At rationality 0 probabilities are linear in every belief, so it is exact too.

A milestone with `after` is met only if that other milestone was met at an earlier arrival, which the public state does not
show. Chain states therefore also have a bit for every milestone that another comes after: whether it was met before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.export.chain import Chain
from standoff.game.model import Layer
from standoff.solve.equilibrium import Equilibrium
from standoff.solve.sample import find_strategy

__all__ = ["MAX_STATES", "make_induced_chain"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_STATES = 1_000_000
"""Default limit on the number of chain states: some 100 to 200 megabytes of text."""
LARGEST_NUMBER = 2**63 - 1
"""Largest number of a chain state."""
SAME_BELIEF = 1e-9  # grid beliefs closer to the prior than this are replaced by it


def make_induced_chain(equilibrium: Equilibrium, *, belief_points: int = 5, max_states: int = MAX_STATES) -> Chain:
    """Return the Markov chain of a game in equilibrium.

    Args:
        equilibrium: Solved with `Settings(keep_values=True)`.
        belief_points: Number of evenly spaced grid beliefs on each axis from 0 to 1, at least 2; the prior is added to them.
        max_states: Largest number of chain states.

    Returns:
        The chain.

    Raises:
        ValueError: `belief_points` is below 2, or the values of all periods were not kept.
        InputError: The chain is larger than `max_states` (`chain-too-large`).
    """
    if belief_points < 2:
        raise ValueError(f"belief_points must be at least 2, not {belief_points!r}")
    if not equilibrium.settings.keep_values:
        raise ValueError("the induced chain needs an equilibrium solved with Settings(keep_values=True)")
    return _ChainUnrolling(equilibrium, belief_points, max_states).make_chain()


def _make_belief_axis(prior: float, num_points: int) -> Floats:
    """Return evenly spaced beliefs with the prior among them, so that the start need not be split."""
    even = np.linspace(0.0, 1.0, num_points)
    inner = even[1:-1]
    kept = inner[np.abs(inner - prior) > SAME_BELIEF]
    return np.unique(np.concatenate([even[[0, -1]], kept, [prior]]))


@dataclass(frozen=True)
class _StepMoves:
    """Actions at the nodes (public state, belief) of one step; one row for each node and action.

    Attributes:
        node: Index of the node.
        action: Action, or -1 where play goes to the state's `skip`.
        probability: Probability of the action at the node.
        posterior: Public belief after it; shape (row, 2).
    """

    node: Indices
    action: Indices
    probability: Floats
    posterior: Floats


@dataclass(frozen=True)
class _Transitions:
    """Transitions of nodes or chain states; rows are ascending in `source`.

    `target` is a number of `_ChainUnrolling.pack`, or -(terminal + 1).
    """

    source: Indices
    target: Indices
    probability: Floats


class _ChainUnrolling:
    """Makes the chain step by step and numbers the states that it reaches."""

    def __init__(self, equilibrium: Equilibrium, belief_points: int, max_states: int) -> None:
        game = equilibrium.game
        self.equilibrium = equilibrium
        self.game = game
        self.max_states = max_states
        self.axes = tuple(_make_belief_axis(prior, belief_points) for prior in game.prior_belief)
        self.grids = (*self.axes, *[np.zeros(1)] * (2 - len(self.axes)))
        self.waited = sorted({milestone.after for milestone in game.milestones if milestone.after >= 0})
        self.num_bits = len(self.waited)
        largest = max(game.num_states) * len(self.grids[0]) * len(self.grids[1]) << self.num_bits
        if largest > LARGEST_NUMBER:
            self._refuse_numbers(largest)

    # One number stands for a chain state of a step: public state, belief indices, bits of milestones met.

    def pack(self, state: Indices, first: Indices, second: Indices, met: Indices) -> Indices:
        """Return one number for each chain state."""
        cell = (state * len(self.grids[0]) + first) * len(self.grids[1]) + second
        return cell << self.num_bits | met

    def unpack(self, code: Indices) -> tuple[Indices, Indices, Indices, Indices]:
        """Return the state, belief indices and bits of each number."""
        cell, second = np.divmod(code >> self.num_bits, len(self.grids[1]))
        state, first = np.divmod(cell, len(self.grids[0]))
        return state, first, second, code & ((1 << self.num_bits) - 1)

    def make_chain(self) -> Chain:
        """Unroll the game from the start to the horizon, then number the terminals."""
        game = self.game
        num_layers = game.num_layers
        num_steps = game.num_periods * num_layers
        priors = [np.flatnonzero(axis == prior) for axis, prior in zip(self.axes, game.prior_belief, strict=True)]
        start = [np.array([game.start]), *priors, *[np.array([0])] * (2 - len(priors))]
        frontier = self.pack(start[0], start[1], start[2], np.array([0]))
        blocks: list[Indices] = []
        milestones: list[list[Indices]] = [[] for _ in game.milestones]
        counts: list[Indices] = []
        targets: list[Indices] = []
        probabilities: list[Floats] = []
        total = 0
        for step in range(num_steps + 1):
            blocks.append(frontier)
            meets = self._find_met(step, frontier)
            for m, own in enumerate(milestones):
                own.append(total + np.flatnonzero(meets[:, m]))
            first_next = total + len(frontier)
            if first_next > self.max_states:
                self._refuse(step // num_layers, first_next)
            if step == num_steps:
                break
            layer = game.find_epoch(step // num_layers).layers[step % num_layers]
            transitions = self._find_transitions(step, layer, frontier, meets)
            is_open = transitions.target >= 0
            reached, index = np.unique(transitions.target[is_open], return_inverse=True)
            target = transitions.target.copy()
            target[is_open] = first_next + index
            counts.append(np.bincount(transitions.source, minlength=len(frontier)))
            targets.append(target)
            probabilities.append(transitions.probability)
            total = first_next
            frontier = reached
        return self._join_steps(blocks, milestones, counts, targets, probabilities)

    def _join_steps(
        self,
        blocks: list[Indices],
        milestones: list[list[Indices]],
        counts: list[Indices],
        targets: list[Indices],
        probabilities: list[Floats],
    ) -> Chain:
        """Join the steps; states that are unresolved at the horizon and the terminals that are reached become absorbing."""
        game = self.game
        step_start = np.concatenate([[0], np.cumsum([len(block) for block in blocks])])
        num_open = int(step_start[-1])
        target = np.concatenate(targets)
        terminals = np.unique(-target[target < 0] - 1)
        is_terminal = target < 0
        target[is_terminal] = num_open + np.searchsorted(terminals, -target[is_terminal] - 1)
        stays = np.arange(step_start[-2], num_open + len(terminals))
        row_start = np.concatenate([[0], np.cumsum(np.concatenate([*counts, np.ones(len(stays), dtype=np.int64)]))])
        column = np.concatenate([target, stays])
        probability = np.concatenate([*probabilities, np.ones(len(stays))])
        # terminals were numbered last, so every row is sorted again
        order = np.lexsort((column, np.repeat(np.arange(len(row_start) - 1), np.diff(row_start))))
        state, first, second, met = self.unpack(np.concatenate(blocks))
        nothing = np.zeros(len(terminals), dtype=np.int64)
        beliefs = [np.concatenate([index, nothing]) for index in (first, second)][: len(self.axes)]
        outcome = game.terminals.outcome[terminals]
        labels = {f"outcome_{name}": num_open + np.flatnonzero(outcome == k) for k, name in enumerate(game.outcomes)}
        labels |= {
            f"milestone_{milestone.name}": np.concatenate(found)
            for milestone, found in zip(game.milestones, milestones, strict=True)
        }
        labels["unresolved"] = np.arange(step_start[-2], num_open)
        return Chain(
            num_periods=game.num_periods,
            steps_per_period=game.num_layers,
            step_start=step_start,
            belief_axes=self.axes,
            game_state=np.concatenate([state, -terminals - 1]),
            beliefs=np.stack(beliefs, axis=1) if beliefs else np.zeros((num_open + len(terminals), 0), dtype=np.int64),
            met=np.concatenate([met, nothing]),
            row_start=row_start,
            column=column[order],
            probability=probability[order],
            labels=labels,
        )

    def _find_met(self, step: int, frontier: Indices) -> Bools:
        """Say whether arriving at each chain state meets each milestone; shape (chain state, milestone)."""
        game = self.game
        # as in the forward pass, milestones are those of the period that led to the state
        arrived_in = max(step - 1, 0) // game.num_layers
        layer = game.find_epoch(arrived_in).layers[step % game.num_layers]
        state, _, _, met = self.unpack(frontier)
        meets = layer.milestone_holds[state].astype(np.bool_)
        for m, milestone in enumerate(game.milestones):
            if milestone.after >= 0:
                meets[:, m] &= (met >> self.waited.index(milestone.after) & 1).astype(np.bool_)
        return meets

    def _find_transitions(self, step: int, layer: Layer, frontier: Indices, meets: Bools) -> _Transitions:
        """Return the transitions of every chain state of a step; sources count from the first of them."""
        node_codes, node_of = np.unique(frontier >> self.num_bits, return_inverse=True)
        state, first, second, _ = self.unpack(node_codes << self.num_bits)
        moves = self._find_moves(step, layer, state, first, second)
        by_node = self._merge(self._follow_branches(layer, state, moves), len(node_codes))
        # chain states of one node differ in the milestones met: each takes a copy of the node's transitions
        node_start = np.searchsorted(by_node.source, np.arange(len(node_codes) + 1))
        num = np.diff(node_start)[node_of]
        source = np.repeat(np.arange(len(frontier)), num)
        within = np.arange(len(source)) - np.repeat(np.cumsum(num) - num, num)
        row = node_start[node_of][source] + within
        met = frontier & ((1 << self.num_bits) - 1)
        for bit, m in enumerate(self.waited):
            met = met | (meets[:, m].astype(np.int64) << bit)
        target = by_node.target[row]
        target = np.where(target >= 0, target << self.num_bits | met[source], target)
        return _Transitions(source, target, by_node.probability[row])

    def _find_moves(self, step: int, layer: Layer, state: Indices, first: Indices, second: Indices) -> _StepMoves:
        """Return the actions that are taken at each node, and the belief after them."""
        beliefs = np.stack([self.grids[0][first], self.grids[1][second]], axis=1)
        comes_up = np.where(layer.is_chance | (layer.mover[state] >= 0), layer.arrival[state], 0.0)
        stays = np.flatnonzero(comes_up < 1.0)
        parts = [_StepMoves(stays, np.full(len(stays), -1), 1.0 - comes_up[stays], beliefs[stays])]
        acting = np.flatnonzero(comes_up > 0.0)
        if layer.is_chance:
            action = layer.action_start[state[acting]].astype(np.int64)
            parts.append(_StepMoves(acting, action, comes_up[acting], beliefs[acting]))
        else:
            parts += [self._find_decision(step, layer, int(k), int(state[k]), comes_up[k], beliefs[k]) for k in acting]
        moves = _StepMoves(
            np.concatenate([part.node for part in parts]),
            np.concatenate([part.action for part in parts]),
            np.concatenate([part.probability for part in parts]),
            np.concatenate([part.posterior for part in parts]),
        )
        kept = moves.probability > 0.0
        return _StepMoves(moves.node[kept], moves.action[kept], moves.probability[kept], moves.posterior[kept])

    def _find_decision(
        self, step: int, layer: Layer, node: int, state: int, comes_up: float, belief: Floats
    ) -> _StepMoves:
        """Return what the movers of a node do, as everyone else expects it; where two move, each row is a joint action."""
        game = self.game
        period, s = divmod(step, game.num_layers)
        action = np.arange(layer.action_start[state], layer.action_start[state + 1])
        beliefs = tuple(float(belief[axis]) for axis in range(len(self.axes)))
        probability = np.full(len(action), comes_up)
        posterior = np.tile(belief, (len(action), 1))
        for player, own in _find_movers(layer, state, len(action)):
            strategies, after = find_strategy(self.equilibrium, period, s, state, beliefs, player)
            if player in game.belief_players:
                axis = game.belief_players.index(player)
                expected = (1.0 - belief[axis]) * strategies[0] + belief[axis] * strategies[1]
                posterior[:, axis] = after[own]
            else:
                expected = strategies[0]
            probability *= expected[own]
        return _StepMoves(np.full(len(action), node), action, probability, posterior)

    def _split(self, moves: _StepMoves) -> tuple[Indices, Floats, Indices]:
        """Split posteriors between the grid beliefs around them.

        Returns:
            The row of `moves` that each part comes from, its probability, and its belief indices, shape (part, 2).
        """
        row = np.arange(len(moves.node))
        probability = moves.probability
        cell = np.zeros((len(row), 2), dtype=np.int64)
        for axis, grid in enumerate(self.axes):
            posterior = moves.posterior[row, axis]
            below = np.clip(np.searchsorted(grid, posterior, side="right") - 1, 0, len(grid) - 2)
            upper = np.clip((posterior - grid[below]) / (grid[below + 1] - grid[below]), 0.0, 1.0)
            weight = np.concatenate([1.0 - upper, upper])
            kept = np.flatnonzero(weight > 0.0)
            parent = kept % len(row)
            row, probability, cell = row[parent], probability[parent] * weight[kept], cell[parent]
            cell[:, axis] = np.concatenate([below, below + 1])[kept]
        return row, probability, cell

    def _follow_branches(self, layer: Layer, state: Indices, moves: _StepMoves) -> _Transitions:
        """Return the transitions of every action along its branches, and of no action to the skip, without bits of milestones."""
        row, probability, cell = self._split(moves)
        action = moves.action[row]
        stays, acts = np.flatnonzero(action < 0), np.flatnonzero(action >= 0)
        first_branch = layer.branch_start[action[acts]].astype(np.int64)
        num = layer.branch_start[action[acts] + 1] - first_branch
        part = np.concatenate([stays, np.repeat(acts, num)])
        branch = np.repeat(first_branch - (np.cumsum(num) - num), num) + np.arange(num.sum())
        probability = np.concatenate([np.ones(len(stays)), layer.branch_probability[branch]]) * probability[part]
        source = moves.node[row[part]]
        target = np.concatenate([layer.skip[state[source[: len(stays)]]], layer.branch_target[branch]]).astype(np.int64)
        packed = self.pack(target, cell[part, 0], cell[part, 1], np.zeros_like(target)) >> self.num_bits
        return _Transitions(source, np.where(target >= 0, packed, target), probability)

    def _merge(self, transitions: _Transitions, num_nodes: int) -> _Transitions:
        """Add up the transitions from one node to one target."""
        kept = transitions.probability > 0.0
        # targets are numbered first: the product of nodes and numbers of chain states may exceed 63 bits
        targets, number = np.unique(transitions.target[kept], return_inverse=True)
        key, index = np.unique(transitions.source[kept] * len(targets) + number, return_inverse=True)
        source, chosen = np.divmod(key, max(len(targets), 1))
        probability = np.bincount(index, weights=transitions.probability[kept], minlength=len(key)).astype(np.float64)
        total = np.bincount(source, weights=probability, minlength=num_nodes)
        assert np.all(np.abs(total - 1.0) < 1e-9), "the probabilities of a node's transitions do not sum to one"
        return _Transitions(source, targets[chosen], probability)

    def _refuse_numbers(self, largest: int) -> None:
        raise InputError(
            Problem(
                code="chain-too-large",
                message=f"with {len(self.waited)} milestones that others come after, the chain may have {float(largest):.1e} "
                f"different states; at most {LARGEST_NUMBER:.1e} can be numbered",
                help="remove `after` from some milestones, or use fewer grid beliefs (`--chain-points`)",
            )
        )

    def _refuse(self, period: int, count: int) -> None:
        raise InputError(
            Problem(
                code="chain-too-large",
                message=f"the chain has `{count}` states in {period + 1} of {self.game.num_periods} periods; "
                f"at most {self.max_states} can be written",
                help="use fewer periods or fewer grid beliefs (on the command line `--horizon` and `--chain-points`)",
            )
        )


def _find_movers(layer: Layer, state: int, num_actions: int) -> list[tuple[int, Indices]]:
    """Return who moves in a state, and the own action of each mover in every action of the state."""
    action = np.arange(num_actions)
    if layer.second is None or layer.second.mover[state] < 0:
        return [(int(layer.mover[state]), action)]
    count = int(layer.second.num_actions[state])
    return [(int(layer.mover[state]), action // count), (int(layer.second.mover[state]), action % count)]
