"""The text that Gambit reads."""

import io
import re
from decimal import Decimal

import pytest

from games import random_game
from small_trees import with_second_movers
from standoff.errors import InputError
from standoff.export import to_efg
from standoff.export.tree import Chance, Leaf, unroll
from standoff.game import GameBuilder, markov_game, matrix_game

TEXT = """\
EFG 2 R "Toss and guess" { "guesser" }
"Agent form, written by standoff.
Solve the extensive form (not the strategic form) for its logit equilibrium at lambda 1.
Payoffs are multiplied by each player's rationality: guesser 2.0.
Private types are drawn at the root; an information set is an own type with the full public history."

c "" 1 "toss 1" { "1: state 0" 0.1 "2: state 1" 0.9 } 0
p "" 1 1 "guesser, guess, period 1, state 0 (1)" { "yes" "no" } 0
t "" 1 "right 1" { 0.2 }
t "" 2 "wrong 2" { 0.0 }
p "" 1 2 "guesser, guess, period 1, state 1 (2)" { "yes" "no" } 0
t "" 3 "wrong 3" { 0.0 }
t "" 4 "right 4" { 0.2 }
"""


def test_the_whole_file():
    builder = GameBuilder()
    builder.player("guesser", rationality=2)
    builder.outcome("right", {"guesser": 0.1})
    builder.outcome("wrong")
    builder.stage("toss").chance("start", [(0.1, "heads"), (0.9, "tails")])
    guess = builder.stage("guess")
    guess.decision("heads", "guesser", {"yes": "right", "no": "wrong"})
    guess.decision("tails", "guesser", {"yes": "wrong", "no": "right"})
    assert to_efg(builder.build(), title="Toss and guess") == TEXT


GAMES = [random_game(seed, num_periods=1, num_states=(1, 2, 2)) for seed in range(4)]
GAMES += [with_second_movers(random_game(seed, num_periods=2, num_states=(2, 1)), seed) for seed in range(4)]


@pytest.mark.parametrize("game", GAMES)
def test_chances_sum_to_one_exactly_and_every_number_reads_back_as_it_was(game):
    tree = unroll(game)
    lines = to_efg(game).split("\n\n", 1)[1].splitlines()
    assert len(lines) == len(tree.nodes)
    for node, line in zip(tree.nodes, lines, strict=True):
        numbers = [Decimal(found) for found in re.findall(r"(?<= )-?\d+\.\d+(?=[ ,])", line[line.rindex("{") :])]
        written = [float(number) for number in numbers]
        if isinstance(node, Chance):
            assert sum(numbers) == 1
            assert written == pytest.approx([p for _, p in node.branches], abs=1e-15)
        elif isinstance(node, Leaf):
            assert tuple(written) == node.payoffs
        else:
            assert not numbers


@pytest.mark.parametrize("game", GAMES)
def test_no_two_information_sets_or_leaves_have_the_same_name(game):
    text = to_efg(game)
    sets = {(found[1], found[2]): found[3] for found in re.finditer(r'^p "" (\d+) (\d+) "([^"]*)"', text, re.MULTILINE)}
    assert len(set(sets.values())) == len(sets) == len(unroll(game).information_sets)
    ends = re.findall(r'^t "" \d+ "([^"]*)"', text, re.MULTILINE)
    assert len(set(ends)) == len(ends)


def test_names_are_quoted():
    builder = GameBuilder()
    builder.player('the "hawk"', rationality=1)
    builder.outcome("a \\ b")
    builder.stage("s").decision("x", 'the "hawk"', {'say "no"': "a \\ b"})
    lines = to_efg(builder.build(), title='"Q"').splitlines()
    assert lines[0] == r'EFG 2 R "\"Q\"" { "the \"hawk\"" }'
    assert lines[-2] == r'p "" 1 1 "the \"hawk\", s, period 1, state 0 (1)" { "say \"no\"" } 0'
    assert lines[-1] == 't "" 1 "a / b 1" { 0.0 }'


def test_a_player_who_discounts_appears_once_for_each_period():
    builder = GameBuilder(2)
    builder.player("hasty", rationality=1, discount=0.5)
    builder.player("patient", rationality=1)
    builder.stage("first").decision("x", "hasty", {"wait": "y", "stay": "x"})
    builder.stage("second").decision("y", "patient", {"wait": "x"})
    head, _, comment = to_efg(builder.build()).partition("\n")
    assert head.endswith('{ "hasty in period 1" "hasty in period 2" "patient" }')
    assert "A player who discounts appears once for each period in which it moves" in comment


def test_a_tree_that_is_too_large_is_refused_with_its_size():
    game = random_game(1, num_periods=30)
    with pytest.raises(InputError) as caught:
        to_efg(game)
    (problem,) = caught.value.problems
    assert problem.code == "tree-too-large"
    assert re.fullmatch(r"the game tree has \d(\.\d)?e\+\d+ nodes; at most `100000` can be written", problem.message)
    assert "shorten the horizon" in problem.help
    table = matrix_game([[1, 2], [3, 4]], [[5, 6], [7, 8]], 1.0)
    assert to_efg(table, max_nodes=7)
    with pytest.raises(InputError, match="the game tree has 7 nodes; at most `6` can be written"):
        to_efg(table, max_nodes=6)


def test_a_game_that_continues_without_end_has_no_tree():
    game = markov_game(["x"], [[[[0]]], [[[0]]]], [[[[1]]]], 1.0, 0.9, num_periods=1)
    with pytest.raises(InputError, match="endless-tree"):
        to_efg(game)


def build_game_of_odd_names():
    """A game in whose names white space is doubled, tabulated and broken, and two of which differ by white space alone."""
    builder = GameBuilder()
    builder.player("the\thawk", rationality=1)
    builder.player("the  hawk", rationality=1)
    builder.outcome(" all\n quiet ")
    builder.outcome('a "war" \\')
    first = builder.stage("first  move")
    first.decision(
        "x", "the\thawk", {"say  no": " all\n quiet ", "say\tno": "y", "say\u00a0no\x07": "y", "back\\": "y"}
    )
    builder.stage("answer").decision("y", "the  hawk", {" fight": 'a "war" \\', "fight ": " all\n quiet "})
    return builder.build()


def test_names_have_single_spaces_and_stay_apart():
    text = to_efg(build_game_of_odd_names(), title="odd \t names")
    head, moves = text.splitlines()[0], [line for line in text.splitlines() if line.startswith("p ")]
    assert head == 'EFG 2 R "odd names" { "the hawk" "the hawk (2)" }'
    assert moves[0].endswith('state 0 (1)" { "say no" "say no (2)" "say no/x07" "back/" } 0')
    assert moves[1].endswith('state 0 (1)" { "fight" "fight (2)" } 0')
    assert '"the hawk, first move, period 1, state 0 (1)"' in moves[0]
    assert 't "" 1 "all quiet 1"' in text
    assert '"a \\"war\\" / 2"' in text


def test_gambit_reads_names_with_any_white_space():
    pygambit = pytest.importorskip("pygambit")
    read = pygambit.read_efg(io.BytesIO(to_efg(build_game_of_odd_names()).encode()))
    assert list(read.players) == ["the hawk", "the hawk (2)"]
