import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.submodels import PUBLISHED_ELASTICITIES, ElasticityPair, OilShock, OilSubmodel

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "salvo_exchanges.json").read_text(encoding="utf-8"))["oil"]
HORMUZ = {"flow_mbd": 20, "bypass_mbd": 2.6, "world_mbd": 100, "price_usd": 69}
SHOCK = OilShock(**HORMUZ, supply_elasticity=0.15, demand_elasticity=-0.35)


@pytest.mark.parametrize(
    ("closure", "loss"), [(0.0, 0.0), (0.13, 0.0), (0.1, 0.0), (0.5, 0.074), (1.0, GOLDEN["loss"])]
)
def test_the_loss_is_what_the_bypass_does_not_carry(closure, loss):
    assert SHOCK.loss(closure) == pytest.approx(loss, abs=1e-15)


@pytest.mark.parametrize("pair", PUBLISHED_ELASTICITIES, ids=lambda pair: pair.source)
def test_the_price_of_full_closure_under_each_published_pair(pair):
    shock = OilShock(**HORMUZ, supply_elasticity=pair.supply, demand_elasticity=pair.demand)
    assert shock.price_change(1.0) == pytest.approx(GOLDEN["log_changes"][pair.source], abs=GOLDEN["tolerance"])


def test_the_price_is_the_closed_form():
    # q = (20 - 2.6) / 100 = 0.174; e_s - e_d = 0.5; P = 69 / 0.826^2
    assert SHOCK.price(1.0) == pytest.approx(69 / 0.826**2, rel=1e-14)


def test_the_band_holds_every_published_pair_from_low_to_high():
    band = SHOCK.price_band(1.0)
    assert [edge.elasticities.source for edge in band] == list(GOLDEN["log_changes"])


def test_the_band_does_not_depend_on_the_shock_own_elasticities():
    other = OilShock(**HORMUZ, supply_elasticity=0.5, demand_elasticity=-0.5)
    assert other.price_band(0.7) == SHOCK.price_band(0.7)


def test_a_band_of_ones_own_pairs_is_sorted():
    band = SHOCK.price_band(1.0, [ElasticityPair("steep", 0.0, -0.1), ElasticityPair("flat", 0.5, -0.5)])
    assert [edge.elasticities.source for edge in band] == ["flat", "steep"]


def test_the_extreme_pair_is_printed_nevertheless():
    # 69 exp(0.1911605055 / 0.038): a hundred and fifty times the price
    assert SHOCK.price_band(1.0)[-1].price == pytest.approx(69 * math.exp(5.0305396174), rel=1e-9)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_closure_never_lowers_the_price(one, other):
    low, high = sorted((one, other))
    assert SHOCK.price(low) <= SHOCK.price(high)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.0, -0.01))
def test_at_the_new_price_the_market_clears(closure, supply, demand):
    shock = OilShock(**HORMUZ, supply_elasticity=supply, demand_elasticity=demand)
    price = np.exp(shock.price_change(closure))
    assert (1 - shock.loss(closure)) * price**supply == pytest.approx(price**demand, rel=1e-9)


@pytest.mark.parametrize("method", ["loss", "price_change", "price"])
def test_an_array_is_its_elements(method):
    function = getattr(SHOCK, method)
    closures = np.array([[0.0, 0.2], [0.5, 1.0]])
    np.testing.assert_allclose(
        function(closures), [[function(c) for c in row] for row in closures.tolist()], rtol=1e-15
    )


@pytest.mark.parametrize("method", ["loss", "price_change", "price"])
def test_a_number_gives_a_float(method):
    assert isinstance(getattr(SHOCK, method)(0.5), float)


def test_plain_numbers_from_a_file_build_the_same():
    assert OilSubmodel.from_mapping({**HORMUZ, "supply_elasticity": 0.15, "demand_elasticity": -0.35}) == SHOCK


@pytest.mark.parametrize(
    ("values", "says"),
    [(HORMUZ, "oil: missing field `demand_elasticity`"), ({**HORMUZ, "a_flow": 1}, "oil: unknown field `a_flow`")],
)
def test_a_fault_in_a_file_is_named(values, says):
    with pytest.raises(ValueError, match=says):
        OilShock.from_mapping(values)


def test_a_price_too_large_for_a_number_is_refused():
    shock = OilShock(**HORMUZ, supply_elasticity=0.0, demand_elasticity=-1e-4)
    with pytest.raises(ValueError, match=r"elasticities `0.0` and `-0.0001` are too small"):
        shock.price(1.0)
