import math

import pytest

from standoff.submodels import Attack, ElasticityPair, InterceptorLayer, OilShock, SalvoSubmodel, solve_salvo_exchange
from standoff.submodels.arguments import check_at_least, check_number, check_probability

OIL = {
    "flow_mbd": 20,
    "bypass_mbd": 2.6,
    "world_mbd": 100,
    "supply_elasticity": 0.1,
    "demand_elasticity": -0.2,
    "price_usd": 70,
}


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: Attack(-1, 1), "stock must be at least 0, not `-1`"),
        (lambda: Attack(math.nan, 1), "stock must be a finite number, not `nan`"),
        (lambda: Attack(1, math.inf), "launchers must be a finite number, not `inf`"),
        (lambda: Attack(1, 1, launcher_loss=1.5), r"launcher_loss must lie in \[0, 1\], not `1.5`"),
        (lambda: Attack(1, 1, salvos=0), "salvos must be at least 1, not `0`"),
        (lambda: Attack(1, 1, reliability=-0.1), r"reliability must lie in \[0, 1\], not `-0.1`"),
        (lambda: Attack(30_000, 30_000), "stock: at most 20000 missiles .* not `30000`"),
        (lambda: InterceptorLayer("upper", -1, 0.5), "layer upper: interceptors must be at least 0, not `-1`"),
        (lambda: InterceptorLayer("upper", 1, 1.2), r"layer upper: kill_probability must lie in \[0, 1\], not `1.2`"),
        (lambda: InterceptorLayer("upper", 1, 0.5, 0), "layer upper: shots_per_target must be at least 1, not `0`"),
        (lambda: InterceptorLayer("upper", 1, 0.5, 1, 2), r"layer upper: readiness must lie in \[0, 1\], not `2`"),
        (
            lambda: solve_salvo_exchange(Attack(1, 1), [], readiness=math.nan),
            "readiness must be a finite number, not `nan`",
        ),
        (lambda: solve_salvo_exchange(Attack(1, 1), []).compute_interval(2), r"level must lie in \[0, 1\], not `2`"),
        (lambda: SalvoSubmodel(-4, 0, 1, 1, ()), "launchers must be at least 0, not `-4`"),
        (lambda: ElasticityPair("x", -0.1, -0.1), "supply elasticity must be at least 0, not `-0.1`"),
        (lambda: ElasticityPair("x", 0.1, 0.1), "demand elasticity must be at most 0, not `0.1`"),
        (lambda: ElasticityPair("x", 0.0, 0.0), "must not both be 0"),
        (lambda: OilShock(**{**OIL, "bypass_mbd": -1}), "bypass_mbd must be at least 0, not `-1`"),
        (lambda: OilShock(**{**OIL, "flow_mbd": 100}), "flow_mbd must be below world_mbd `100`, not `100`"),
        (lambda: OilShock(**{**OIL, "price_usd": 0}), "price_usd must be above 0, not `0.0`"),
        (lambda: OilShock(**OIL).price(1.5), r"closure must lie in \[0, 1\], not `1.5`"),
        (lambda: OilShock(**OIL).price([0.5, math.nan]), r"closure must lie in \[0, 1\], not `nan`"),
        (lambda: OilShock(**OIL).price("half"), "closure must be a number or an array of numbers, not `'half'`"),
        (lambda: OilShock(**OIL).price_band(1.0, pairs=()), "pairs must hold at least two pairs .* not `0`"),
    ],
)
def test_a_refused_argument_is_named_and_shown(build, says):
    with pytest.raises(ValueError, match=says):
        build()


@pytest.mark.parametrize("value", ["3", None, True, [1.0], math.inf])
def test_what_is_not_a_finite_number_is_refused(value):
    with pytest.raises(ValueError, match="stock must be a"):
        check_number("stock", value)


@pytest.mark.parametrize("edge", [0, 1])
def test_the_ends_of_the_unit_interval_are_allowed(edge):
    assert check_probability("readiness", edge) == edge


def test_the_smallest_value_is_allowed():
    assert check_at_least("stock", 0, 0) == 0.0
