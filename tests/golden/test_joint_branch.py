"""The principal branch of whole games that have several equilibria, against Gambit, which traces it on the unrolled tree.

The games are those whose decisions are not all proved unique. There the branch of each decision by itself may be another
equilibrium, and in some of these games it is.
"""

from functools import cache
from itertools import count, islice

import numpy as np
import pytest

from games import random_game
from small_trees import distinct_ends, gambit_strategies, own_strategies, probabilities_of_outcomes
from standoff import GameBuilder
from standoff.errors import SolveError
from standoff.export.tree import count_nodes, unroll
from standoff.solve.branches import search_branches
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.sample import find_strategy

pytest.importorskip("pygambit", reason="the extra `verify` is not installed")

ROUNDING = 1e-6
FAMILIES = {
    "first-side-private": {"types": (2, 1), "num_periods": 1, "num_states": (2, 2, 2)},
    "two periods": {"types": (2, 1), "num_periods": 2, "num_states": (2, 2)},
    "both-sides-private": {"types": (2, 2), "num_periods": 1, "num_states": (2, 2, 2)},
}
RATIONALITY = (5.0, 10.0, 20.0)


def two_messages(rationality=10.0, prior=0.3):
    """A sender of two types, whose decision has several solutions, and a receiver."""
    game = GameBuilder()
    game.player("sender", types={"a": 1 - prior, "b": prior}, rationality=rationality)
    game.player("receiver", rationality=0.2 * rationality)
    payoffs = {  # of the sender of type a and b and of the receiver against a and b
        ("m0", "n0"): (-0.2, -0.79, -0.2, -1.05),
        ("m1", "n0"): (-0.3, 0.16, 0.18, 1.07),
        ("m0", "n1"): (0.02, 0.07, -0.72, 0.93),
        ("m1", "n1"): (0.71, -0.62, 0.43, -0.43),
    }
    for (message, reply), (a, b, to_a, to_b) in payoffs.items():
        game.outcome(f"{message} {reply}", {"sender": {"a": a, "b": b}, "receiver": {"a": to_a, "b": to_b}})
    send, answer = game.stage("send"), game.stage("answer")
    send.decision("start", "sender", {"m0": "m0", "m1": "m1"})
    for message in ("m0", "m1"):
        answer.decision(message, "receiver", {"n0": f"{message} n0", "n1": f"{message} n1"})
    return game.build()


def largest_gaps(game, equilibrium):
    """Largest differences from Gambit: of the probabilities of outcomes, and of the strategies of the first decision."""
    tree = unroll(game)
    theirs = gambit_strategies(game, tree)
    gap = np.abs(equilibrium.sweep.absorbed[-1] - probabilities_of_outcomes(game, tree, theirs)).max()
    return gap, theirs, own_strategies(equilibrium, tree)


def several(rationality, **family):
    """Games of a family that are small, and not proved to have one equilibrium."""
    for seed in count():
        game = distinct_ends(random_game(seed, rationality=rationality, num_milestones=0, **family))
        if 60 <= count_nodes(game) <= 2500 and 4 <= len(unroll(game).information_sets) <= 80:
            try:
                proved = solve(game, Settings(belief_points=9, threads=1)).certificate.is_unique
            except SolveError:
                proved = False
            if not proved:
                yield game


def assert_accepted_answers_are_those_of_gambit(games):
    accepted = 0
    for game in games:
        try:
            equilibrium = solve(game, Settings(keep_values=True, branch="principal", threads=1))
        except SolveError:
            continue
        gap, _, _ = largest_gaps(game, equilibrium)
        assert gap <= equilibrium.certificate.belief_error + ROUNDING
        accepted += 1
    return accepted


def test_the_joint_branch_of_two_messages_is_that_of_gambit_and_not_that_of_each_decision():
    game = two_messages()
    joint = solve(game, Settings(keep_values=True, branch="principal"))
    assert joint.certificate.branch == "principal"
    gap, theirs, ours = largest_gaps(game, joint)
    assert gap < joint.certificate.belief_error
    assert max(np.abs(own - other).max() for own, other in zip(ours, theirs, strict=True)) < 1e-4
    alone = solve(game, Settings(keep_values=True))
    assert alone.certificate.branch == "node-wise"
    assert largest_gaps(game, alone)[0] > 0.3


@cache
def _first_games(family, rationality):
    return list(islice(several(rationality, **FAMILIES[family]), 6))


@pytest.mark.parametrize("rationality", RATIONALITY)
@pytest.mark.parametrize("family", FAMILIES)
def test_no_accepted_answer_is_further_off_than_its_certificate(family, rationality):
    assert assert_accepted_answers_are_those_of_gambit(_first_games(family, rationality)) >= 4


@pytest.mark.nightly
@pytest.mark.parametrize("rationality", RATIONALITY)
@pytest.mark.parametrize("family", FAMILIES)
def test_no_accepted_answer_of_hundreds_is_further_off_than_its_certificate(family, rationality):
    assert assert_accepted_answers_are_those_of_gambit(islice(several(rationality, **FAMILIES[family]), 40)) >= 30


def test_a_branch_that_folds_where_play_comes_is_refused():
    game = distinct_ends(random_game(80, rationality=5.0, num_milestones=0, **FAMILIES["first-side-private"]))
    with pytest.raises(SolveError, match=r"the principal branch cannot be followed: at 7\d% .* node-wise branch"):
        solve(game, Settings(branch="principal"))
    assert solve(game).certificate.branch == "node-wise"


def test_strategies_between_the_belief_points_stay_on_the_branch_of_the_equilibrium():
    # the node-wise branch at this belief is far away
    equilibrium = solve(two_messages(), Settings(belief_points=33, keep_values=True, branch="principal"))
    beside = solve(two_messages(prior=0.31), Settings(belief_points=33, keep_values=True, branch="principal"))
    (between, _), (there, _) = (find_strategy(one, 0, 0, 0, (0.31,)) for one in (equilibrium, beside))
    assert between == pytest.approx(there, abs=1e-4)
    assert between[1, 0] > 0.9


def test_every_equilibrium_has_first_moves_of_its_own():
    game = two_messages()
    moves = [
        own_strategies(solve(game, Settings(keep_values=True, branch=branch)), unroll(game))[0]
        for branch in ("principal", "node-wise")
    ]
    assert np.abs(moves[0] - moves[1]).max() > 0.05


def test_equilibria_of_a_search_have_the_first_moves_of_their_own_solution():
    game = two_messages()
    found = search_branches(game, Settings(belief_points=17, keep_values=True), num_starts=12)
    prior = found.reported.grid.interpolate(game.prior_belief).argmax()  # a belief point
    assert len(found.all) > 1
    for equilibrium in found.all:
        (strategies, _) = find_strategy(equilibrium, 0, 0, 0, tuple(game.prior_belief))
        assert strategies == pytest.approx(equilibrium.strategies[0][0][:, :, prior].T, abs=1e-8)


def test_a_lower_rationality_makes_the_whole_game_unique():
    assert solve(two_messages(0.5)).certificate.branch == "unique"
