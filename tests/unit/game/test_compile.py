"""What the compiler makes of small scenarios, checked by hand."""

import math

import numpy as np
import pytest

from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.scenario import apply_overrides, parse_scenario

SMALL = """
standoff: 1
id: small
title: Small
as_of: 2000-01-01
period: {unit: week, length: 0.5, horizon: 3}
payoff_unit: points
players:
  a: {label: A, types: {soft: 0.25, hard: 0.75}, rationality: 2, discount: 0.81}
  b: {label: B, rationality: 3, discount: 1}
state:
  heat: {label: Heat, levels: [low, mid, high], start: mid}
deadlines: {fuse: {label: Fuse, date: 2000-01-10}}
stages:
  - name: push
    mover: a
    rate: 0.6
    actions:
      wait: {label: Wait}
      heat: {label: Heat, costs: {a: {soft: 0.3, hard: 0.1}}, leads_to: [{p: 0.5, heat: +1}, {p: 0.5, heat: -1, payoffs: {b: 2}}]}
      stop: {label: Stop, when: heat == high, types: [hard], leads_to: {outcome: over}}
nature:
  cool: {label: Cool, when: heat > low, hazard: 0.2 * heat, leads_to: {heat: -1}}
flows: {a: 0.4 * heat + (1 if passed(fuse) else 0)}
outcomes:
  over: {label: Over, payoffs: {a: {soft: 1, hard: 2}, b: {soft: 3, hard: 4}}}
unresolved: {label: Open, payoffs: {a: 5}}
milestones: {hot: {label: Hot, when: heat == high}}
"""


@pytest.fixture(scope="module")
def game():
    return compile_game(parse_scenario(SMALL))


def test_players_carry_priors_and_a_discount_for_the_period(game):
    assert [(player.name, player.prior, player.rationality) for player in game.players] == [
        ("a", (0.25, 0.75), 2.0),
        ("b", (1.0,), 3.0),
    ]
    assert game.players[0].discount == pytest.approx(0.9)


def test_a_rate_becomes_the_probability_of_the_period(game):
    push, cool = game.epochs[0].layers
    assert push.arrival == pytest.approx(np.full(3, 1 - math.exp(-0.3)))
    assert cool.arrival == pytest.approx([0, 1 - math.exp(-0.1), 1 - math.exp(-0.2)])


def test_steps_stop_at_the_ends_of_a_track(game):
    push = game.epochs[0].layers[0]
    heat = push.action_names.index("heat")
    for x, (up, down) in enumerate([(1, 0), (2, 0), (2, 1)]):
        a = next(a for a in range(push.action_start[x], push.action_start[x + 1]) if push.action_label[a] == heat)
        assert push.branch_target[push.branch_start[a] : push.branch_start[a + 1]].tolist() == [up, down]


def test_one_off_payoffs_are_costs_and_expected_payoffs_of_branches(game):
    push = game.epochs[0].layers[0]
    a = int(np.flatnonzero(push.action_label == push.action_names.index("heat"))[0])
    assert push.action_payoff[a] == pytest.approx([-0.3, -0.1, 1.0])


def test_an_action_of_one_type_is_allowed_to_it_alone(game):
    push = game.epochs[0].layers[0]
    (a,) = np.flatnonzero(push.action_label == push.action_names.index("stop"))
    assert push.action_allowed[a].tolist() == [False, True]


def test_payoffs_of_an_outcome_may_depend_on_the_true_type_of_the_other(game):
    (payoff,) = game.terminals.payoff
    assert payoff[0] == pytest.approx(np.full((2, 2), 1.0))
    assert payoff[1] == pytest.approx(np.full((2, 2), 2.0))
    assert payoff[2] == pytest.approx(np.array([[3.0, 3.0], [4.0, 4.0]]))


def test_a_deadline_starts_an_epoch_at_the_first_period_from_its_date_on(game):
    # periods start on days 0, 3.5, 7, 10.5: the first on or after day 9 is the fourth
    assert [epoch.start for epoch in game.epochs] == [0, 3]
    assert game.epochs[0].flow[:, 0] == pytest.approx([0, 0.2, 0.4])
    assert game.epochs[1].flow[:, 0] == pytest.approx([0.5, 0.7, 0.9])


def test_the_start_and_milestones_are_found(game):
    layer = game.epochs[0].layers[0]
    assert layer.levels[game.start, 0] == 1
    assert layer.milestone_holds[:, 0].tolist() == [False, False, True]
    assert game.unresolved_payoff[0].tolist() == [5.0, 5.0, 0.0]


def test_a_branch_of_probability_zero_reaches_nothing():
    text = SMALL.replace(
        "{p: 0.5, heat: +1}, {p: 0.5, heat: -1, payoffs: {b: 2}}", "{p: 0, heat: +1}, {p: 1, heat: -1}"
    )
    with pytest.raises(ScenarioError, match="unreachable-level: track `heat` never reaches its level `high`"):
        compile_game(parse_scenario(text))


def test_an_override_may_leave_levels_unreached():
    scenario = apply_overrides(parse_scenario(SMALL), ["stages.push.actions.heat.leads_to=[{heat: -1}]"])
    assert compile_game(scenario).num_states[0] == 2


def test_alternating_proposers_take_turns():
    text = """
standoff: 1
id: turns
title: Turns
as_of: 2000-01-01
period: {unit: day, horizon: 4}
payoff_unit: points
players:
  a: {label: A, rationality: 1, discount: 1}
  b: {label: B, rationality: 1, discount: 1}
agenda:
  packages: all
  issues: {pie: {label: Pie, levels: [none, half, all], worth: {a: {half: 1, all: 2}, b: {half: -1, all: -2}}}}
stages:
  - name: round
    bargaining: {between: [a, b], proposer: alternate, accept: {outcome: deal}, reject: {}}
outcomes: {deal: {label: Deal, payoffs: {}}}
unresolved: {label: Open, payoffs: {}}
"""
    game = compile_game(parse_scenario(text))
    offer, answer = game.epochs[0].layers
    assert offer.mover.tolist() == [0, 1]
    turn = offer.fields.index("turn of round")
    for x in range(2):
        for a in range(offer.action_start[x], offer.action_start[x + 1]):
            (target,) = offer.branch_target[offer.branch_start[a] : offer.branch_start[a + 1]]
            assert answer.levels[target][turn] == 1 - offer.levels[x][turn]
            assert answer.mover[target] == (1 - offer.mover[x] if answer.levels[target][-1] else -2)
    assert game.packages == ("none", "half", "all")


def test_an_outcome_with_the_name_of_the_hazard_that_brings_it_keeps_its_own_label():
    hazard = "  over: {label: It breaks, when: heat > low, hazard: 0.1, leads_to: {outcome: over}}"
    game = compile_game(parse_scenario(SMALL.replace("nature:\n", f"nature:\n{hazard}\n")))
    assert game.get_label("over") == "Over"
