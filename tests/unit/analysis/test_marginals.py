"""The distributions of single parameters, against those of another library."""

import numpy as np
import pytest
from scipy import stats

from standoff.analysis.marginals import compute_quantiles
from standoff.scenario import Expression, Parameter

SHARES = np.linspace(0.001, 0.999, 999)


def parameter(distribution=None, bounds=None, value=4.0):
    return Parameter.model_validate(
        {"value": Expression.parse(value), "range": bounds, "distribution": distribution}
        if distribution
        else {"value": Expression.parse(value), "range": bounds}
    )


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        ({"kind": "uniform", "low": 2, "high": 5}, stats.uniform(2, 3)),
        ({"kind": "loguniform", "low": 2, "high": 50}, stats.loguniform(2, 50)),
        ({"kind": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
        ({"kind": "lognormal", "median": 3, "sigma": 0.5}, stats.lognorm(0.5, scale=3)),
        ({"kind": "triangular", "low": 1, "mode": 2, "high": 9}, stats.triang(1 / 8, 1, 8)),
        ({"kind": "triangular", "low": 1, "mode": 1, "high": 9}, stats.triang(0, 1, 8)),
        ({"kind": "triangular", "low": 1, "high": 4}, stats.triang(1, 1, 3)),  # the mode is the value
        ({"kind": "pert", "low": 0, "mode": 3, "high": 9}, stats.beta(1 + 4 / 3, 1 + 8 / 3, 0, 9)),
        ({"kind": "beta", "a": 2, "b": 5, "low": -1, "high": 1}, stats.beta(2, 5, -1, 2)),
    ],
    ids=lambda part: part["kind"] if isinstance(part, dict) else "",
)
def test_quantiles_are_those_of_scipy(distribution, reference):
    found = compute_quantiles(parameter(distribution), 4.0, SHARES)
    assert found == pytest.approx(reference.ppf(SHARES), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        ({"kind": "normal", "mean": 3, "sd": 2}, stats.norm(3, 2)),
        ({"kind": "normal", "mean": -9, "sd": 2}, stats.norm(-9, 2)),  # five standard deviations below
        ({"kind": "normal", "mean": 19, "sd": 2}, stats.norm(19, 2)),
        ({"kind": "lognormal", "median": 3, "sigma": 0.5}, stats.lognorm(0.5, scale=3)),
        ({"kind": "uniform", "low": -3, "high": 2.5}, stats.uniform(-3, 5.5)),
        ({"kind": "loguniform", "low": 0.5, "high": 50}, stats.loguniform(0.5, 50)),
        ({"kind": "triangular", "low": 0, "mode": 2, "high": 9}, stats.triang(2 / 9, 0, 9)),
        ({"kind": "beta", "a": 2, "b": 3, "low": 0, "high": 10}, stats.beta(2, 3, 0, 10)),
    ],
    ids=lambda part: part["kind"] if isinstance(part, dict) else "",
)
def test_a_distribution_is_cut_to_the_range_and_not_heaped_up_at_its_ends(distribution, reference):
    low, high = 1.0, 8.0
    found = compute_quantiles(parameter(distribution, (low, high)), 4.0, SHARES)
    assert ((low <= found) & (found <= high)).all()
    assert (np.diff(found) > 0).all()
    # the share of the cut distribution that lies below each quantile is the share asked for; on the side that keeps digits
    mirrored = reference.sf(low) < 0.5
    below = reference.sf if mirrored else reference.cdf
    shares = (below(found) - below(low)) / (below(high) - below(low))
    assert shares == pytest.approx(SHARES, abs=1e-7)


def test_a_range_alone_is_uniform():
    assert compute_quantiles(parameter(bounds=(2.0, 6.0)), 4.0, np.array([0.25, 0.5])).tolist() == [3.0, 4.0]


def test_pert_takes_bounds_from_the_range_and_the_mode_from_the_value():
    given = parameter({"kind": "pert"}, (0.0, 9.0), value=3.0)
    asked = parameter({"kind": "pert", "low": 0, "mode": 3, "high": 9})
    assert compute_quantiles(given, 3.0, SHARES) == pytest.approx(compute_quantiles(asked, 99.0, SHARES), rel=1e-12)
