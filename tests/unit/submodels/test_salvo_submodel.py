import numpy as np
import pytest

from standoff.submodels import InterceptorLayer, SalvoSubmodel, solve_salvo_exchange

UPPER = InterceptorLayer("upper", 20, 0.6, 2)
LOWER = InterceptorLayer("lower", 15, 0.5)
MODEL = SalvoSubmodel(launchers=20, launcher_loss=0.1, salvos=3, reliability=0.9, layers=(UPPER, LOWER))
PLAIN = {
    "launchers": 20,
    "launcher_loss": 0.1,
    "salvos": 3,
    "reliability": 0.9,
    "layers": [
        {"name": "upper", "interceptors": 20, "kill_probability": 0.6, "shots_per_target": 2},
        {"name": "lower", "interceptors": 15, "kill_probability": 0.5},
    ],
}


@pytest.mark.parametrize(
    ("method", "field"), [("leakers", "leakers"), ("spread", "spread"), ("exhausted", "exhausted")]
)
def test_a_method_is_a_field_of_the_exchange(method, field):
    result = solve_salvo_exchange(MODEL.build_attack(40.5), MODEL.layers, 0.7)
    assert getattr(MODEL, method)(40.5, 0.7) == getattr(result, field)


@pytest.mark.parametrize("method", ["leakers", "spread", "exhausted"])
def test_an_array_is_its_elements(method):
    function = getattr(MODEL, method)
    stocks, shares = np.array([[0.0], [30.0], [30.0]]), np.array([0.0, 0.5, 1.0, 0.5])
    table = [[function(stock, share) for share in shares.tolist()] for stock in stocks[:, 0].tolist()]
    np.testing.assert_array_equal(function(stocks, shares), table)


def test_an_empty_array_stays_empty():
    assert MODEL.leakers(np.zeros((0, 2)), 0.5).shape == (0, 2)


def test_two_numbers_give_a_float():
    assert isinstance(MODEL.leakers(30, 0.5), float)


def test_numpy_numbers_are_numbers():
    assert MODEL.leakers(np.float64(30), np.int64(1)) == MODEL.leakers(30, 1.0)


def test_plain_numbers_from_a_file_build_the_same():
    assert SalvoSubmodel.from_mapping(PLAIN) == MODEL


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"launcher": 3}, "salvo: unknown field `launcher`; the fields are launchers, "),
        ({"layers": 3}, "salvo.layers must be a list, not `3`"),
        ({"layers": [3]}, "salvo.layers: `3` must be a mapping"),
        ({"layers": [{"name": "a"}]}, r"salvo.layers: missing field `interceptors`; the fields are name, "),
        ({"layers": [{**PLAIN["layers"][0], "pk": 1}]}, "salvo.layers: unknown field `pk`"),
        ({"salvos": 0}, "salvos must be at least 1, not `0`"),
    ],
)
def test_a_fault_in_a_file_is_named(change, says):
    with pytest.raises(ValueError, match=says):
        SalvoSubmodel.from_mapping({**PLAIN, **change})


@pytest.mark.parametrize(
    ("stock", "readiness", "says"),
    [
        (-1, 0.5, "stock must be at least 0, not `-1.0`"),
        (np.array([1.0, np.nan]), 0.5, "stock must be a finite number, not `nan`"),
        (10, np.array([0.5, 1.5]), r"readiness must lie in \[0, 1\], not `1.5`"),
    ],
)
def test_a_refused_argument_is_named(stock, readiness, says):
    with pytest.raises(ValueError, match=says):
        MODEL.leakers(stock, readiness)
