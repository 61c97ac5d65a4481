"""Regime maps, on a crisis in which the border is known: war and peace are equally likely where they pay the same."""

import numpy as np
import pytest

from standoff.analysis.executor import Threads
from standoff.analysis.regime_border import PROBABILITY_TOLERANCE, MapAxis
from standoff.analysis.regime_map import parse_axis, regime_map
from standoff.errors import InputError
from standoff.solve.target import Target
from tiny import RATIONALITY, probabilities_of_war, tiny

THIRD = (
    ("  peace:", "  third: {value: -1.0, range: [-1, 1], judgement: for a test}\n  peace:"),
    ("      settle:", "      wait: {label: wait, leads_to: {outcome: limbo}}\n      settle:"),
    ("  deal: {label: Deal", "  limbo: {label: Limbo, payoffs: {a: third}}\n  deal: {label: Deal"),
)


def values(low, high, count):
    return tuple(np.linspace(low, high, count).tolist())


@pytest.fixture(scope="module")
def found():
    x, y = MapAxis("war", values(-0.95, 1, 5)), MapAxis("peace", values(-1, 0.9, 4))
    return regime_map(tiny(), x, y, executor=Threads(1))


def test_probabilities_and_dominant_outcomes_are_those_of_the_formula(found):
    x, y = np.meshgrid(found.x.values, found.y.values, indexing="ij")
    assert found.probabilities[:, :, 0] == pytest.approx(probabilities_of_war(x, y), abs=1e-9)
    assert found.probabilities.sum(axis=2) == pytest.approx(np.ones((5, 4)), abs=1e-12)
    assert (found.dominant == np.where(x > y, 0, 1)).all()
    assert (found.target_probabilities == found.probabilities[:, :, 0]).all()
    assert found.certificate.residual < 1e-8


def test_the_border_lies_where_both_pay_the_same(found):
    """The probabilities differ by tanh(rationality (x - y) / 2), so a difference below d means |x - y| < 2 d /
    rationality, nearly."""
    assert found.border
    for point in found.border:
        assert abs(point.x - point.y) < 1.01 * 2 * PROBABILITY_TOLERANCE / RATIONALITY
        assert point.difference < PROBABILITY_TOLERANCE
        assert point.probability == pytest.approx(0.5, abs=PROBABILITY_TOLERANCE)


def test_every_line_between_neighbours_that_differ_has_one_place_of_the_border(found):
    dominant = found.dominant
    flips = (dominant[1:] != dominant[:-1]).sum() + (dominant[:, 1:] != dominant[:, :-1]).sum()
    assert len(found.border) == flips
    assert found.certificate.solves <= dominant.size + 6 * flips


def test_a_third_outcome_on_the_way_has_borders_on_both_sides():
    """On the line from war = 1 to peace = 1 limbo, which pays 0.2, is the best for a while in the middle."""
    scenario = tiny(
        *THIRD,
        ("third: {value: -1.0", "third: {value: 0.2"),
        ("peace: {value: 0.2, range: [-1, 1]", "peace: {value: 0 - war, range: [-1, 1]"),
    )
    found = regime_map(scenario, MapAxis("war", (-1.0, 1.0)), MapAxis("third", (0.2, 0.21)), executor=Threads(1))
    lower = [(point.x, point.first, point.second) for point in found.border if point.y == 0.2]
    assert [(first, second) for _, first, second in lower] == [("deal", "limbo"), ("limbo", "war_ends")]
    assert [x for x, _, _ in lower] == pytest.approx([-0.2, 0.2], abs=5e-3)


def test_points_that_make_no_game_are_reported():
    scenario = tiny(
        ("fight: {label: fight, leads_to: {outcome: war_ends}}",
         "fight: {label: fight, leads_to: [{p: 0.1 + war, outcome: war_ends}, {p: 0.9 - war}]}"),
    )  # fmt: skip
    found = regime_map(scenario, MapAxis("war", (0.0, 0.5, 1.0)), MapAxis("peace", (0.0, 1.0)), executor=Threads(1))
    assert [(i, j) for i, j, _ in found.failures] == [(2, 0), (2, 1)]
    assert "probability" in found.failures[0][2]
    assert found.dominant[2].tolist() == [-1, -1]
    assert np.isnan(found.probabilities[2]).all()


def test_the_date_of_a_target_is_the_date_of_the_map():
    found = regime_map(
        tiny(),
        MapAxis("war", (0.0, 0.5)),
        MapAxis("peace", (0.0, 1.0)),
        target=Target("outcome", "deal", 1),
        executor=Threads(1),
    )
    assert found.target_probabilities == pytest.approx(found.probabilities[:, :, 1])


def test_an_axis_is_read_as_people_write_it():
    assert parse_axis(tiny(), "war").values == pytest.approx(np.linspace(-1, 1, 9))
    assert parse_axis(tiny(), "war=0:1:3") == MapAxis("war", (0.0, 0.5, 1.0))
    assert len(parse_axis(tiny(), "war = 0:1").values) == 9


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("wor", "unknown-parameter"),
        ("war=1:0:3", "axis"),
        ("war=0:1:1", "axis"),
        ("war=0:1:2:3", "axis"),
        ("war=a:b", "axis"),
        ("war=0:inf:3", "axis"),
        ("war=", "axis"),
    ],
)
def test_a_wrong_axis_is_refused(text, code):
    with pytest.raises(InputError) as caught:
        parse_axis(tiny(), text)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_one_parameter_makes_no_map():
    with pytest.raises(InputError, match="both axes are `war`"):
        regime_map(tiny(), MapAxis("war", (0.0, 1.0)), MapAxis("war", (0.0, 1.0)))
