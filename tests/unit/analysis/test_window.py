"""The window of a game that can be worked out by hand, and shares of what opens it."""

import math
from itertools import permutations

import numpy as np
import pytest

from standoff import load, solve, window
from standoff.analysis.shapley import compute_shapley_values
from standoff.analysis.type_window import BELIEFS, CALENDAR
from standoff.errors import InputError
from standoff.scenario import parse_scenario
from standoff.solve.equilibrium import Settings

# One player may strike or hold; a shield comes by itself at rate 1. A strike is worth -0.5 without and +0.5 with the shield.
SHIELD = """
standoff: 1
id: shield
title: Waiting for a shield
as_of: 2000-01-01
period: {unit: week, length: 1, horizon: 2}
payoff_unit: one
players:
  a: {label: A, rationality: 2, discount: 1}
state:
  shield: {label: Shield, levels: [thin, ready], start: thin}
  conflict: {label: Fighting, levels: [none, war], start: none}
stages:
  - name: pressure
    mover: a
    when: conflict == none
    actions:
      hold: {label: hold}
      strike: {label: strike, payoffs: {a: "by(shield, -0.5, 0.5)"}, leads_to: {conflict: war}}
nature:
  delivery: {label: Delivery, when: shield == thin and conflict == none, hazard: 1, leads_to: {shield: ready}}
unresolved: {label: Open}
milestones:
  strike: {label: Strike, when: conflict == war}
  ready: {label: Shield ready, when: shield == ready}
  ready_after: {label: Ready after a strike, when: shield == ready, after: strike}
"""


def solved(text=SHIELD, points=5):
    return solve(parse_scenario(text), Settings(belief_points=points, belief_tolerance=0.1))


@pytest.fixture(scope="module")
def shield():
    return window(solved()).types[0]


def value(strike, hold):
    """V of a decision between two payoffs at rationality 2."""
    probabilities = math.exp(2 * strike) / (math.exp(2 * strike) + math.exp(2 * hold))
    return probabilities * strike + (1 - probabilities) * hold


ARRIVES = 1 - math.exp(-1)
WAIT = ARRIVES * value(0.5, 0) + (1 - ARRIVES) * value(-0.5, 0)  # of holding in the first week, without the shield


def test_the_advantage_is_that_of_the_hand_made_game(shield):
    assert shield.today == pytest.approx(-0.5 - WAIT, abs=1e-9)
    second = ARRIVES * 0.5 + (1 - ARRIVES) * -0.5
    assert shield.advantage == pytest.approx([-0.5 - WAIT, second], abs=1e-9)
    assert shield.over_best == pytest.approx(shield.advantage, abs=1e-12)  # there are two actions


def test_the_window_opens_with_the_shield(shield):
    assert shield.spells == ((1, None),)
    assert shield.peak == 1
    assert shield.modal_state == ({"shield": "thin", "conflict": "none"}, {"shield": "ready", "conflict": "none"})
    assert shield.modal_advantage[1] == pytest.approx(0.5, abs=1e-9)
    assert shield.share_open == pytest.approx([0.0, ARRIVES], abs=1e-12)
    assert shield.find_leading_part(None, 1, is_rise=True).name == "shield"


def test_exposure_is_the_chance_of_not_having_struck(shield):
    held = 1 / (1 + math.exp(2 * (-0.5 - WAIT)))
    assert shield.exposure == pytest.approx([1.0, held], abs=1e-12)


def test_the_shield_and_the_calendar_share_the_change(shield):
    # with probability q the shield is ready; A(ready, week 1) = 0.5 - V(ready at week 2) and so on; two orders, averaged
    now, then = {"thin": -0.5 - WAIT, "ready": 0.5 - value(0.5, 0)}, {"thin": -0.5, "ready": 0.5}
    by_shield = ARRIVES * 0.5 * ((now["ready"] - now["thin"]) + (then["ready"] - then["thin"]))
    by_calendar = ARRIVES * 0.5 * ((then["thin"] - now["thin"]) + (then["ready"] - now["ready"]))
    by_calendar += (1 - ARRIVES) * (then["thin"] - now["thin"])
    parts = {part.name: part.values for part in shield.parts}
    assert parts["shield"] == pytest.approx([0.0, by_shield], abs=1e-9)
    assert parts[CALENDAR] == pytest.approx([0.0, by_calendar], abs=1e-9)
    assert parts[BELIEFS] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert shield.unattributed == pytest.approx([0.0, 0.0], abs=1e-12)


