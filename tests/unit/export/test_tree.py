"""Trees of small games, counted and unrolled by hand."""

import numpy as np
import pytest

from games import random_game
from small_trees import with_second_movers
from standoff.export.tree import Agent, Chance, Decision, Leaf, count_nodes, unroll
from standoff.game import Action, GameBuilder, matrix_game


def waiting(num_periods=2, **player):
    """Each period, with chance 1/4 nothing comes up; else a hawk may attack, at a cost, or wait."""
    builder = GameBuilder(num_periods)
    builder.player("hawk", **({"rationality": 2, "discount": 0.5} | player))
    builder.outcome("war", {"hawk": 8})
    builder.stage("choice").decision(
        "peace", "hawk", {"wait": "peace", "attack": Action("war", {"hawk": -1})}, arrival=0.75
    )
    builder.flow({"hawk": 4})
    builder.unresolved({"hawk": 16})
    return builder.build()


def test_the_tree_of_a_game_with_two_periods():
    tree = unroll(waiting())
    come = Chance("choice", (("comes up", 0.75), ("does not", 0.25)))
    assert [type(node) for node in tree.nodes] == [
        Chance, Decision, Chance, Decision, Leaf, Leaf, Leaf, Leaf, Chance, Decision, Leaf, Leaf, Leaf
    ]  # fmt: skip
    assert tree.nodes[0] == tree.nodes[2] == tree.nodes[8] == come
    assert [node.name for node in tree.nodes if isinstance(node, Leaf)] == [
        "unresolved", "war", "unresolved", "war", "unresolved", "war", "unresolved"
    ]  # fmt: skip
    assert [own.history for own in tree.information_sets] == [
        (("arrives", 0),),
        (("arrives", 0), ("action", 0), ("branch", 0), ("arrives", 0)),
        (("passes", 0), ("arrives", 0)),
    ]


def test_each_agent_counts_payoffs_from_its_own_period_on_and_times_its_rationality():
    tree = unroll(waiting())
    assert tree.agents == (Agent(0, 0), Agent(0, 1))
    assert [(own.agent, own.number) for own in tree.information_sets] == [(0, 1), (1, 1), (1, 2)]
    waited, waited_then_war, waited_then_nothing, war = (node.payoffs for node in tree.nodes[4:8])
    # wait twice: 4 + (4 + 16/2)/2 now, 4 + 16/2 seen from the second period; an attack costs 1 and brings 8 at once
    assert waited == waited_then_nothing == (2 * (4 + 0.5 * (4 + 0.5 * 16)), 2 * (4 + 0.5 * 16))
    assert waited_then_war == (2 * (4 + 0.5 * 7), 2 * 7)
    assert war == (2 * 7, 0)


@pytest.mark.parametrize("game", [waiting(discount=1.0), waiting(num_periods=1)])
def test_one_agent_stands_for_a_player_who_does_not_discount_or_has_one_period(game):
    assert unroll(game).agents == (Agent(0, None),)


def test_an_agent_that_never_moves_is_omitted_but_every_player_is_there():
    builder = GameBuilder(2)
    builder.player("a", rationality=1, discount=0.5)
    builder.player("b", rationality=1, discount=0.5)
    builder.player("c", rationality=1)
    builder.outcome("end", {"b": 3})
    builder.stage("s").decision("x", "a", {"go": "end"})
    tree = unroll(builder.build())
    assert tree.agents == (Agent(0, 0), Agent(1, 0), Agent(2, None))
    assert tree.nodes[-1].payoffs == (0, 3, 0)


