"""The games that are compared, as standoff takes them. The peers' scripts write the same games in their own words.

- `crisis(T)`: two sides with two types each, three moves a side, tension 0..3, and an accident that may end it all.
- `talks(T)`: the complete-information Markov crisis of Talks, Mobilised, Deal and War, with simultaneous moves.
- `ladder(T)`: 20,000 public states, three moves in each, everything known.
"""

from __future__ import annotations

import numpy as np

from standoff.game import Action, GameBuilder, markov_game
from standoff.game.model import Epoch, Game, Layer, Player, Terminals

TENSIONS = 4
HOLD, RAISE, STRIKE = range(3)  # side a
YIELD = 2  # side b: hold, raise, yield
RATIONALITY = 3.0
ACCIDENT = (0.01, 0.02, 0.04, 0.08)
PRIOR = {"a": {"soft": 0.55, "hard": 0.45}, "b": {"pliant": 0.4, "firm": 0.6}}
RAISE_COST = {"a": {"soft": -0.06, "hard": -0.02}, "b": {"pliant": -0.05, "firm": -0.015}}
STRIKE_WORTH = {"a": {"soft": -0.4, "hard": 0.15}, "b": {"pliant": -0.6, "firm": -0.35}}
YIELD_WORTH = {"a": {"soft": 0.5, "hard": 0.6}, "b": {"pliant": -0.05, "firm": -0.45}}
ACCIDENT_WORTH = {"a": {"soft": -0.7, "hard": -0.3}, "b": {"pliant": -0.8, "firm": -0.5}}
FLOW = {"a": -0.01, "b": 0.0}
UNRESOLVED = {"a": {"soft": -0.05, "hard": -0.1}, "b": {"pliant": 0.1, "firm": 0.15}}


def crisis(num_periods: int, rationality: float = RATIONALITY) -> Game:
    """A crisis of `num_periods` periods: side a moves, then side b, then chance.

    Raising lifts the tension by one, holding lets it sink by one where both hold. Four of the nine pairs of moves go on,
    so a tree has four times as many public histories with every period.
    """
    builder = GameBuilder(num_periods, start="tension 0")
    for name, prior in PRIOR.items():
        builder.player(name, types=prior, rationality=rationality)
    for name, worth in (("strike", STRIKE_WORTH), ("concession", YIELD_WORTH), ("accident", ACCIDENT_WORTH)):
        builder.outcome(name, worth)
    first, second, chance = builder.stage("a"), builder.stage("b"), builder.stage("accident")
    for level in range(TENSIONS):
        here = f"tension {level}"
        first.decision(
            here,
            "a",
            {
                "hold": f"{here}, a held",
                "raise": Action(f"{here}, a raised", {"a": RAISE_COST["a"]}),
                "strike": "strike",
            },
        )
        for held in (True, False):
            low = max(level - 1, 0) if held else min(level + 1, TENSIONS - 1)
            high = min(level + (1 if held else 2), TENSIONS - 1)
            second.decision(
                f"{here}, a {'held' if held else 'raised'}",
                "b",
                {
                    "hold": f"then {low}",
                    "raise": Action(f"then {high}", {"b": RAISE_COST["b"]}),
                    "yield": "concession",
                },
            )
        chance.chance(f"then {level}", [(ACCIDENT[level], "accident"), (1 - ACCIDENT[level], here)])
    builder.flow(FLOW)
    builder.unresolved(UNRESOLVED)
    return builder.build()


DISCOUNT = 0.9
TALKS_PAYOFFS = (1 - DISCOUNT) * np.array(
    [
        [[[0.2, 0.2], [0.1, 0.1]], [[-0.1, -0.1], [-0.1, -0.1]]],
        [[[0.6, 0.6], [0.4, 0.4]], [[0.2, 0.2], [0.2, 0.2]]],
    ]
)
TALKS_TRANSITIONS = np.array(
    [
        [[[1, 0, 0, 0], [0.2, 0, 0.8, 0]], [[0.2, 0.8, 0, 0], [0.1, 0.4, 0.5, 0]]],
        [[[0.5, 0.5, 0, 0], [0.1, 0.1, 0.8, 0]], [[0, 0.3, 0, 0.7], [0, 0.1, 0.6, 0.3]]],
    ]
)
TALKS_ENDS = {"deal": (1.0, 0.5), "war": (-0.5, -1.0)}  # paid (1 - discount) times this for ever


