import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.submodels import Attack, Force, InterceptorLayer, armstrong_losses, hughes_losses, salvo_exchange

GOLDEN_FILE = Path(__file__).parents[2] / "golden" / "salvo_exchanges.json"
GOLDEN = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))["hughes"]
SHARES = st.floats(0.0, 1.0)


def enumerated(attacker, defender):
    """Mean and variance of the losses over every way that the shots and the intercepts can fall."""
    shots, tries = int(attacker.units * attacker.shots), int(defender.units * defender.interceptors)
    mean = square = 0.0
    for fall in itertools.product((0, 1), repeat=shots + tries):
        chance = 1.0
        for place, success in enumerate(fall):
            p = attacker.hit_probability if place < shots else defender.intercept_probability
            chance *= p if success else 1.0 - p
        hits = max(0, sum(fall[:shots]) - sum(fall[shots:]))
        lost = min(defender.units, hits / defender.staying_power)
        mean += chance * lost
        square += chance * lost**2
    return mean, square - mean**2


CASES = [
    (Force(2, shots=2, hit_probability=0.6), Force(2, interceptors=1, intercept_probability=0.7)),
    (Force(1, shots=5, hit_probability=0.8), Force(2, interceptors=3, intercept_probability=0.3, staying_power=2)),
    (Force(3, shots=2, hit_probability=0.5), Force(1, interceptors=4, intercept_probability=0.9, staying_power=1.5)),
    (Force(2, shots=3, hit_probability=0.9), Force(4, interceptors=0, staying_power=3)),
    (Force(0, shots=3), Force(2, interceptors=2)),
]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["claim"])
def test_hughes_by_hand(case):
    losses = hughes_losses(Force(**case["attacker"]), Force(**case["defender"]))
    assert losses == pytest.approx(case["losses"], abs=case["tolerance"])


@pytest.mark.parametrize(("attacker", "defender"), CASES)
def test_armstrong_has_the_mean_of_an_enumeration(attacker, defender):
    assert armstrong_losses(attacker, defender).mean == pytest.approx(enumerated(attacker, defender)[0], abs=1e-12)


@pytest.mark.parametrize(("attacker", "defender"), CASES)
def test_armstrong_has_the_variance_of_an_enumeration(attacker, defender):
    assert armstrong_losses(attacker, defender).variance == pytest.approx(enumerated(attacker, defender)[1], abs=1e-12)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 10), st.floats(0.5, 4))
def test_without_chance_armstrong_is_hughes(shots, interceptors, units, power):
    attacker, defender = Force(1, shots=shots), Force(units, interceptors=interceptors, staying_power=power)
    losses = armstrong_losses(attacker, defender)
    assert (losses.mean, losses.variance) == pytest.approx((hughes_losses(attacker, defender), 0.0), abs=1e-12)


@settings(deadline=None)
@given(st.integers(0, 40), SHARES, st.integers(0, 40), SHARES)
def test_chance_costs_a_force_that_is_not_all_lost(shots, hit, interceptors, stop):
    attacker = Force(1, shots=shots, hit_probability=hit)
    defender = Force(1, interceptors=interceptors, intercept_probability=stop, staying_power=40)  # never all lost
    assert armstrong_losses(attacker, defender).mean >= hughes_losses(attacker, defender) - 1e-12


@settings(deadline=None)
@given(st.integers(0, 30), SHARES, st.integers(0, 15), SHARES)
def test_a_force_loses_no_more_than_it_has(shots, hit, interceptors, stop):
    attacker = Force(1, shots=shots, hit_probability=hit)
    defender = Force(2, interceptors=interceptors, intercept_probability=stop)
    assert 0.0 <= armstrong_losses(attacker, defender).mean <= 2.0 + 1e-12


def test_the_chances_of_none_and_all_by_hand():
    losses = armstrong_losses(Force(1, shots=2, hit_probability=0.5), Force(1, staying_power=2))
    assert (losses.none, losses.mean, losses.total) == pytest.approx((0.25, 0.5, 0.25))


def test_an_interceptor_of_its_own_for_each_missile_is_the_layered_exchange():
    # N12, shots no more than interceptors: leakers are binomial with shots * hit * (1 - stop)
    result = salvo_exchange(Attack(6, 6, reliability=0.8), [InterceptorLayer("a", 6, 0.7)])
    assert (result.leakers, result.spread**2) == pytest.approx((6 * 0.24, 6 * 0.24 * 0.76), abs=1e-12)


def test_a_part_of_a_missile_is_refused():
    with pytest.raises(ValueError, match=r"attacker's units \* shots must be a whole number, not `2.5`"):
        armstrong_losses(Force(1, shots=2.5), Force(1))
