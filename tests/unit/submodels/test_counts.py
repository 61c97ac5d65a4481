import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from standoff.submodels.counts import CountDistribution, build_binomial, build_lottery, compute_service, thin

CHANCES = st.floats(0.0, 1.0)


@pytest.mark.parametrize(("trials", "chance"), [(1, 0.5), (7, 0.01), (400, 0.35), (3000, 0.9), (20_000, 0.5)])
def test_the_binomial_agrees_with_scipy(trials, chance):
    mine = build_binomial(trials, chance)
    np.testing.assert_allclose(mine.probabilities, stats.binom.pmf(mine.values, trials, chance), rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize(("trials", "chance", "count"), [(0, 0.5, 0), (5, 0.0, 0), (5, 1.0, 5)])
def test_a_certain_binomial_is_one_count(trials, chance, count):
    mine = build_binomial(trials, chance)
    assert (mine.first, mine.probabilities.tolist()) == (count, [1.0])


def test_a_fraction_of_a_trial_is_a_lottery():
    np.testing.assert_allclose(build_lottery(1.5, 0.5).probabilities, [0.375, 0.5, 0.125], rtol=1e-15)


def test_a_sum_of_binomials_with_one_probability_is_a_binomial():
    total, whole = build_binomial(30, 0.3) + build_binomial(50, 0.3), build_binomial(80, 0.3)
    np.testing.assert_allclose(total.probabilities, whole.probabilities[: total.probabilities.size], atol=1e-14)


def test_thinning_a_binomial_below_capacity_is_a_binomial():
    thinned = thin(build_binomial(200, 0.8), capacity=200, kill=0.4)
    np.testing.assert_allclose(thinned.probabilities, stats.binom.pmf(thinned.values, 200, 0.48), rtol=1e-7, atol=1e-14)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=12), st.integers(0, 12), st.floats(0, 20), CHANCES)
def test_thinning_agrees_with_the_sum_over_counts(weights, first, capacity, kill):
    arrivals = CountDistribution(first, np.array(weights) / sum(weights))
    expected = np.zeros(first + len(weights))
    floor, part = int(capacity), capacity - int(capacity)
    for count, chance in zip(arrivals.values.astype(int), arrivals.probabilities, strict=True):
        for size, weight in ((floor, 1 - part), (floor + 1, part)):
            met = min(count, size)
            expected[: met + 1 + count - met] += np.concatenate(
                [np.zeros(count - met), chance * weight * stats.binom.pmf(np.arange(met + 1), met, 1 - kill)]
            )
    thinned = thin(arrivals, capacity, kill)
    full = np.zeros_like(expected)
    full[thinned.first : thinned.first + thinned.probabilities.size] = thinned.probabilities
    np.testing.assert_allclose(full, expected, atol=1e-13)


@settings(deadline=None)
@given(st.integers(0, 3000), CHANCES, st.floats(0, 3000), CHANCES)
def test_thinning_loses_no_probability(trials, chance, capacity, kill):
    assert thin(build_binomial(trials, chance), capacity, kill).mass == pytest.approx(1.0, abs=1e-12)


def test_a_capacity_serves_counts_up_to_its_size_and_a_part_of_the_next():
    arrivals = CountDistribution(1, np.full(4, 0.25))
    assert compute_service(arrivals, 2.25).tolist() == [1.0, 1.0, 0.25, 0.0]


@pytest.mark.parametrize(("level", "count"), [(0.0, 3), (0.25, 3), (0.26, 4), (0.75, 4), (1.0, 5)])
def test_a_quantile_is_the_smallest_count_not_exceeded(level, count):
    assert CountDistribution(3, np.array([0.25, 0.5, 0.25])).find_quantile(level) == count


def test_mean_and_variance_are_those_of_a_binomial():
    counts = build_binomial(100, 0.3)
    assert (counts.mean, counts.variance) == pytest.approx((30.0, 21.0), rel=1e-12)