def talks(num_periods: int) -> Game:
    """Talks or mobilised; a holds or escalates while b holds or concedes. Worth nothing if open at the horizon."""
    return markov_game(
        ("talks", "mobilised"),
        TALKS_PAYOFFS,
        TALKS_TRANSITIONS,
        1.0,
        DISCOUNT,
        num_periods=num_periods,
        continues=False,
        outcomes={name: tuple(DISCOUNT * worth for worth in both) for name, both in TALKS_ENDS.items()},
        players=("a", "b"),
    )


LADDER_SHAPE = (200, 100)  # rungs of tension, levels of readiness
READINESS = (0.25, 0.5, 0.25)  # probability that readiness sinks, stays, rises


def ladder(num_periods: int, *, shape: tuple[int, int] = LADDER_SHAPE, continues: bool = False) -> Game:
    """Rungs of tension by levels of readiness, both in a ring; the sides move by turns: ease, hold or press.

    Easing goes down a rung or ends in a deal; holding stays or ends in war; pressing goes up a rung or ends in war. How likely
    the end is differs from state to state. Meanwhile readiness sinks, stays or rises by chance. So an action has four
    branches, and a state of the induced chain nine successors and two ends.
    """
    num_states = shape[0] * shape[1]
    generator = np.random.default_rng(2026)
    rung, ready = np.divmod(np.arange(num_states), shape[1])
    ending = generator.uniform(0.0, [0.01, 0.002, 0.01], (num_states, 3))
    rungs = (rung[:, None, None] + np.array([-1, 0, 1])[:, None]) % shape[0]  # state, action, branch
    target = rungs * shape[1] + (ready[:, None, None] + np.array([-1, 0, 1])) % shape[1]
    ends = np.broadcast_to(np.array([-1, -2, -2])[:, None], (num_states, 3, 1))
    going_on = (1.0 - ending)[:, :, None] * np.array(READINESS)
    layer = Layer(
        name="move",
        stage="move",
        is_chance=False,
        fields=("rung", "readiness"),
        levels=np.stack([rung, ready], axis=1).astype(np.int32),
        mover=((rung + ready) % 2).astype(np.int32),
        arrival=np.ones(num_states),
        skip=np.arange(num_states, dtype=np.int32),
        action_start=(3 * np.arange(num_states + 1)).astype(np.int32),
        action_label=np.tile(np.arange(3, dtype=np.int32), num_states),
        action_names=("ease", "hold", "press"),
        action_allowed=np.ones((3 * num_states, 2), dtype=np.bool_),
        action_payoff=generator.normal(0.0, 0.2, (3 * num_states, 2)),
        branch_start=(4 * np.arange(3 * num_states + 1)).astype(np.int32),
        branch_probability=np.concatenate([going_on, ending[:, :, None]], axis=2).ravel(),
        branch_target=np.concatenate([target, ends], axis=2).ravel().astype(np.int32),
        milestone_holds=np.zeros((num_states, 0), dtype=np.bool_),
    )
    payoff = np.array([[0.3, 0.2], [-0.6, -0.7]])
    return Game(
        players=tuple(Player(name, name, (name,), (1.0,), 1.0, 0.9) for name in "ab"),
        epochs=(Epoch(0, (layer,), np.zeros((num_states, 2))),),
        num_periods=num_periods,
        start=num_states // 2,
        terminals=Terminals(
            np.arange(2, dtype=np.int32),
            np.full(2, -1, dtype=np.int32),
            np.broadcast_to(payoff[:, :, None, None], (2, 2, 2, 2)),
        ),
        unresolved_payoff=np.zeros((num_states, 2)),
        outcomes=("deal", "war"),
        continues=continues,
    )
