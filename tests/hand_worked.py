"""A crisis of three players whose forecast is worked out by hand, type by type.

Northland (two types) decides once whether to press, to talk or to strike. Southland (two types) then answers the pressure, or
signs one of two packages, agrees to a truce or stalls. Eastland (one type) may mediate in a clash. Payoffs are paid for
actions alone, nobody decides again after its last act, and nobody's payoff depends on what another does: every type's strategy
is a logit formula that looks ahead to its own later acts alone. Given both true types the crisis is then a small Markov chain,
and everything that is forecast is a mean over four such chains.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from standoff.game.builder import Action, GameBuilder

NUM_PERIODS = 4
PRIOR = {"north": (0.7, 0.3), "south": (0.4, 0.6)}
TYPES = {"north": ("mild", "stern"), "south": ("soft", "proud")}
RATIONALITY = {"east": 3.0, "north": 2.0, "south": 1.5}
DISCOUNT = {"east": 0.9, "north": 0.95, "south": 0.8}
COMES_UP = 0.3
"""Probability that Northland's decision comes up in a period."""

# payoff of each action, by type
NORTH = {"press": (0.1, 0.5), "talk": (0.4, -0.1), "strike": (-0.9, 0.2)}
PRESSED = {"yield": (-0.1, -0.8), "resist": (-0.4, 0.3), "bargain": (0.2, -0.3)}
TALKING = {"sign_small": (0.1, -0.2), "sign_big": (0.5, -0.7), "agree": (-0.3, 0.1), "stall": (0.05, 0.25)}
CLASH = {"mediate": (0.15,), "ignore": (0.0,)}
STORM = {"war": 0.3, "talking": 0.2, "clash": 0.5}
LEADS_TO = {
    "press": "pressed", "talk": "talking", "strike": "war",
    "yield": "yielded", "resist": "clash", "bargain": "big",
    "sign_small": "small", "sign_big": "big", "agree": "truce", "stall": "talking",
    "mediate": "mediated", "ignore": "clash",
}  # fmt: skip

TERMINALS = {
    "war": ("war", None),
    "yielded": ("yielded", None),
    "small": ("deal", "small"),
    "big": ("deal", "big"),
    "truce": ("truce", "small"),
    "mediated": ("truce", "big"),
}
"""Outcome and package of each terminal."""
OUTCOMES = ("war", "deal", "yielded", "truce")
PACKAGES = ("big", "small", "unused")
LEVELS = {"fresh": (2, 0), "talking": (0, 1), "clash": (1, 1)}
"""Levels of two tracks in the states in which a period may begin."""
LEVEL_NAMES = {"posture": ("eased", "tense", "calm", "never"), "contact": ("no", "yes")}
LABELS = {"deal": "An agreement", "big": "All of it", "pressure.talk": "talk to them", "unresolved": "Still open"}


def hand_worked_game(start="fresh", prior=PRIOR, comes_up=COMES_UP, players=("east", "north", "south")):
    """The game. Eastland comes first, so that the number of a plane is not that of a type."""
    builder = GameBuilder(NUM_PERIODS, start=start)
    for name in players:
        types = dict(zip(TYPES[name], prior[name], strict=True)) if name in TYPES else None
        builder.player(name, rationality=RATIONALITY[name], discount=DISCOUNT[name], types=types)
    for name in TERMINALS:
        builder.outcome(name)
    pressure, reply, watch, storm = (builder.stage(name) for name in ("pressure", "reply", "watch", "storm"))
    pressure.decision("fresh", "north", _actions("north", NORTH), arrival=comes_up)
    reply.decision("pressed", "south", _actions("south", PRESSED))
    reply.decision("talking", "south", _actions("south", TALKING))
    watch.decision("clash", "east", _actions("east", CLASH))
    storm.chance("clash", [(p, name) for name, p in STORM.items()])
    builder.milestone("talks", ["talking"], label="Talks")
    builder.milestone("clash", ["clash"], label="First clash")
    builder.milestone("talks_resumed", ["talking"], after="clash", label="Talks after a clash")
    game = builder.build()
    first = game.epochs[0].layers[0]
    levels = np.zeros((first.num_states, 2), dtype=np.int32)
    for name, row in LEVELS.items():
        levels[builder.position("pressure", name)[1]] = row
    layers = (replace(first, fields=tuple(LEVEL_NAMES), levels=levels), *game.epochs[0].layers[1:])
    terminals = replace(
        game.terminals,
        outcome=np.array([OUTCOMES.index(outcome) for outcome, _ in TERMINALS.values()], dtype=np.int32),
        package=np.array([PACKAGES.index(p) if p else -1 for _, p in TERMINALS.values()], dtype=np.int32),
    )
    return replace(
        game,
        epochs=(replace(game.epochs[0], layers=layers),),
        terminals=terminals,
        outcomes=OUTCOMES,
        packages=PACKAGES,
        labels=LABELS,
    )


def _actions(player, table):
    return {
        name: Action(
            LEADS_TO[name], {player: dict(zip(TYPES[player], worth, strict=True)) if player in TYPES else worth[0]}
        )
        for name, worth in table.items()
    }


def logit(rationality, values):
    """Probability of each action by its value."""
    weights = {name: np.exp(rationality * value) for name, value in values.items()}
    return {name: float(weight / sum(weights.values())) for name, weight in weights.items()}


