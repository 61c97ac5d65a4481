"""Games built in Python: names become indices, and all mistakes are reported at once."""

import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from standoff.game import Action, GameBuilder, markov_game, matrix_game
from standoff.game.builder import Stage
from standoff.game.model import NATURE, NOBODY
from standoff.solve.equilibrium import Settings, solve


def poker(rationality=1.0):
    builder = GameBuilder()
    builder.player("one", types={"king": 0.5, "queen": 0.5}, rationality=rationality)
    builder.player("two", rationality=rationality)
    builder.outcome("folded", {"one": -1, "two": 1})
    builder.outcome("taken", {"one": 1, "two": -1})
    builder.outcome("showdown", {"one": {"king": 2, "queen": -2}, "two": {"king": -2, "queen": 2}})
    builder.stage("betting").decision("dealt", "one", {"bet": "bet made", "fold": "folded"})
    builder.stage("calling").decision("bet made", "two", {"call": "showdown", "fold": "taken"})
    return builder


def test_a_built_game_has_the_equilibrium_of_the_literature():
    # stripped-down poker, N3 of the golden numbers
    equilibrium = solve(poker().build(), Settings(belief_points=65))
    assert equilibrium.certificate.residual < 1e-8
    folded, taken, showdown = equilibrium.sweep.absorbed[-1, :, 0]
    assert showdown / (taken + showdown) == pytest.approx(0.614444, abs=1e-6)
    assert 1 - folded == pytest.approx((0.931785 + 0.539087) / 2, abs=1e-6)


def test_payoffs_are_by_player_own_type_or_the_type_of_another():
    builder = poker()
    builder.outcome("both", {"one": {"king": 1, "queen": 2}, "two": 7})
    payoff = builder.build().terminals.payoff
    assert payoff[0].tolist() == [[[-1, -1], [-1, -1]], [[-1, -1], [-1, -1]], [[1, 1], [1, 1]]]
    assert payoff[2, 0].tolist() == [[2, 2], [2, 2]]  # the king's plane
    assert payoff[2, 2].tolist() == [[-2, -2], [2, 2]]  # player two, by the true type of one
    assert payoff[3, :, 0, 0].tolist() == [1, 2, 7]


def test_payoffs_may_depend_on_both_types():
    builder = GameBuilder()
    builder.player("a", types={"soft": 0.5, "hard": 0.5}, rationality=1)
    builder.player("b", types={"soft": 0.4, "hard": 0.6}, rationality=1)
    builder.outcome("end", {"b": {"soft": {"soft": 1, "hard": 2}, "hard": 3}})
    builder.stage("s").decision("x", "a", {"go": "end"})
    payoff = builder.build().terminals.payoff[0]
    assert payoff[2].tolist() == [[1, 1], [1, 1]]  # types of the same names: the payee's own, twice
    builder = GameBuilder()
    builder.player("a", types={"mild": 0.5, "stern": 0.5}, rationality=1)
    builder.player("b", types={"soft": 0.4, "hard": 0.6}, rationality=1)
    builder.outcome("end", {"b": {"soft": {"mild": 1, "stern": 2}, "hard": 3}})
    builder.stage("s").decision("x", "a", {"go": "end"})
    payoff = builder.build().terminals.payoff[0]
    assert payoff[2].tolist() == [[1, 1], [2, 2]]
    assert payoff[3].tolist() == [[3, 3], [3, 3]]


def test_a_name_is_the_next_state_of_that_name_and_stages_between_are_passed_through():
    builder = GameBuilder(2)
    builder.player("a", rationality=1)
    builder.outcome("end")
    builder.stage("first").decision("x", "a", {"near": "y", "far": "z", "end": "end"})
    builder.stage("second").decision("y", "a", {"on": "z", "round": "x"})
    builder.stage("third").decision("z", "a", {"again": "y", "end": "end"})
    game = builder.build()
    first, second, third = game.epochs[0].layers
    assert game.num_states == (2, 2, 2)  # y passes through the first stage, z through the second, x through the third
    assert (first.mover.tolist(), first.skip[1]) == ([0, NOBODY], builder.position("second", "y")[1])
    assert first.branch_target.tolist() == [0, builder.position("second", "z")[1], -1]
    assert (second.mover.tolist(), second.skip[1]) == ([0, NOBODY], builder.position("third", "z")[1])
    assert second.branch_target.tolist() == [0, builder.position("third", "x")[1]]
    assert third.branch_target.tolist() == [builder.position("first", "y")[1], -1]
    assert third.skip[1] == builder.position("first", "x")[1] == 0