def test_types_are_drawn_at_the_root_and_known_to_their_player_alone():
    builder = GameBuilder()
    builder.player("one", types={"king": 0.25, "queen": 0.75}, rationality=1)
    builder.player("two", types={"bold": 0.5, "shy": 0.5}, rationality=1)
    builder.outcome("end", {"one": {"bold": 1, "shy": 2}, "two": {"king": 3, "queen": 4}})
    builder.stage("first").decision("x", "one", {"tell": "y", "end": Action("end", only=["queen"])})
    builder.stage("second").decision("y", "two", {"end": "end"})
    game = builder.build()
    tree = unroll(game)
    assert tree.nodes[0] == Chance("type of one", (("king", 0.25), ("queen", 0.75)))
    assert tree.nodes[1] == Chance("type of two", (("bold", 0.5), ("shy", 0.5)))
    assert [(own.player, own.player_type, own.actions) for own in tree.information_sets] == [
        (0, 0, (0,)), (1, 0, (0,)), (1, 1, (0,)), (0, 1, (0, 1))
    ]  # fmt: skip
    assert [node.payoffs for node in tree.nodes if isinstance(node, Leaf)] == [
        (1, 3), (2, 3), (1, 4), (1, 4), (2, 4), (2, 4)
    ]  # fmt: skip
    decisions = [node for node in tree.nodes if isinstance(node, Decision)]
    assert [node.information_set for node in decisions] == [0, 1, 0, 2, 3, 1, 3, 2]
    assert decisions[0].actions == ("tell",)


def test_a_type_of_prior_zero_is_not_drawn():
    builder = GameBuilder()
    builder.player("one", types={"king": 0.0, "queen": 1.0}, rationality=1)
    builder.outcome("end", {"one": {"king": 1, "queen": 2}})
    builder.stage("first").decision("x", "one", {"go": "end"})
    game = builder.build()
    assert unroll(game).nodes[-1].payoffs == (2,)
    assert count_nodes(game) == 2


def test_the_second_of_two_simultaneous_movers_does_not_see_the_first():
    tree = unroll(matrix_game([[1, 2], [3, 4]], [[5, 6], [7, 8]], 1.0))
    assert [type(node) for node in tree.nodes] == [Decision, Decision, Leaf, Leaf, Decision, Leaf, Leaf]
    assert tree.nodes[1] == tree.nodes[4] == Decision(1, ("c0", "c1"))
    assert [node.payoffs for node in tree.nodes if isinstance(node, Leaf)] == [(1, 5), (2, 6), (3, 7), (4, 8)]
    assert [own.side for own in tree.information_sets] == [0, 1]


def test_a_hazard_is_one_move_of_nature_and_impossible_branches_are_omitted():
    builder = GameBuilder()
    builder.player("a", rationality=1)
    for name in ("x", "y", "z"):
        builder.outcome(name)
    builder.stage("storm").chance("sea", [(0.5, "x"), (0.0, "y"), (0.5, "z")], payoffs={"a": 3}, arrival=0.25)
    builder.stage("after").chance("sea", "y")
    game = builder.build()
    tree = unroll(game)
    assert tree.nodes[0] == Chance("storm", (("1: x", 0.125), ("2: z", 0.125), ("does not", 0.75)))
    assert tree.nodes[1:] == (Leaf("x", (3,)), Leaf("z", (3,)), Leaf("y", (0,)))
    assert count_nodes(game) == 4


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("types", [(2, 2), (1, 2), (2, 1, 2)])
@pytest.mark.parametrize("change", [lambda game, _: game, with_second_movers], ids=["alone", "together"])
def test_nodes_are_counted_as_they_are_unrolled(seed, types, change):
    game = change(random_game(seed, types=types, num_periods=2, num_states=(1, 2, 2)), seed)
    count = count_nodes(game)
    small = (
        game if count < 20_000 else change(random_game(seed, types=types, num_periods=1, num_states=(1, 2, 2)), seed)
    )
    assert len(unroll(small).nodes) == count_nodes(small)


def test_a_leaf_pays_the_sum_of_the_payoffs_on_its_path():
    # by hand for one path of a random game whose players do not discount: what is paid adds up
    game = waiting(discount=1.0, rationality=1.0)
    leaves = [node.payoffs[0] for node in unroll(game).nodes if isinstance(node, Leaf)]
    assert leaves == [24, 11, 24, 7, 24, 11, 24]


def test_a_long_game_is_counted_quickly_and_unrolled_without_recursion():
    assert count_nodes(waiting(num_periods=2000)) == np.inf
    builder = GameBuilder(5000)
    builder.player("a", rationality=1)
    builder.stage("s").decision("x", "a", {"wait": "x"})
    assert len(unroll(builder.build()).nodes) == 5001
