import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from standoff.history.normal import bivariate_normal_cdf, normal_cdf, normal_density

BOUNDS = st.floats(-6, 6)


@given(BOUNDS, BOUNDS, st.floats(-0.8, 0.8))
def test_the_bivariate_distribution_is_the_integral_of_the_conditional_one(h, k, r):
    def integrand(x):
        return norm.pdf(x) * norm.cdf((k - r * x) / math.sqrt(1 - r * r))

    known, _ = quad(integrand, -12, h, epsabs=1e-13, epsrel=1e-13, limit=200, points=[min(-3.0, h - 1e-3)])
    assert bivariate_normal_cdf(h, k, r) == pytest.approx(known, abs=2e-12)


@given(BOUNDS, BOUNDS)
def test_without_correlation_it_is_the_product(h, k):
    assert bivariate_normal_cdf(h, k, 0.0) == pytest.approx(normal_cdf(h) * normal_cdf(k), abs=1e-15)


def test_at_the_origin_it_is_the_quarter_and_the_angle():
    for r in (-0.8, -0.3, 0.5, math.sqrt(0.5)):
        assert bivariate_normal_cdf(0, 0, r) == pytest.approx(0.25 + math.asin(r) / (2 * math.pi), abs=1e-15)


def test_an_infinite_bound_leaves_the_other():
    assert bivariate_normal_cdf(math.inf, 0.3, 0.5) == normal_cdf(0.3)
    assert bivariate_normal_cdf(-math.inf, 0.3, 0.5) == 0.0


def test_a_correlation_out_of_range_is_refused():
    with pytest.raises(ValueError, match="correlation"):
        bivariate_normal_cdf(0, 0, 0.9)


def test_tails_keep_their_digits():
    assert normal_cdf(-30) == pytest.approx(norm.cdf(-30), rel=1e-12)
    assert normal_density(2.0) == pytest.approx(norm.pdf(2.0), rel=1e-15)
    assert np.isfinite(normal_density(1e200))
