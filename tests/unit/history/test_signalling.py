"""The crisis signalling game: its equations by simulation of shocks, and that no equilibrium is missed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.history.normal import normal_cdf
from standoff.history.signalling import SignallingGame, _Curve, find_equilibria

GAME = SignallingGame(0, 1, -1.9, -1.2, 0, 1, -2.8)

GAMES = st.builds(
    lambda lift, war_a, back_a, rise, war_b: SignallingGame(0, lift, war_a, back_a, 0, rise, war_b),
    st.floats(0.2, 4),
    st.floats(-3, 1),
    st.floats(-3, 1),
    st.floats(0.2, 4),
    st.floats(-8, 2),
)


def test_an_equilibrium_is_what_players_with_drawn_shocks_do():
    rng = np.random.default_rng(1)
    draws = 2_000_000
    for one in find_equilibria(GAME).equilibria:
        fight = GAME.war_a + rng.standard_normal(draws)
        back = GAME.back_down_a + rng.standard_normal(draws)
        resisted = one.resist * np.maximum(fight, back) + (1 - one.resist) * GAME.concession_a
        challenges = resisted > GAME.status_quo_a
        fights = fight[challenges] > back[challenges]
        war = GAME.war_b + rng.standard_normal(draws)
        resists = one.fight * war + (1 - one.fight) * GAME.back_down_b > GAME.concession_b
        for seen, computed in ((challenges, one.challenge), (fights, one.fight), (resists, one.resist)):
            assert seen.mean() == pytest.approx(computed, abs=4.5 * math.sqrt(computed * (1 - computed) / seen.size))


@settings(max_examples=60, deadline=None)
@given(GAMES)
def test_every_change_of_sign_on_a_fine_grid_is_an_equilibrium_and_no_other(game):
    curve = _Curve(game)
    z = np.linspace(curve.range.low - 1e-3, curve.range.high + 1e-3, 4001)
    sign = np.array([curve.compute_reply(float(point)) > point for point in z])
    inside = np.flatnonzero(sign[1:] != sign[:-1])
    found = [one.cutoff for one in find_equilibria(game).equilibria]
    assert len(found) >= len(inside)
    assert all(any(z[k] - 1e-9 <= root <= z[k + 1] + 1e-9 for root in found) for k in inside)


@settings(max_examples=60, deadline=None)
@given(GAMES)
def test_equilibria_satisfy_the_condition_and_are_odd_in_number_without_tangency(game):
    found = find_equilibria(game).equilibria
    assert all(one.residual < 1e-12 for one in found)
    assert len(found) % 2 == 1 or any(one.is_tangent for one in found)


@settings(max_examples=40, deadline=None)
@given(GAMES, st.floats(-3, 3), st.floats(0, 1))
def test_bounds_hold_inside_an_interval(game, low, width):
    curve = _Curve(game)
    value, slope = curve.bound_reply(low, low + width), curve.bound_slope(low, low + width)
    for z in np.linspace(low, low + width, 9):
        reply = curve.compute_reply(float(z))
        assert value.low - 1e-9 * (1 + abs(reply)) <= reply <= value.high + 1e-9 * (1 + abs(reply))
        steep = curve.compute_slope(float(z))
        assert slope.low - 1e-9 * (1 + abs(steep)) <= steep <= slope.high + 1e-9 * (1 + abs(steep))


@pytest.mark.parametrize("step", [1e-3, 1e-4])
def test_the_slope_is_the_derivative_of_the_reply(step):
    curve = _Curve(GAME)
    for z in (-0.8, -0.2, 0.3, 1.1):
        rise = (curve.compute_reply(z + step) - curve.compute_reply(z - step)) / (2 * step)
        assert curve.compute_slope(z) == pytest.approx(rise, abs=20 * step**2 + 1e-9)


def test_a_tangency_is_reported_as_such():
    fold = find_equilibria(GAME).folds[0]
    found = find_equilibria(replace(GAME, war_b=fold.war_b)).equilibria
    assert [one.is_tangent for one in found] == [True, False]
    assert found[0].resist == pytest.approx(fold.resist, abs=1e-4)
    assert not found[0].is_stable


@pytest.mark.parametrize(("distance", "number"), [(-1e-9, 3), (1e-9, 1)])
def test_two_equilibria_close_to_a_fold_are_distinguished(distance, number):
    fold = find_equilibria(GAME).folds[0]
    found = find_equilibria(replace(GAME, war_b=fold.war_b + distance)).equilibria
    assert len(found) == number
    assert not any(one.is_tangent for one in found)


@pytest.mark.parametrize("war_b", [-60.0, -45.0, -20.0, 5.0, 500.0])
def test_extreme_payoffs_have_one_equilibrium(war_b):
    (one,) = find_equilibria(replace(GAME, war_b=war_b)).equilibria
    assert one.resist == normal_cdf(one.cutoff)
    assert one.residual < 1e-14


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"war_b": math.nan}, "war_b must be a finite number"),
        ({"concession_a": 0.0}, "concession_a .* must lie above status_quo_a"),
        ({"back_down_b": -1.0}, "back_down_b .* must lie above concession_b"),
    ],
)
def test_payoffs_that_make_no_crisis_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(GAME, **change)


def test_a_war_that_never_comes_is_refused():
    with pytest.raises(ValueError, match=r"war_a .* is so low"):
        find_equilibria(replace(GAME, war_a=-9))
