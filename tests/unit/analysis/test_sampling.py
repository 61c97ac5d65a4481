"""Draws of the parameters of a scenario."""

import numpy as np
import pytest
from scipy import stats

from standoff import load
from standoff.analysis.sampling import REPLICATES, SIZE, Sampler, list_drawn_parameters, list_fixed_parameters
from standoff.scenario import apply_overrides
from tiny import tiny

CORRELATED = (
    "stages:",
    "correlations:\n  - {parameters: [war, peace, third], rank: [[1, 0.7, 0], [0.7, 1, -0.4], [0, -0.4, 1]]}\nstages:",
)
THIRD = ("  peace:", "  third: {value: 1, distribution: {kind: lognormal, median: 1, sigma: 2}}\n  peace:")
USED = ("payoffs: {a: war}", 'payoffs: {a: "war + 0 * third"}')


@pytest.fixture(scope="module")
def iran():
    return load("iran-us-2026")


def test_a_longer_sample_begins_with_the_shorter_one(iran):
    sampler = Sampler.of(iran, seed=3)
    assert (sampler.compute_values(0, 700)[:150] == sampler.compute_values(0, 150)).all()


def test_draws_are_the_same_from_wherever_they_are_asked(iran):
    sampler = Sampler.of(iran, seed=3)
    whole = sampler.compute_values(0, 3 * SIZE)
    assert (sampler.compute_values(SIZE + 5, 2 * SIZE + 7) == whole[SIZE + 5 : 2 * SIZE + 7]).all()
    wanted = [0, 3, SIZE - 1, 2 * SIZE + 1]
    found = [list(draw.values()) for draw in sampler.make_draws(wanted)]
    assert found == whole[wanted].tolist()


def test_seeds_make_other_draws(iran):
    assert (
        Sampler.of(iran, seed=0).compute_values(0, 64) != Sampler.of(iran, seed=1).compute_values(0, 64)
    ).mean() > 0.99


def test_every_draw_lies_in_its_range(iran):
    sampler = Sampler.of(iran, seed=0)
    values = sampler.compute_values(0, 512)
    low, high = np.array([iran.parameters[name].range for name in sampler.names]).T
    assert ((low <= values) & (values <= high)).all()
    assert sampler.names == tuple(iran.parameters)


def test_each_sequence_fills_the_range_evenly(iran):
    """Each of the scrambled sequences has one point in every slice of 1/64 of every parameter: a property of Sobol points."""
    sampler = Sampler.of(iran, seed=0)
    values = sampler.compute_values(0, 64 * REPLICATES)
    low, high = np.array([iran.parameters[name].range for name in sampler.names]).T
    slices = np.floor(64 * (values - low) / (high - low)).clip(0, 63)
    for r in range(REPLICATES):
        assert (np.sort(slices[r::REPLICATES], axis=0) == np.arange(64)[:, None]).all()


def test_the_rank_correlations_are_those_of_the_file():
    sampler = Sampler.of(tiny(CORRELATED, THIRD, USED), seed=0)
    values = sampler.compute_values(0, 4096)
    found = stats.spearmanr(values).statistic
    # independent draws would have a standard error of 1 / sqrt(4096) = 0.016
    order = [sampler.names.index(name) for name in ("war", "peace", "third")]
    expected = np.array([[1, 0.7, 0], [0.7, 1, -0.4], [0, -0.4, 1]])
    assert found[np.ix_(order, order)] == pytest.approx(expected, abs=0.02)


def test_correlation_leaves_the_distributions_alone():
    sampler = Sampler.of(tiny(CORRELATED, THIRD, USED), seed=0)
    third = sampler.compute_values(0, 4096)[:, sampler.names.index("third")]
    assert stats.kstest(third, stats.lognorm(2).cdf).statistic < 0.02


def test_a_value_that_was_set_is_not_drawn():
    scenario = apply_overrides(tiny(), ["war=0.9"])
    assert list_drawn_parameters(scenario) == ("peace",)
    assert list_fixed_parameters(scenario) == ("war",)


def test_a_range_that_was_set_is_drawn_from():
    scenario = apply_overrides(tiny(), ["parameters.war.range=[0.4, 0.6]"])
    values = Sampler.of(scenario, seed=0).compute_values(0, 64)[:, 0]
    assert 0.4 < values.min() < values.max() < 0.6


def test_a_formula_of_others_follows_them_and_is_not_drawn():
    scenario = tiny(("peace: {value: 0.2", "peace: {value: war / 2"))
    assert list_drawn_parameters(scenario) == ("war",)


def test_a_formula_with_a_distribution_of_its_own_is_drawn():
    scenario = tiny(
        ("peace: {value: 0.2, range: [-1, 1]", "peace: {value: war / 2, distribution: {kind: uniform, low: 0, high: 1}")
    )
    assert list_drawn_parameters(scenario) == ("war", "peace")