def test_play_may_start_in_a_later_stage():
    builder = GameBuilder(start="late")
    builder.player("a", rationality=1)
    builder.outcome("end")
    builder.stage("first").decision("early", "a", {"go": "end"})
    builder.stage("second").decision("late", "a", {"go": "end"})
    game = builder.build()
    first = game.epochs[0].layers[0]
    assert first.mover[game.start] == NOBODY
    assert game.epochs[0].layers[1].mover[first.skip[game.start]] == 0


def test_every_part_of_a_game_reaches_the_arrays():
    builder = GameBuilder(3)
    builder.player("a", types={"soft": 0.25, "hard": 0.75}, rationality=2, discount=0.9, label="Aland")
    builder.player("b", rationality=3)
    builder.outcome("war", {"a": -1}, label="War breaks out")
    stage = builder.stage("pressure")
    stage.decision(
        "calm",
        "a",
        {
            "wait": "calm",
            "strike": Action(
                [(0.75, "war"), (0.25, "calm")], {"a": {"soft": -0.5, "hard": -0.25}, "b": 1}, only=["hard"]
            ),
        },
        arrival=0.5,
    )
    weather = builder.stage("weather")
    weather.chance("calm", [(0.5, "calm"), (0.5, "war")], payoffs={"b": -2}, arrival=0.125)
    builder.flow({"a": {"soft": 1, "hard": 2}})
    builder.flow({"b": 5}, state="calm")
    builder.unresolved({"b": 4}, state="calm")
    builder.milestone("quiet", ["calm"])
    builder.milestone("later", ["calm"], after="quiet", label="Later")
    game = builder.build()
    pressure, weather = game.epochs[0].layers
    assert (pressure.arrival.tolist(), pressure.skip.tolist(), pressure.second) == ([0.5], [0], None)
    assert pressure.action_allowed.tolist() == [[True, True], [False, True]]
    assert pressure.action_payoff.tolist() == [[0, 0, 0], [-0.5, -0.25, 1]]
    assert pressure.branch_probability.tolist() == [1, 0.75, 0.25]
    assert pressure.branch_target.tolist() == [0, -1, 0]
    assert (weather.is_chance, weather.mover.tolist(), weather.arrival.tolist()) == (True, [NATURE], [0.125])
    assert weather.action_payoff.tolist() == [[0, 0, -2]]
    assert game.epochs[0].flow.tolist() == [[1, 2, 5]]
    assert game.unresolved_payoff.tolist() == [[0, 0, 4]]
    assert [(m.name, m.label, m.after) for m in game.milestones] == [("quiet", "quiet", -1), ("later", "Later", 0)]
    assert pressure.milestone_holds.tolist() == [[True, True]]
    assert game.players[0].label == "Aland"
    assert game.get_label("war") == "War breaks out"
    assert (game.num_periods, game.continues) == (3, False)


def test_joint_actions_are_ordered_by_the_first_movers_action():
    builder = GameBuilder()
    builder.player("a", rationality=1)
    builder.player("b", types={"soft": 0.5, "hard": 0.5}, rationality=1)
    for name in ("xu", "xv", "yu", "yv"):
        builder.outcome(name)
    pairs = {("x", "u"): "xu", ("y", "v"): Action("yv", {"a": 3}), ("x", "v"): "xv", ("y", "u"): "yu"}
    stage = builder.stage("clash")
    stage.simultaneous("face to face", ("a", "b"), pairs, only={"b": {"v": ["hard"]}})
    stage.passes("alone")
    builder.stage("later").decision("alone", "a", {"go": "xu"})
    layer = builder.build().epochs[0].layers[0]
    assert layer.second.mover.tolist() == [1, NOBODY]
    assert layer.second.num_actions.tolist() == [2, 1]
    assert [layer.action_names[k] for k in layer.action_label] == ["x", "x", "y", "y"]
    assert [layer.action_names[k] for k in layer.second.action_label] == ["u", "v", "u", "v"]
    assert layer.second.action_allowed.tolist() == [[True, True], [False, True]] * 2
    assert layer.action_allowed.all()
    assert layer.branch_target.tolist() == [-1, -2, -3, -4]
    assert layer.action_payoff[:, 0].tolist() == [0, 0, 0, 3]


def test_a_matrix_game_has_a_cell_for_each_pair():
    game = matrix_game(
        [[1, 2, 3], [4, 5, 6]], [[6, 5, 4], [3, 2, 1]], (2.0, 3.0), actions=(("u", "d"), ("l", "m", "r"))
    )
    assert game.outcomes == ("u, l", "u, m", "u, r", "d, l", "d, m", "d, r")
    assert game.terminals.payoff[:, :, 0, 0].tolist() == [[1, 6], [2, 5], [3, 4], [4, 3], [5, 2], [6, 1]]
    assert [player.rationality for player in game.players] == [2, 3]
    assert game.epochs[0].layers[0].second.num_actions.tolist() == [3]


