"""Random games that are small enough to be unrolled, and what another program makes of their trees."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np

from games import random_game
from standoff.export.gambit import to_efg
from standoff.export.tree import Chance, Decision, count_nodes, unroll
from standoff.game.model import NOBODY, SecondMover
from standoff.solve.sample import find_strategy


def small_games(types, count, *, rationality, most_nodes=2500, change=None, **sizes):
    """The first games of a family whose trees are neither trivial nor large, each end with an outcome of its own."""
    found = []
    seed = 0
    while len(found) < count:
        game = random_game(seed, types=types, rationality=rationality, num_milestones=0, **sizes)
        game = distinct_ends(change(game, seed) if change else game)
        seed += 1
        if 60 <= count_nodes(game) <= most_nodes and 4 <= len(unroll(game).information_sets) <= 80:
            found.append(game)
    return found


def distinct_ends(game):
    """The same game with an outcome for each terminal."""
    ends = len(game.terminals.outcome)
    return replace(
        game,
        outcomes=tuple(f"end {k}" for k in range(ends)),
        terminals=replace(game.terminals, outcome=np.arange(ends, dtype=np.int32)),
    )


def with_second_movers(game, seed):
    """The same game, but in most states another player moves at the same time and changes what follows."""
    rng = np.random.default_rng(10_000 + seed)
    first = game.epochs[0]
    sizes = [layer.num_states for layer in first.layers]
    layers = tuple(
        layer
        if layer.is_chance
        else _layer_with_second(rng, layer, sizes[(s + 1) % len(sizes)], len(game.terminals.outcome), len(game.players))
        for s, layer in enumerate(first.layers)
    )
    return replace(game, epochs=(replace(first, layers=layers),))


def _layer_with_second(rng, layer, num_next, num_terminals, num_players):
    second, across, start, rows = [], [], [0], []
    for x in range(layer.num_states):
        n = int(layer.action_start[x + 1] - layer.action_start[x])
        joint = layer.mover[x] >= 0 and rng.random() < 0.8
        others = [i for i in range(num_players) if i != layer.mover[x]]
        second.append(int(rng.choice(others)) if joint else NOBODY)
        across.append(int(rng.integers(2, 4)) if joint else 1)
        only = int(rng.integers(2))
        for i in range(n):
            for j in range(across[-1]):
                lacks = joint and j == 2  # the third action belongs to one type
                rows.append((layer.action_start[x] + i, j, [not lacks or only == 0, not lacks or only == 1]))
        start.append(len(rows))
    own = np.array([row[0] for row in rows], dtype=int)
    width = rng.integers(1, 3, len(rows))
    ends = rng.random(width.sum()) < 0.4
    return replace(
        layer,
        action_start=np.array(start, dtype=np.int32),
        action_label=np.zeros(len(rows), dtype=np.int32),
        action_allowed=layer.action_allowed[own].reshape(-1, 2),
        action_payoff=rng.normal(0, 0.3, (len(rows), layer.action_payoff.shape[1])),
        branch_start=np.concatenate([[0], np.cumsum(width)]).astype(np.int32),
        branch_probability=np.concatenate([rng.dirichlet(np.ones(n)) for n in width] or [np.empty(0)]),
        branch_target=np.where(
            ends, -rng.integers(1, num_terminals + 1, len(ends)), rng.integers(0, num_next, len(ends))
        ).astype(np.int32),
        second=SecondMover(
            mover=np.array(second, dtype=np.int32),
            num_actions=np.array(across, dtype=np.int32),
            action_label=np.array([row[1] for row in rows], dtype=np.int32),
            action_allowed=np.array([row[2] for row in rows], dtype=np.bool_).reshape(-1, 2),
        ),
    )


def gambit_strategies(game, tree):
    """Gambit's agent logit equilibrium: the probability of every action, for each information set of the tree."""
    import pygambit
    from pygambit import qre

    read = pygambit.read_efg(io.BytesIO(to_efg(game).encode()))
    (found,) = qre.logit_solve_lambda(read, [1.0], use_strategic=False)
    rows = {player: [[p for _, p in row] for _, row in found.profile[player]] for player in read.players}
    names = list(read.players)
    return [np.array(rows[names[own.agent]][own.number - 1]) for own in tree.information_sets]


