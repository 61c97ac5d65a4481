"""What the compiler makes of a stage with two movers, and of a crisis that continues without end, checked by hand."""

import numpy as np
import pytest

from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.game.model import NOBODY
from standoff.game.validity import find_faults
from standoff.scenario import apply_overrides, parse_scenario

TWO = """
standoff: 1
id: two
title: Two
as_of: 2000-01-01
period: {unit: week, horizon: 3}
payoff_unit: points
players:
  a: {label: A, types: {soft: 0.25, hard: 0.75}, rationality: 2, discount: 0.9}
  b: {label: B, rationality: 3, discount: 0.8}
state:
  heat: {label: Heat, levels: [low, mid, high], start: low}
  talk: {label: Talk, levels: [no, yes], start: no}
stages:
  - name: clash
    movers: [b, a]
    when: heat < high
    rate: 0.7
    actions:
      a:
        hold: {label: Hold fire}
        push: {label: Push, costs: {a: {soft: 0.3, hard: 0.1}}, leads_to: [{p: 0.25, heat: +1, payoffs: {b: 2}}, {p: 0.75}]}
        end: {label: End it, types: [hard], when: heat == mid, leads_to: {outcome: over}}
      b:
        hold: {label: Sit tight}
        call: {label: Call, payoffs: {b: 0.5}, leads_to: [{p: 0.4, talk: 'yes', payoffs: {a: 1}}, {p: 0.6}]}
        strike: {label: Strike, when: talk == yes, leads_to: {heat: high, outcome: lost}}
    together:
      - {b: strike, a: push, costs: {a: 4}, leads_to: [{p: 0.9, outcome: lost, payoffs: {b: 10}}, {p: 0.1}]}
      - {a: hold, b: call, payoffs: {b: 7}}
      - {a: end, b: strike, leads_to: []}
nature:
  calm: {label: Calm, when: heat > low, hazard: 0.2, leads_to: {heat: low}}
outcomes:
  over: {label: Over, payoffs: {a: heat + 10 * talk, b: 1}}
  lost: {label: Lost, payoffs: {a: -1, b: 2}}
unresolved: {label: Open}
"""


@pytest.fixture(scope="module")
def game():
    return compile_game(parse_scenario(TWO))


class At:
    """The joint actions of one state of the stage, by the names of both parts."""

    def __init__(self, game, heat, talk):
        self.layer = layer = game.epochs[0].layers[0]
        self.game = game
        (self.state,) = np.flatnonzero((layer.levels[:, 0] == heat) & (layer.levels[:, 1] == talk))
        own = range(layer.action_start[self.state], layer.action_start[self.state + 1])
        self.pairs = [
            (layer.action_names[layer.action_label[a]], layer.action_names[layer.second.action_label[a]]) for a in own
        ]
        self.action = dict(zip(self.pairs, own, strict=True))

    def branches(self, pair):
        """Probability of each state (heat, talk) or outcome that follows."""
        a = self.action[pair]
        found = {}
        for branch in range(self.layer.branch_start[a], self.layer.branch_start[a + 1]):
            target = self.layer.branch_target[branch]
            if target >= 0:
                key = tuple(self.game.epochs[0].layers[1].levels[target, :2].tolist())
            else:
                key = self.game.outcomes[self.game.terminals.outcome[-target - 1]]
            found[key] = found.get(key, 0.0) + self.layer.branch_probability[branch]
        return found


def test_the_movers_are_those_of_the_file_in_its_order(game):
    layer = game.epochs[0].layers[0]
    moves = layer.levels[:, 0] < 2
    assert layer.mover[moves].tolist() == [1] * moves.sum()
    assert layer.second.mover[moves].tolist() == [0] * moves.sum()


def test_nobody_moves_where_the_stage_does_not_exist(game):
    layer = game.epochs[0].layers[0]
    rests = layer.levels[:, 0] == 2
    assert rests.any()
    assert set(layer.mover[rests]) == set(layer.second.mover[rests]) == {NOBODY}
    assert set(layer.second.num_actions[rests]) == {1}
    assert np.diff(layer.action_start)[rests].tolist() == [0] * rests.sum()


def test_joint_actions_stand_in_rows_of_the_first_movers_actions(game):
    assert At(game, 0, 0).pairs == [("hold", "hold"), ("hold", "push"), ("call", "hold"), ("call", "push")]
    mid = At(game, 1, 1)
    assert mid.pairs == [(b, a) for b in ("hold", "call", "strike") for a in ("hold", "push", "end")]


def test_the_second_movers_own_actions_are_counted_in_each_state(game):
    assert game.epochs[0].layers[0].second.num_actions[At(game, 0, 0).state] == 2
    assert game.epochs[0].layers[0].second.num_actions[At(game, 1, 0).state] == 3


def test_each_part_is_allowed_to_the_types_of_its_own_mover(game):
    mid = At(game, 1, 1)
    own = mid.action["call", "end"]
    assert mid.layer.action_allowed[own].tolist() == [True, False]  # b has one type
    assert mid.layer.second.action_allowed[own].tolist() == [False, True]
    assert mid.layer.second.action_allowed[mid.action["strike", "push"]].tolist() == [True, True]


def test_without_an_entry_both_draws_apply_independently(game):
    found = At(game, 0, 0).branches(("call", "push"))
    assert found == pytest.approx({(1, 1): 0.1, (1, 0): 0.15, (0, 1): 0.3, (0, 0): 0.45})