def test_a_markov_game_keeps_its_tables():
    rng = np.random.default_rng(5)
    payoffs = rng.normal(size=(2, 3, 2, 4))
    transitions = rng.dirichlet(np.ones(5), size=(3, 2, 4))
    transitions[1, 1, 2] = [0, 0.5, 0, 0.5, 0]
    game = markov_game(
        ["x", "y", "z"],
        payoffs,
        transitions,
        1.5,
        (0.9, 0.8),
        num_periods=7,
        outcomes={"w": (1, 2), "v": (3, 4)},
        start="z",
    )
    layer = game.epochs[0].layers[0]
    assert game.continues
    assert (game.num_periods, game.start) == (7, 2)
    assert [player.discount for player in game.players] == [0.9, 0.8]
    assert game.terminals.payoff[:, :, 0, 0].tolist() == [[1, 2], [3, 4]]
    assert layer.action_payoff.reshape(3, 2, 4, 2).transpose(3, 0, 1, 2) == pytest.approx(payoffs, abs=0)
    found = np.zeros((24, 5))
    for a in range(24):
        for b in range(layer.branch_start[a], layer.branch_start[a + 1]):
            target = layer.branch_target[b]
            found[a, target if target >= 0 else 2 - target] += layer.branch_probability[b]
    assert found.reshape(3, 2, 4, 5) == pytest.approx(transitions, abs=0)


def mistakes_of(builder):
    with pytest.raises(ValueError, match=r"^the game has") as caught:
        builder.build()
    return str(caught.value)


@dataclass
class Small:
    """A builder and its one stage."""

    builder: GameBuilder
    main: Stage


def small(**changes):
    """A sound game of two players that a test spoils."""
    builder = GameBuilder(**changes)
    builder.player("a", types={"soft": 0.5, "hard": 0.5}, rationality=1)
    builder.player("b", rationality=1)
    builder.outcome("end", {"a": 1})
    stage = builder.stage("main")
    stage.decision("x", "a", {"go": "end", "stay": "x"})
    return Small(builder, stage)