def own_strategies(equilibrium, tree):
    """Standoff's strategies at the exact belief that follows from each public history, for each information set.

    The belief is chained along the history: every action moves it by Bayes' rule.
    """
    game = equilibrium.game
    number = {(own.player, own.player_type, own.history): k for k, own in enumerate(tree.information_sets)}
    found = [None] * len(number)
    places = [(0, 0, game.start, (), tuple(game.prior_belief))]
    while places:
        period, s, x, history, beliefs = places.pop()
        if period == game.num_periods:
            continue
        layer = game.find_epoch(period).layers[s]
        after = (period, s + 1) if s + 1 < game.num_layers else (period + 1, 0)
        arrival = layer.arrival[x] if layer.mover[x] != NOBODY else 0.0
        if arrival < 1:
            happened = (*history, ("passes", 0)) if arrival > 0 else history
            places.append((*after, int(layer.skip[x]), happened, beliefs))
        if arrival == 0:
            continue
        start, stop = int(layer.action_start[x]), int(layer.action_start[x + 1])
        posteriors = [list(beliefs) for _ in range(start, stop)]
        if not layer.is_chance:
            history = (*history, ("arrives", 0)) if arrival < 1 else history
            has_second = layer.second is not None and layer.second.mover[x] >= 0
            across = int(layer.second.num_actions[x]) if has_second else 1
            movers = [int(layer.mover[x]), *([int(layer.second.mover[x])] if has_second else [])]
            for side, mover in enumerate(movers):
                strategies, belief_after = find_strategy(equilibrium, period, s, x, beliefs, mover)
                for player_type, strategy in enumerate(strategies):
                    key = (mover, player_type, history)
                    if key in number:  # a type that the prior or an action has ruled out has no place in the tree
                        found[number[key]] = strategy[list(tree.information_sets[number[key]].actions)]
                if mover in game.belief_players:
                    for joint, posterior in enumerate(posteriors):
                        own = joint % across if side else joint // across
                        posterior[game.belief_players.index(mover)] = float(belief_after[own])
        for a, posterior in zip(range(start, stop), posteriors, strict=True):
            for b in range(int(layer.branch_start[a]), int(layer.branch_start[a + 1])):
                if layer.branch_probability[b] > 0 and layer.branch_target[b] >= 0:
                    happened = (*history, ("action", a), ("branch", b))
                    places.append((*after, int(layer.branch_target[b]), happened, tuple(posterior)))
    return found


def probabilities_of_outcomes(game, tree, strategies):
    """Probability of every outcome: publicly, then for each plane given that its player is of that type."""
    probabilities = np.zeros((len(game.outcomes), 1 + len(game.planes)))
    nodes = iter(tree.nodes)

    def walk(probability, types):
        node = next(nodes)
        if isinstance(node, Chance):
            drawn = next((i for i, p in enumerate(game.players) if node.name == f"type of {p.name}"), None)
            for name, p in node.branches:
                own = {} if drawn is None else {drawn: game.players[drawn].player_types.index(name)}
                walk(probability * p, types | own)
        elif isinstance(node, Decision):
            for p in strategies[node.information_set]:
                walk(probability * p, types)
        elif node.name in game.outcomes:
            k = game.outcomes.index(node.name)
            probabilities[k, 0] += probability
            for column, plane in enumerate(game.planes, 1):
                if types.get(plane.player, 0) == plane.player_type:
                    probabilities[k, column] += probability / game.players[plane.player].prior[plane.player_type]

    walk(1.0, {})
    assert next(nodes, None) is None
    return probabilities
