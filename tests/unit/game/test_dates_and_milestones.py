"""What a deadline changes, and in which order milestones are met, checked by hand on a small scenario."""

import numpy as np
import pytest

from standoff.game.compile import compile_game
from standoff.scenario import parse_scenario

# periods start on days 0, 3.5, 7 and 10.5: the fuse (day 9) burns from the fourth period on, the dawn (day 2) from the second
TEXT = """
standoff: 1
id: dates
title: Dates
as_of: 2000-01-01
period: {unit: week, length: 0.5, horizon: 2}
payoff_unit: points
players:
  a: {label: A, types: {soft: 0.25, hard: 0.75}, rationality: 2, discount: 0.81}
  b: {label: B, rationality: 3, discount: 1}
state:
  heat: {label: Heat, levels: [low, mid, high], start: mid}
deadlines: {fuse: {label: Fuse, date: 2000-01-10}, dawn: {label: Dawn, date: 2000-01-03}}
stages:
  - name: push
    mover: a
    when: heat < high or passed(dawn)
    actions:
      wait: {label: Wait, costs: {b: 0.1 + heat}}
      heat: {label: Heat, leads_to: [{p: 0.75, heat: +1}, {p: 0.25, heat: -1}]}
      stop: {label: Stop, when: heat >= mid, leads_to: {outcome: over}}
flows: {a: {soft: 0.4 * heat + (1 if passed(fuse) else 0), hard: 2 * (1 if passed(dawn) else 3)}, b: 1}
outcomes:
  over: {label: Over, payoffs: {a: heat + (10 if passed(fuse) else 0), b: {soft: 3, hard: 4 if passed(fuse) else 5}}}
unresolved: {label: Open, payoffs: {a: {soft: heat + (7 if passed(fuse) else 1), hard: 2},
                                    b: heat * heat - (3 if passed(dawn) else 0)}}
milestones:
  cooled: {label: It cools again, when: heat == low, after: hot}
  calm: {label: Calm, when: heat <= mid}
  again: {label: Hot again, when: heat == high, after: cooled}
  hot: {label: It is hot, when: heat == high}
  late: {label: Not low any more, when: heat > low, after: calm}
"""


def changed(*changes):
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return compile_game(parse_scenario(text))


@pytest.fixture(scope="module")
def game():
    return changed()


def test_each_deadline_before_the_horizon_starts_an_epoch(game):
    assert [epoch.start for epoch in game.epochs] == [0, 1, 3]


def test_what_is_unresolved_is_paid_as_on_the_last_day(game):
    # by level of heat, to A soft, A hard and B: both deadlines have passed at the horizon
    assert game.unresolved_payoff == pytest.approx(np.array([[7, 2, -3], [8, 2, -2], [9, 2, 1]], dtype=float))


def test_a_deadline_after_the_horizon_starts_no_epoch_and_changes_no_unresolved_payoff():
    game = changed(("2000-01-10", "2001-01-10"))
    assert [epoch.start for epoch in game.epochs] == [0, 1]
    assert game.unresolved_payoff == pytest.approx(np.array([[1, 2, -3], [2, 2, -2], [3, 2, 1]], dtype=float))


def test_running_payoffs_are_those_of_the_epoch_and_of_the_length_of_a_period(game):
    soft = [[0, 0.2, 0.4], [0, 0.2, 0.4], [0.5, 0.7, 0.9]]
    hard = [3.0, 1.0, 1.0]
    for epoch, own, other in zip(game.epochs, soft, hard, strict=True):
        assert epoch.flow == pytest.approx(np.array([own, [other] * 3, [0.5] * 3]).T)


def test_a_decision_may_come_up_from_a_date_on(game):
    # at the highest level A may push only from the second period on
    assert [epoch.layers[0].arrival.tolist() for epoch in game.epochs] == [[1, 1, 0], [1, 1, 1], [1, 1, 1]]


def test_an_outcome_pays_by_the_date_and_state_in_which_it_is_reached(game):
    # by epoch and state: what A gets, and B by the true type of A
    expected = {(0, 1): (1, 5), (1, 1): (1, 5), (1, 2): (2, 5), (2, 1): (11, 4), (2, 2): (12, 4)}
    found = {}
    for e, epoch in enumerate(game.epochs):
        layer = epoch.layers[0]
        for x in range(layer.num_states):
            for a in range(layer.action_start[x], layer.action_start[x + 1]):
                if layer.action_names[layer.action_label[a]] == "stop":
                    (target,) = layer.branch_target[layer.branch_start[a] : layer.branch_start[a + 1]]
                    payoff = game.terminals.payoff[-target - 1]
                    assert payoff[0] == pytest.approx(payoff[1])
                    assert payoff[2] == pytest.approx(np.array([[3, 3], [payoff[2, 1, 0]] * 2]))
                    found[e, x] = (payoff[0, 0, 0], payoff[2, 1, 0])
    assert found == expected


def test_milestones_stand_behind_those_that_they_wait_for_and_else_in_the_order_of_the_file(game):
    found = [(one.name, one.label, one.after) for one in game.milestones]
    assert found == [
        ("calm", "Calm", -1),
        ("hot", "It is hot", -1),
        ("cooled", "It cools again", 1),
        ("again", "Hot again", 2),
        ("late", "Not low any more", 0),
    ]


def test_each_milestone_holds_where_its_own_condition_does(game):
    for epoch in game.epochs:
        assert epoch.layers[0].milestone_holds.T.tolist() == [
            [True, True, False],
            [False, False, True],
            [True, False, False],
            [False, False, True],
            [False, True, True],
        ]