SPOILED = {
    "unknown player": (lambda game: game.main.decision("y", "c", {"go": "end"}), "state `y`: there is no player `c`"),
    "unknown target": (
        lambda game: game.main.decision("y", "a", {"go": "edn"}),
        "no outcome or state `edn`: did you mean `end`?",
    ),
    "no action": (lambda game: game.main.decision("y", "a", {}), "state `y`: there is no action"),
    "sum": (lambda game: game.main.chance("y", [(0.5, "x"), (0.4, "x")]), "the probabilities sum to 0.9, not to 1"),
    "negative": (
        lambda game: game.main.decision("y", "a", {"go": [(-0.5, "x"), (1.5, "x")]}),
        "state `y`, action `go`: the probability of `x` is -0.5",
    ),
    "arrival": (lambda game: game.main.decision("y", "a", {"go": "x"}, arrival=1.5), "the arrival is 1.5"),
    "skips to an end": (
        lambda game: game.main.decision("y", "a", {"go": "x"}, arrival=0.5, otherwise="end"),
        "play cannot end in the outcome `end`",
    ),
    "skips to nowhere": (lambda game: game.main.passes("y", to="z"), "there is no outcome or state `z`"),
    "both kinds": (lambda game: game.main.chance("y", "x"), "stage `main` has both decisions and chance"),
    "state twice": (lambda game: game.main.decision("x", "b", {"go": "end"}), "stage `main` has two states `x`"),
    "stage twice": (lambda game: game.builder.stage("main"), "two stages are named `main`"),
    "outcome twice": (lambda game: game.builder.outcome("end"), "two outcomes are named `end`"),
    "outcome and state": (lambda game: game.builder.outcome("x"), "`x` is both an outcome and a state"),
    "player twice": (lambda game: game.builder.player("a", rationality=1), "two players are named `a`"),
    "rationality": (lambda game: game.builder.player("c", rationality=-1), "player `c`: the rationality is -1"),
    "discount": (lambda game: game.builder.player("c", rationality=1, discount=0), "player `c`: the discount is 0"),
    "priors": (
        lambda game: game.builder.player("c", types={"u": 0.5, "v": 0.6}, rationality=1),
        "the priors sum to 1.1",
    ),
    "three types": (
        lambda game: game.builder.player("c", types={"u": 0.5, "v": 0.4, "w": 0.1}, rationality=1),
        "there are 3 types",
    ),
    "payee": (lambda game: game.builder.outcome("o", {"c": 1}), "outcome `o`: there is no player `c`"),
    "nan": (lambda game: game.builder.outcome("o", {"b": float("nan")}), "outcome `o`: the payoff of `b` is nan"),
    "no number": (
        lambda game: game.builder.outcome("o", {"b": "1"}),
        "outcome `o`: the payoff of `b` is '1', not a number",
    ),
    "half the types": (
        lambda game: game.builder.outcome("o", {"b": {"soft": 1}}),
        "given for `soft`, which are not both types",
    ),
    "type on the way": (
        lambda game: game.builder.flow({"b": {"soft": 1, "hard": 2}}),
        "flow: this payoff cannot depend",
    ),
    "flow nowhere": (
        lambda game: game.builder.flow({"a": 1}, state="z"),
        "flow of state `z`: no period starts in a state",
    ),
    "unresolved nowhere": (
        lambda game: game.builder.unresolved({"a": 1}, state="z"),
        "unresolved of state `z`: no period starts",
    ),
    "milestone nowhere": (lambda game: game.builder.milestone("m", ["z"]), "milestone `m`: there is no state `z`"),
    "milestone order": (
        lambda game: game.builder.milestone("m", ["x"], after="n"),
        "comes after `n`, which is not an earlier",
    ),
    "type lacks": (
        lambda game: game.main.decision("y", "a", {"go": Action("x", only=["soft"])}),
        "state `y`: the type `hard` of `a` has no action",
    ),
    "only nobody": (
        lambda game: game.main.decision("y", "a", {"go": Action("x", only=["sfot"]), "on": "x"}),
        "`a` has no type `sfot`: did you mean `soft`?",
    ),
    "one with itself": (
        lambda game: game.main.simultaneous("y", ("a", "a"), {("u", "v"): "x"}),
        "cannot move at the same time",
    ),
    "pair missing": (
        lambda game: game.main.simultaneous("y", ("a", "b"), {("u", "v"): "x", ("w", "z"): "x"}),
        "the pair of actions `u` and `z` leads nowhere",
    ),
    "only of a pair": (
        lambda game: game.main.simultaneous("y", ("a", "b"), {("u", "v"): Action("x", only=["soft"])}),
        "give `only` for the state, by player and action",
    ),
    "only of a stranger": (
        lambda game: game.main.simultaneous("y", ("a", "b"), {("u", "v"): "x"}, only={"c": {"u": ["soft"]}}),
        "`only` names `c`, who does not move here",
    ),
    "only of no action": (
        lambda game: game.main.simultaneous("y", ("a", "b"), {("u", "v"): "x"}, only={"a": {"t": ["soft"]}}),
        "`only` names the action `t` of `a`",
    ),
    "second type lacks": (
        lambda game: game.main.simultaneous("y", ("b", "a"), {("u", "v"): "x"}, only={"a": {"v": ["soft"]}}),
        "the type `hard` of `a` has no action",
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_mistake_is_reported_with_its_place(name):
    spoil, mistake = SPOILED[name]
    game = small()
    assert game.builder.build().num_states == (1,)  # sound before
    spoil(game)
    assert mistake in mistakes_of(game.builder)


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"num_periods": 0}, "num_periods is 0"),
        ({"start": "xx"}, "start: there is no state `xx`: did you mean `x`?"),
        ({"continues": True}, "the discount is 1; where the crisis continues without end"),
    ],
)
def test_a_mistake_of_the_whole_game(changes, mistake):
    assert mistake in mistakes_of(small(**changes).builder)


def test_all_mistakes_are_reported_at_once():
    # all but those that spoil the same name twice, of which the last counts, and three types, which end the search
    game = small(num_periods=0)
    later = {
        "player twice",
        "discount",
        "priors",
        "three types",
        "payee",
        "no number",
        "half the types",
        "type on the way",
    }
    names = [name for name in SPOILED if name not in later and name not in {"unknown player", "milestone nowhere"}]
    for name in names:
        SPOILED[name][0](game)
    reported = mistakes_of(game.builder)
    assert [SPOILED[name][1] for name in names if SPOILED[name][1] not in reported] == []
    assert "num_periods is 0" in reported


def test_an_empty_builder_makes_no_game():
    assert "there is no state" in mistakes_of(GameBuilder())
    builder = GameBuilder()
    builder.stage("s").passes("x")
    assert "there are no players" in mistakes_of(builder)


