"""Random and textbook games in explicit form, for tests that must hold for every game."""

from __future__ import annotations

import numpy as np

from standoff.game.model import NATURE, NOBODY, Epoch, Game, Layer, Milestone, Player, Terminals


def random_layer(
    rng, name, num_states, num_next, num_terminals, num_planes, players, *, chance=False, num_milestones=0
):
    """A layer in which every state has 1 to 3 moves and every move 1 to 3 consequences."""
    mover, actions, allowed, payoff, branches, probability, target = [], [0], [], [], [0], [], []
    for _ in range(num_states):
        m = NATURE if chance else int(rng.integers(len(players)))
        if not chance and rng.random() < 0.1:
            m = NOBODY
        mover.append(m)
        num_actions = 0 if m == NOBODY else 1 if chance else int(rng.integers(2, 4))
        for a in range(num_actions):
            both = a < 2 or rng.random() < 0.7
            only = int(rng.integers(2))
            allowed.append([both or only == 0, both or only == 1])
            payoff.append(rng.normal(0, 0.3, num_planes))
            num_branches = int(rng.integers(1, 4))
            probability.extend(rng.dirichlet(np.ones(num_branches)))
            for _ in range(num_branches):
                ends = num_terminals and rng.random() < 0.25
                target.append(-int(rng.integers(num_terminals)) - 1 if ends else int(rng.integers(num_next)))
            branches.append(len(target))
        actions.append(len(payoff))
    na = len(payoff)
    return Layer(
        name=name,
        stage=name,
        is_chance=chance,
        fields=("track",),
        levels=np.arange(num_states, dtype=np.int32)[:, None],
        mover=np.array(mover, dtype=np.int32),
        arrival=np.where(rng.random(num_states) < 0.5, 1.0, rng.random(num_states)),
        skip=rng.integers(0, num_next, num_states).astype(np.int32),
        action_start=np.array(actions, dtype=np.int32),
        action_label=np.zeros(na, dtype=np.int32),
        action_names=("a", "b", "c"),
        action_allowed=np.array(allowed, dtype=np.bool_).reshape(na, 2),
        action_payoff=np.array(payoff).reshape(na, num_planes),
        branch_start=np.array(branches, dtype=np.int32),
        branch_probability=np.array(probability),
        branch_target=np.array(target, dtype=np.int32),
        milestone_holds=rng.random((num_states, num_milestones)) < 0.1,
    )


def own_types_only(payoff, types, interdependent):
    """Payoffs that ask for nobody's type (or, interdependent, for the types of the others only)."""
    if not interdependent:
        return np.repeat(np.repeat(payoff[:, :, :1, :1], 2, axis=2), 2, axis=3)
    axis_players = [i for i, n in enumerate(types) if n == 2]
    plane = 0
    for i, n in enumerate(types):
        for _ in range(n):
            for axis in range(2):
                if axis >= len(axis_players) or axis_players[axis] == i:
                    first = np.take(payoff[:, plane], [0], axis=1 + axis)
                    payoff[:, plane] = np.repeat(first, 2, axis=1 + axis)
            plane += 1
    return payoff


def random_game(
    seed,
    *,
    types=(2, 2),
    rationality=3.0,
    num_periods=3,
    num_states=(2, 3, 4),
    num_terminals=4,
    num_milestones=2,
    interdependent=True,
):
    """A game with layers of the given sizes, the last one a chance layer."""
    rng = np.random.default_rng(seed)
    players = tuple(
        Player(
            name=f"p{i}",
            label=f"Player {i}",
            player_types=tuple(f"t{k}" for k in range(n)),
            prior=(1.0,) if n == 1 else (lambda q: (1 - q, q))(float(rng.uniform(0.1, 0.9))),
            rationality=rationality,
            discount=float(rng.uniform(0.9, 1.0)),
        )
        for i, n in enumerate(types)
    )
    num_planes = sum(types)
    layers = tuple(
        random_layer(
            rng,
            f"layer{s}",
            n,
            num_states[(s + 1) % len(num_states)],
            num_terminals,
            num_planes,
            players,
            chance=s == len(num_states) - 1,
            num_milestones=num_milestones,
        )
        for s, n in enumerate(num_states)
    )
    return Game(
        players=players,
        epochs=(Epoch(0, layers, rng.normal(0, 0.1, (num_states[0], num_planes))),),
        num_periods=num_periods,
        start=0,
        terminals=Terminals(
            outcome=rng.integers(0, 2, num_terminals).astype(np.int32),
            package=np.full(num_terminals, -1, dtype=np.int32),
            payoff=own_types_only(rng.normal(0, 1, (num_terminals, num_planes, 2, 2)), types, interdependent),
        ),
        unresolved_payoff=rng.normal(0, 0.3, (num_states[0], num_planes)),
        outcomes=("end_a", "end_b"),
        milestones=tuple(Milestone(f"m{k}", f"m{k}", after=0 if k == 1 else -1) for k in range(num_milestones)),
    )
