"""Global indices against the closed form of the Ishigami function.

Ishigami and Homma (1990), An importance quantification technique in uncertainty analysis for computer models:
f = sin x1 + a sin^2 x2 + b x3^4 sin x1 on (-pi, pi)^3, here with a = 7 and b = 0.1, whose first-order indices are

    S1 = (1 + b pi^4 / 5)^2 / 2 / V,   S2 = a^2 / 8 / V,   S3 = 0,   V = a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2.
"""

import math

import numpy as np
import pytest
from scipy.stats import qmc

from standoff.analysis.global_indices import compute_global_indices

pytest.importorskip("SALib")
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * math.pi**4 / 5 + B**2 * math.pi**8 / 18 + 0.5
FIRST_ORDER = ((1 + B * math.pi**4 / 5) ** 2 / 2 / VARIANCE, A**2 / 8 / VARIANCE, 0.0)
NAMES = ("x1", "x2", "x3", "idle")


@pytest.fixture(scope="module")
def drawn():
    unit = qmc.Sobol(len(NAMES), rng=np.random.default_rng(1)).random(1024)
    draws = math.pi * (2 * unit - 1)
    x1, x2, x3, _ = draws.T
    return draws, (np.sin(x1) + A * np.sin(x2) ** 2 + B * x3**4 * np.sin(x1))[:, None]


@pytest.fixture(scope="module")
def found(drawn):
    return compute_global_indices(NAMES, *drawn, seed=2, num_resamples=20)


def test_first_order_indices_are_those_of_the_closed_form(found):
    """Within 0.04: from 1024 draws the standard error of an index of 0.4 is about 0.02."""
    assert found.first_order[:3, 0] == pytest.approx(FIRST_ORDER, abs=0.04)


def test_what_acts_only_together_with_another_shows_in_pawn_alone(found):
    """x3 has no first-order effect, but it moves the spread; the idle input moves nothing."""
    assert found.first_order[2, 0] < 0.05
    assert found.pawn[2, 0] > found.pawn_noise[0] > found.pawn[3, 0]


def test_the_same_draws_give_the_same_indices(drawn, found):
    again = compute_global_indices(NAMES, *drawn, seed=2, num_resamples=20)
    assert np.array_equal(again.first_order_error, found.first_order_error)
    assert np.array_equal(again.pawn_noise, found.pawn_noise)


def test_a_target_that_never_varies_has_no_index(drawn):
    draws, probabilities = drawn
    both = compute_global_indices(
        NAMES, draws, np.hstack([probabilities, np.full_like(probabilities, 0.25)]), num_resamples=2
    )
    assert np.isnan(both.first_order[:, 1]).all()
    assert np.isfinite(both.first_order[:, 0]).all()


def test_too_few_draws_are_refused():
    with pytest.raises(ValueError, match="at least 64 draws"):
        compute_global_indices(["a"], np.zeros((8, 1)), np.zeros((8, 1)))