def test_levels_hold_all_else_as_it_is(shield):
    levels = {(level.track, level.level): level for level in shield.levels}
    assert levels["shield", "ready"].held == pytest.approx([0.5 - value(0.5, 0), 0.5], abs=1e-9)
    assert levels["shield", "ready"].share == pytest.approx([0.0, ARRIVES], abs=1e-12)
    assert math.isnan(levels["shield", "ready"].observed[0])
    assert levels["shield", "thin"].observed[1] == pytest.approx(-0.5, abs=1e-9)


@pytest.fixture(scope="module")
def cuba():
    return solve(load("cuba-1962", overrides=["period.horizon=6"]), Settings(belief_points=9))


def test_parts_add_up_to_the_change_since_today(cuba):
    for one in window(cuba).types:
        total = sum(part.values for part in one.parts) + one.unattributed
        assert total == pytest.approx(one.advantage - one.today, abs=1e-9)


def test_today_is_the_difference_of_action_values_at_the_start(cuba):
    from standoff.solve.action_values import find_action_values

    game = cuba.equilibrium.game
    found = find_action_values(cuba.equilibrium, 0, 0, game.start, game.prior_belief)
    for h, one in enumerate(window(cuba).types):
        strike = found.names.index("strike")
        rest = np.arange(len(found.names)) != strike
        q, s = found.values[:, h], found.strategies[h]
        assert one.player_type == game.players[0].player_types[h]
        # the prior lies between the belief points
        exact = q[strike] - s[rest] @ q[rest] / s[rest].sum()
        assert 0 < one.belief_error < 0.02
        assert abs(one.today - exact) < one.belief_error


def test_the_advantage_hardly_depends_on_the_belief_points(cuba):
    finer = solve(load("cuba-1962", overrides=["period.horizon=6"]), Settings(belief_points=17))
    for coarse, fine in zip(window(cuba).types, window(finer).types, strict=True):
        assert np.abs(coarse.advantage - fine.advantage).max() < coarse.belief_error
        assert fine.belief_error < 0.5 * coarse.belief_error


def test_a_window_may_open_and_close_again():
    closed = SHIELD.replace("by(shield, -0.5, 0.5)", "by(shield, 0.5, -0.5)")
    one = window(solved(closed)).types[0]
    assert one.spells == ((0, 1),)
    assert one.find_leading_part(0, 1, is_rise=False).name == "shield"


def test_only_milestones_that_a_decision_brings_have_a_window():
    solution = solved()
    with pytest.raises(InputError, match="no decision is likely to meet milestone `ready`"):
        window(solution, "ready")
    with pytest.raises(InputError, match="milestone `ready_after` depends on another"):
        window(solution, "ready_after")
    with pytest.raises(InputError, match="there is no milestone `wat`"):
        window(solution, "wat")


def test_a_rationality_so_high_that_chances_vanish_is_refused():
    with pytest.raises(InputError, match="the values of its actions cannot be read off its strategy"):
        window(solved(SHIELD.replace("rationality: 2", "rationality: 5000")))


def by_orders(worth, exists):
    """Shares of one game by trying out every order."""
    members = int(math.log2(len(worth)))
    share, count = np.zeros(members), 0
    for order in permutations(range(members)):
        steps = np.cumsum([0, *(1 << k for k in order)])
        if exists[steps].all():
            share[list(order)] += np.diff(worth[steps])
            count += 1
    return share / count if count else share


@pytest.mark.parametrize("seed", range(6))
def test_shares_are_averages_over_the_orders_that_exist(seed):
    rng = np.random.default_rng(seed)
    worth, exists = rng.normal(size=(16, 5)), rng.random((16, 5)) < 0.8
    exists[0] = exists[-1] = True
    expected = sum(by_orders(worth[:, game], exists[:, game]) for game in range(5))
    assert compute_shapley_values(worth, exists) == pytest.approx(expected, abs=1e-12)


def test_where_all_coalitions_exist_the_shares_are_shapleys_and_add_up():
    worth = np.random.default_rng(0).normal(size=(32, 3))
    share = compute_shapley_values(worth, np.ones_like(worth, dtype=bool))
    assert share.sum() == pytest.approx((worth[-1] - worth[0]).sum(), abs=1e-12)
