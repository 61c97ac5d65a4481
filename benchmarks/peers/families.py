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


LADDER_STATES = 20_000


def ladder(
    num_periods: int, *, num_states: int = LADDER_STATES, rationality: float = 2.0, continues: bool = False
) -> Game:
    """A ring of states in which the sides move by turns: ease, hold or press.

    Easing goes down one rung or ends in a deal, holding stays or ends in war, pressing goes up one rung or ends in war, with
    probabilities that differ from state to state. Every action is a state of the ring and an end: two branches.
    """
    generator = np.random.default_rng(2026)
    rung = np.arange(num_states)
    ending = generator.uniform(0.0, [0.01, 0.002, 0.01], (num_states, 3))
    target = np.stack([(rung - 1) % num_states, rung, (rung + 1) % num_states], axis=1)
    ends = np.broadcast_to([-1, -2, -2], (num_states, 3))
    layer = Layer(
        name="move",
        stage="move",
        is_chance=False,
        fields=("rung",),
        levels=rung[:, None].astype(np.int32),
        mover=(rung % 2).astype(np.int32),
        arrival=np.ones(num_states),
        skip=rung.astype(np.int32),
        action_start=(3 * np.arange(num_states + 1)).astype(np.int32),
        action_label=np.tile(np.arange(3, dtype=np.int32), num_states),
        action_names=("ease", "hold", "press"),
        action_allowed=np.ones((3 * num_states, 2), dtype=np.bool_),
        action_payoff=generator.normal(0.0, 0.2, (3 * num_states, 2)),
        branch_start=(2 * np.arange(3 * num_states + 1)).astype(np.int32),
        branch_probability=np.stack([1.0 - ending, ending], axis=2).ravel(),
        branch_target=np.stack([target, ends], axis=2).ravel().astype(np.int32),
        milestone_holds=np.zeros((num_states, 0), dtype=np.bool_),
    )
    payoff = np.array([[0.3, 0.2], [-0.6, -0.7]])
    return Game(
        players=tuple(Player(name, name, (name,), (1.0,), rationality, 0.95) for name in "ab"),
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
