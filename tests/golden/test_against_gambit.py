"""Strategies and probabilities against Gambit, which solves the unrolled tree and knows nothing of states or belief points.

What this proves, and what it does not, is described in docs/explanation/verification.md.
"""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from small_trees import gambit_strategies, own_strategies, probabilities_of_outcomes, small_games, with_second_movers
from standoff.export.tree import Chance, unroll
from standoff.game import GameBuilder, matrix_game
from standoff.game.model import NOBODY
from standoff.solve.equilibrium import Settings, solve

pytest.importorskip("pygambit", reason="the extra `verify` is not installed")

VALUES = json.loads((Path(__file__).parent / "simultaneous_values.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-6
POINTS = Settings(belief_points=33, keep_values=True)
FAMILIES = {
    "both-sides-private": {"types": (2, 2), "rationality": 1.0, "num_periods": 2, "num_states": (2, 2, 2)},
    "first-side-private": {"types": (2, 1), "rationality": 2.0, "num_periods": 2, "num_states": (2, 2, 2)},
    "second-side-private": {"types": (1, 2), "rationality": 2.0, "num_periods": 2, "num_states": (2, 2, 2)},
    "third-player": {"types": (2, 1, 2), "rationality": 2.0, "num_periods": 1, "num_states": (1, 2, 3, 2)},
    "long": {"types": (2, 2), "rationality": 2.0, "num_periods": 3, "num_states": (1, 2)},
    "no-secrets": {"types": (1, 1), "rationality": 4.0, "num_periods": 2, "num_states": (2, 3, 2)},
}
EACH = 6
GAMES = [(family, k) for family in FAMILIES for k in range(EACH)]
SIMULTANEOUS = {
    "both-sides-private": {"types": (2, 2), "rationality": 1.0, "num_periods": 1, "num_states": (2, 2, 2)},
    "first-side-private": {"types": (2, 1), "rationality": 2.0, "num_periods": 1, "num_states": (2, 2, 2)},
    "second-side-private": {"types": (1, 2), "rationality": 2.0, "num_periods": 2, "num_states": (2, 2)},
    "no-secrets": {"types": (1, 1), "rationality": 3.0, "num_periods": 2, "num_states": (2, 2)},
}
SIMULTANEOUS_GAMES = [(family, k) for family in SIMULTANEOUS for k in range(4)]


@cache
def games(family):
    return small_games(count=EACH, **FAMILIES[family])


@cache
def simultaneous_games(family):
    return small_games(count=4, change=with_second_movers, most_nodes=4000, **SIMULTANEOUS[family])


def assert_agreement(game):
    tree = unroll(game)
    equilibrium = solve(game, POINTS)
    assert equilibrium.certificate.residual < 1e-8
    theirs = gambit_strategies(game, tree)
    ours = own_strategies(equilibrium, tree)
    gaps = [np.abs(own - other).max() for own, other in zip(ours, theirs, strict=True)]
    assert max(gaps) < TOLERANCE
    # the probabilities come from the forward pass over belief points, the strategies above from exact beliefs
    assert np.abs(equilibrium.sweep.absorbed[-1] - probabilities_of_outcomes(game, tree, theirs)).max() < TOLERANCE


@pytest.mark.parametrize(("family", "k"), GAMES)
def test_gambit_finds_the_same_strategies_at_every_information_set_and_the_same_probabilities(family, k):
    assert_agreement(games(family)[k])


@pytest.mark.parametrize(("family", "k"), SIMULTANEOUS_GAMES)
def test_gambit_finds_the_same_strategies_with_simultaneous_moves(family, k):
    assert_agreement(simultaneous_games(family)[k])


def test_gambit_finds_the_same_strategies_where_a_stage_mixes_states_with_one_mover_and_with_two():
    builder = GameBuilder(num_periods=2, start="s")
    builder.player("A", rationality=1.0, types={"mild": 0.4, "stern": 0.6})
    builder.player("B", rationality=2.0)
    builder.outcome("x", {"A": {"mild": 1, "stern": -0.5}, "B": 0})
    builder.outcome("y", {"A": 0, "B": {"mild": 1, "stern": -1}})
    stage = builder.stage("one")
    stage.decision("t", "A", {"m0": "x", "m1": "y"})
    joint = {(f"m{i}", f"n{j}"): "x" if i == j else "t" for i in range(3) for j in range(2)}
    stage.simultaneous("s", ("B", "A"), joint)
    assert_agreement(builder.build())


@pytest.mark.parametrize("k", range(2))
def test_at_high_rationality_strategies_converge_to_those_of_gambit(k):
    # one half is a Chebyshev point already: so the prior is none, whose strategies would be right at once
    game = small_games((2, 2), 2, rationality=5.0, num_periods=3, num_states=(1, 2))[k]
    tree = unroll(game)
    theirs = gambit_strategies(game, tree)
    gaps = []
    for points in (9, 17, 33):
        ours = own_strategies(solve(game, replace(POINTS, belief_points=points, anchor=(0.5, 0.5))), tree)
        gaps.append(max(np.abs(own - other).max() for own, other in zip(ours, theirs, strict=True)))
    assert gaps[0] > 10 * gaps[1] > 100 * gaps[2]
    assert gaps[2] < TOLERANCE


@pytest.mark.parametrize("rationality", VALUES["N1"]["values"])
def test_gambit_solves_the_file_of_a_simultaneous_game(rationality):
    game = matrix_game([[1.1141, 0], [0, 0.2785]], [[0, 1.1141], [1.1141, 0]], float(rationality))
    row, column = gambit_strategies(game, unroll(game))
    assert [row[0], column[0]] == pytest.approx(VALUES["N1"]["values"][rationality], abs=TOLERANCE)


def test_the_games_have_the_features_to_compare():
    found = dict.fromkeys(["nobody", "may not come up", "chance", "red line", "signals", "discount", "branches"], 0)
    for family, k in GAMES:
        game = games(family)[k]
        tree = unroll(game)
        for own in tree.information_sets:
            layer = game.epochs[0].layers[own.layer]
            taken = [a for kind, a in own.history if kind == "action"]
            found["signals"] += len(game.players[own.player].player_types) == 2 and len(taken) > 2
            count = layer.action_start[own.state + 1] - layer.action_start[own.state]
            found["red line"] += len(own.actions) < count
            found["may not come up"] += layer.arrival[own.state] < 1
            found["discount"] += tree.agents[own.agent].period not in {None, 0}
        found["nobody"] += sum(int((layer.mover == NOBODY).sum()) for layer in game.epochs[0].layers)
        found["chance"] += any(layer.is_chance for layer in game.epochs[0].layers)
        found["branches"] += sum(isinstance(node, Chance) for node in tree.nodes) > 2
    assert min(found.values()) >= 5, found


def test_the_simultaneous_games_have_the_features_to_compare():
    second = [own for family, k in SIMULTANEOUS_GAMES for own in unroll(simultaneous_games(family)[k]).information_sets]
    assert sum(own.side for own in second) > 50
    assert sum(own.side and own.player_type for own in second) > 10
