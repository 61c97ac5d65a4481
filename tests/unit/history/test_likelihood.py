import math

import pytest

from standoff.errors import SolveError
from standoff.history.likelihood import maximise


def poisson(mean):
    """Log-likelihood of 40 events in 10 periods."""
    return 40 * math.log(mean) - 10 * mean


def test_a_known_maximum_is_found_with_its_standard_error():
    fit = maximise(poisson, 0.01, 100, num_observations=10, name="mean")
    assert fit.value == pytest.approx(4.0, rel=1e-7)
    assert fit.standard_error == pytest.approx(math.sqrt(4.0 / 10), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(poisson(4.0), abs=1e-12)
    assert fit.log_value == pytest.approx(math.log(4.0), abs=1e-7)
    assert fit.log_standard_error == pytest.approx(fit.standard_error / 4.0, rel=1e-6)
    assert fit.akaike == 2 - 2 * fit.log_likelihood


def test_of_two_humps_the_higher_is_kept():
    def humps(x):
        return math.log(math.exp(-((math.log(x) + 1) ** 2) * 8) + 1.2 * math.exp(-((math.log(x) - 1) ** 2) * 8))

    fit = maximise(humps, 0.05, 20, num_observations=1, name="x")
    assert fit.log_value == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("slope", "end"), [(1.0, "100"), (-1.0, "0.01")])
def test_a_maximum_at_the_end_of_the_range_is_refused(slope, end):
    with pytest.raises(SolveError, match=f"largest at the end of the range, mean = {end}:"):
        maximise(lambda x: slope * x, 0.01, 100, num_observations=1, name="mean")


def test_a_flat_likelihood_is_refused():
    with pytest.raises(SolveError, match=r"largest at the end|flat"):
        maximise(lambda _: -1.0, 0.01, 100, num_observations=1, name="mean")


def test_observations_that_no_parameter_allows_are_refused():
    with pytest.raises(SolveError, match=r"impossible for every mean from 0.01 to 100"):
        maximise(lambda _: -math.inf, 0.01, 100, num_observations=1, name="mean")