@dataclass(frozen=True)
class Strategies:
    """Probability of each action by period, for one type of each player; by period and then action."""

    north: dict[str, float]
    pressed: list[dict[str, float]]
    talking: list[dict[str, float]]
    clash: list[dict[str, float]]


def strategies(north, south):
    """What the types of Northland and Southland do, by backward induction on their own payoffs."""
    delta, lam = DISCOUNT["south"], RATIONALITY["south"]
    clash, east = [{} for _ in range(NUM_PERIODS)], 0.0
    for t in reversed(range(NUM_PERIODS)):
        values = {"mediate": CLASH["mediate"][0], "ignore": STORM["clash"] * DISCOUNT["east"] * east}
        clash[t] = logit(RATIONALITY["east"], values)
        east = sum(clash[t][name] * values[name] for name in values)
    pressed, talking = [{} for _ in range(NUM_PERIODS)], [{} for _ in range(NUM_PERIODS)]
    talks = fight = 0.0  # Southland's value of talks and of a clash at the start of the next period
    for t in reversed(range(NUM_PERIODS)):
        fight = clash[t]["ignore"] * delta * (STORM["talking"] * talks + STORM["clash"] * fight)
        own = {name: worth[south] for name, worth in PRESSED.items()}
        pressed[t] = logit(lam, own | {"resist": own["resist"] + fight})
        own = {name: worth[south] for name, worth in TALKING.items()}
        own["stall"] += delta * talks
        talking[t] = logit(lam, own)
        talks = sum(talking[t][name] * own[name] for name in own)
    return Strategies(
        logit(RATIONALITY["north"], {name: worth[north] for name, worth in NORTH.items()}), pressed, talking, clash
    )


@dataclass(frozen=True)
class Chain:
    """What happens given both true types.

    Attributes:
        terminals: Cumulative probability of each terminal by the end of each period.
        states: Probability that a period begins in each state; the last entry is the horizon.
        milestones: Cumulative probability of each milestone by the end of each period.
        payoffs: Discounted payoff of each player.
    """

    terminals: dict[str, np.ndarray]
    states: dict[str, np.ndarray]
    milestones: dict[str, np.ndarray]
    payoffs: dict[str, float]


def chain(north, south, start="fresh"):
    """The crisis between two true types, moved on by hand; a path remembers which milestones it has met."""
    plan = strategies(north, south)
    tables = {"fresh": (NORTH, "north", north), "pressed": (PRESSED, "south", south),
              "talking": (TALKING, "south", south), "clash": (CLASH, "east", 0)}  # fmt: skip
    paths = {(start, frozenset(_met(start, frozenset()))): 1.0}
    ended = dict.fromkeys(TERMINALS, 0.0)
    met = dict.fromkeys(("talks", "clash", "talks_resumed"), 0.0)
    for name in next(iter(paths))[1]:
        met[name] = 1.0
    payoffs = dict.fromkeys(RATIONALITY, 0.0)
    found = ({name: [] for name in ended}, {name: [] for name in LEVELS}, {name: [] for name in met})
    for t in range(NUM_PERIODS + 1):
        for name in LEVELS:
            found[1][name].append(sum(p for (state, _), p in paths.items() if state == name))
        if t == NUM_PERIODS:
            break
        for here, comes_up, moves in (
            ("fresh", COMES_UP, plan.north),
            ("pressed", 1.0, plan.pressed[t]),
            ("talking", 1.0, plan.talking[t]),
            ("clash", 1.0, plan.clash[t]),
            ("clash", 1.0, STORM),
        ):
            table, player, own = tables[here]
            following = {}
            for (state, known), mass in paths.items():
                if state != here:
                    following[state, known] = following.get((state, known), 0.0) + mass
                    continue
                following[state, known] = following.get((state, known), 0.0) + mass * (1.0 - comes_up)
                for move, p in moves.items():
                    if moves is not STORM:
                        payoffs[player] += mass * comes_up * p * table[move][own] * DISCOUNT[player] ** t
                    target = move if moves is STORM else LEADS_TO[move]
                    if target in ended:
                        ended[target] += mass * comes_up * p
                        continue
                    after = _met(target, known)
                    for name in after - known:
                        met[name] += mass * comes_up * p
                    following[target, after] = following.get((target, after), 0.0) + mass * comes_up * p
            paths = following
        for name, p in ended.items():
            found[0][name].append(p)
        for name, p in met.items():
            found[2][name].append(p)
    return Chain(*({name: np.array(by_period) for name, by_period in part.items()} for part in found), payoffs)


def _met(state, known):
    """The milestones met once a path stands in a state."""
    new = {"talking": {"talks"}, "clash": {"clash"}}.get(state, set())
    if state == "talking" and "clash" in known:
        new = new | {"talks_resumed"}
    return known | frozenset(new)


def mean(read, prior=PRIOR, start="fresh", **types):
    """A number of the four chains, averaged over the types that are not given."""
    total = 0.0
    for north, south in product(range(2), range(2)):
        if types.get("north", north) != north or types.get("south", south) != south:
            continue
        weight = np.prod([prior[name][k] for name, k in (("north", north), ("south", south)) if name not in types])
        total = total + weight * read(chain(north, south, start))
    return total