@pytest.mark.parametrize(
    ("make", "mistake"),
    [
        (lambda: matrix_game([[1, 2]], [[1], [2]], 1), "the payoff tables have the shapes (1, 2) and (2, 1)"),
        (lambda: matrix_game([[1, np.inf]], [[1, 2]], 1), "the payoff of `row` is inf"),
        (lambda: matrix_game([[1, 2]], [[1, 2]], 1, actions=(("a",), ("b", "b"))), "do not name 1 rows and 2 columns"),
        (lambda: markov_game(["x"], np.zeros((2, 1, 1, 1)), np.ones((1, 1, 1, 2)), 1, 0.9, num_periods=1), "1 states"),
        (
            lambda: markov_game(["x"], np.zeros((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), 1, 0.9, num_periods=1),
            "the payoffs",
        ),
        (
            lambda: markov_game(["x"], np.zeros((2, 1, 1, 1)), np.full((1, 1, 1, 1), 0.5), 1, 0.9, num_periods=1),
            "the probabilities sum to 0.5, not to 1",
        ),
    ],
)
def test_tables_that_do_not_fit_are_refused(make, mistake):
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    assert mistake in str(caught.value)


def test_an_unknown_stage_or_state_is_refused_with_the_nearest_name():
    builder = small().builder
    assert builder.position("main", "x") == (0, 0)
    with pytest.raises(ValueError, match="there is no stage `mian`: did you mean `main`"):
        builder.position("mian", "x")
    with pytest.raises(ValueError, match="stage `main` has no state `y`"):
        builder.position("main", "y")


def test_importing_the_package_of_games_imports_no_arrays():
    code = "import sys, standoff.game; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_three_players_who_move_at_the_same_time_are_one_mistake_among_the_others():
    builder = GameBuilder()
    for name in ("a", "b", "c"):
        builder.player(name, rationality=1)
    builder.outcome("end")
    stage = builder.stage("s")
    stage.simultaneous("x", ("a", "b", "c"), {("l", "m", "n"): "end", ("l", "m", "o"): "end"})
    stage.simultaneous("y", ("a", "b"), {("l", "m"): "end", ("l", "m", "n"): "end", "lm": "end"})
    stage.decision("z", "a", {"go": "nowhere"})
    with pytest.raises(ValueError, match="the game has 4 mistakes") as caught:
        builder.build()
    message = str(caught.value)
    assert (
        "state `x`: 3 players move at the same time; at most two can: let the others move in a later stage" in message
    )
    assert (
        "state `y`: the actions `('l', 'm', 'n')` are not a pair: give one action of each of the two movers" in message
    )
    assert "state `y`: the actions `'lm'` are not a pair" in message
    assert "there is no outcome or state `nowhere`" in message


def build_mixed_stage(*, is_split, rationality=1.0):
    """Two players move at the same time; then, in the same stage or in one of its own, one of them moves alone."""
    builder = GameBuilder(num_periods=3, start="both")
    builder.player("one", rationality=rationality, types={"mild": 0.4, "stern": 0.6})
    builder.player("two", rationality=rationality)
    builder.outcome("calm", {"one": {"mild": 1, "stern": 0}, "two": 0.5})
    builder.outcome("storm", {"one": {"mild": -1, "stern": 0.4}, "two": {"mild": 0.3, "stern": -0.6}})
    alone = {"yield": Action("calm", {"two": 0.2}), "press": "storm", "stay": Action("alone", only=["stern"])}
    together = {(own, other): "calm" if own == other else "alone" for own in ("l", "m", "r") for other in ("l", "r")}
    stage = builder.stage("both stages" if not is_split else "alone stage")
    stage.decision("alone", "one", alone)
    second = builder.stage("both stage") if is_split else stage
    second.simultaneous("both", ("two", "one"), together)
    return builder.build()


def test_a_stage_may_have_states_with_one_mover_and_states_with_two():
    for is_split in (False, True):
        (layer, *_) = build_mixed_stage(is_split=is_split).epochs[0].layers
        assert (layer.second is None) == is_split
    mixed, split = (
        solve(build_mixed_stage(is_split=is_split), Settings(belief_points=17)) for is_split in (False, True)
    )
    assert mixed.certificate.residual < 1e-8
    assert mixed.certificate.regret < 1.0
    # where it is split, the decision alone comes before the other in a period: the same order, a stage apart
    assert mixed.sweep.absorbed[-1] == pytest.approx(split.sweep.absorbed[-1], abs=1e-6)
    assert mixed.start_values == pytest.approx(split.start_values, abs=1e-6)