def test_without_an_entry_payoffs_and_costs_of_both_add(game):
    start = At(game, 0, 0)
    paid = start.layer.action_payoff[start.action["call", "push"]]
    assert paid == pytest.approx([0.4 - 0.3, 0.4 - 0.1, 0.5 + 0.25 * 2])


def test_an_outcome_is_paid_in_the_state_after_the_effects_of_both_actions(game):
    mid = At(game, 1, 0)
    assert mid.branches(("call", "end")) == pytest.approx({"over": 1.0})
    a = mid.action["call", "end"]
    ends = -mid.layer.branch_target[mid.layer.branch_start[a] : mid.layer.branch_start[a + 1]] - 1
    assert game.terminals.payoff[ends, 0, 0, 0].tolist() == [11.0, 1.0]


def test_the_effects_of_an_entry_take_the_place_of_both(game):
    mid = At(game, 1, 1)
    assert mid.branches(("strike", "push")) == pytest.approx({"lost": 0.9, (1, 1): 0.1})
    assert mid.branches(("strike", "end")) == {(1, 1): 1.0}


def test_an_entry_adds_to_what_the_actions_cost(game):
    mid = At(game, 1, 1)
    paid = mid.layer.action_payoff[mid.action["strike", "push"]]
    assert paid == pytest.approx([-4.3, -4.1, 9.0])


def test_an_entry_without_effects_leaves_those_of_both(game):
    start = At(game, 0, 0)
    assert start.branches(("call", "hold")) == pytest.approx({(0, 1): 0.4, (0, 0): 0.6})
    assert start.layer.action_payoff[start.action["call", "hold"]] == pytest.approx([0.4, 0.4, 7.5])


def test_actions_of_one_name_keep_their_labels(game):
    assert (game.get_label("clash.a.hold"), game.get_label("clash.b.hold")) == ("Hold fire", "Sit tight")


def test_a_stage_with_one_mover_has_no_second():
    alone = (
        TWO[: TWO.index("stages:")]
        + "stages: [{name: s, mover: a, actions: {up: {label: U, leads_to: {heat: high}}}}]\n"
    )
    alone += "unresolved: {label: Open}\n"
    scenario = apply_overrides(parse_scenario(alone), ["heat.start=mid"])
    assert compile_game(scenario).epochs[0].layers[0].second is None


def faults(text):
    with pytest.raises(ScenarioError) as caught:
        compile_game(parse_scenario(text))
    return [(problem.code, problem.path) for problem in caught.value.problems]


def test_two_actions_that_change_one_track_are_a_fault_where_they_can_meet():
    text = TWO.replace("{p: 0.4, talk: 'yes',", "{p: 0.4, talk: 'yes', heat: +1,")
    assert faults(text) == [("conflicting-effects", "stages.0.actions.b.call.leads_to")]


def test_two_actions_that_end_the_crisis_are_a_fault_where_they_can_meet():
    text = TWO.replace("      - {a: end, b: strike, leads_to: []}\n", "")
    assert faults(text) == [("conflicting-effects", "stages.0.actions.b.strike.leads_to")]


def test_every_conflicting_pair_is_reported():
    text = (
        TWO.replace("    together:\n", "    together: []\n").split("      - {b: strike")[0]
        + TWO[TWO.index("nature:") :]
    )
    assert (
        faults(text.replace("leads_to: {outcome: over}", "leads_to: {outcome: over, heat: low}"))
        == [("conflicting-effects", "stages.0.actions.b.strike.leads_to")] * 2
    )


def test_effects_that_never_meet_do_not_conflict():
    # a pushes only while nobody talks, b strikes only while somebody does
    text = TWO.replace(
        "      - {b: strike, a: push, costs: {a: 4}, leads_to: [{p: 0.9, outcome: lost, payoffs: {b: 10}}, {p: 0.1}]}\n",
        "",
    )
    text = text.replace("push: {label: Push, ", "push: {label: Push, when: talk == no, ")
    assert compile_game(parse_scenario(text)).num_states[0] > 1


def test_a_crisis_that_continues_says_so():
    text = TWO.replace("horizon: 3}", "horizon: 3, continues: true}")
    assert compile_game(parse_scenario(text)).continues
    assert not compile_game(parse_scenario(TWO)).continues


def test_the_branches_of_every_joint_action_sum_to_one(game):
    for layer in game.epochs[0].layers:
        totals = np.add.reduceat(layer.branch_probability, layer.branch_start[:-1])
        assert totals == pytest.approx(np.ones(len(totals)), abs=1e-12)


def test_rows_and_columns_are_complete(game):
    layer = game.epochs[0].layers[0]
    for x in np.flatnonzero(layer.mover >= 0):
        own = slice(layer.action_start[x], layer.action_start[x + 1])
        n = layer.second.num_actions[x]
        rows = layer.action_label[own].reshape(-1, n)
        columns = layer.second.action_label[own].reshape(-1, n)
        assert (rows == rows[:, :1]).all()
        assert (columns == columns[:1]).all()


@pytest.mark.parametrize("end", ["horizon: 3}", "horizon: 3, continues: true}"])
def test_a_compiled_game_has_no_fault(end):
    assert find_faults(compile_game(parse_scenario(TWO.replace("horizon: 3}", end)))) == []
