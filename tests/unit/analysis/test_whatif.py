import math

import numpy as np
import pytest

from standoff import load
from standoff.analysis.side_by_side import put_side_by_side
from standoff.analysis.whatif import Variant, parse_variant, parse_variants, solve_sides, whatif
from standoff.errors import InputError, SolveError
from standoff.scenario import apply_overrides
from standoff.solve.result import Settings

FIVE = Settings(belief_points=5)


def probabilities_of_war(gain, sharpness=2.0):
    return 1.0 / (1.0 + math.exp(-sharpness * gain))


@pytest.mark.parametrize(
    ("text", "name", "changes"),
    [
        ("a=1", "a=1", ("a=1",)),
        ("a=1; b=off", "a=1; b=off", ("a=1", "b=off")),
        ("a=1,b=2", "a=1; b=2", ("a=1", "b=2")),
        ("hawks: a=1", "hawks", ("a=1",)),
        ("a.range=[1, 2]; b=max(1, 2)", "a.range=[1, 2]; b=max(1, 2)", ("a.range=[1, 2]", "b=max(1, 2)")),
        ("title='one, two; three', a=1", "title='one, two; three'; a=1", ("title='one, two; three'", "a=1")),
        ("a={p: 0.5}", "a={p: 0.5}", ("a={p: 0.5}",)),
    ],
)
def test_a_variant_is_read_as_it_is_written(text, name, changes):
    assert parse_variant(text) == Variant(name, changes)


@pytest.mark.parametrize("text", ["", " ; ", ": a=1"])
def test_a_variant_that_changes_nothing_is_refused(text):
    with pytest.raises(InputError, match="is not a variant"):
        parse_variant(text)


def test_every_faulty_variant_is_reported(choice):
    with pytest.raises(InputError) as caught:
        parse_variants(["", "a=1", "a=1", ":"])
    assert [problem.code for problem in caught.value.problems] == ["variant"] * 3
    with pytest.raises(InputError) as caught:
        whatif(choice, ["gian=1", "gain=1; gain=2", "sharpness=-1"])
    assert [problem.code for problem in caught.value.problems] == ["unknown-path", "contradiction", "rationality"]


def test_a_variant_is_needed(choice):
    with pytest.raises(InputError, match="there is no variant"):
        whatif(choice, ())


def test_differences_are_those_of_the_closed_form(choice):
    found = whatif(choice, ["gain=0.5", "gain=-0.5; sharpness=3"])
    for difference, probabilities in zip(
        found.differences, (probabilities_of_war(0.5), probabilities_of_war(-0.5, 3.0)), strict=True
    ):
        assert difference["war"].change == pytest.approx(probabilities - probabilities_of_war(0.3), abs=1e-9)
        assert difference["peace"].change == pytest.approx(-difference["war"].change, abs=1e-12)
        assert difference["unresolved"].change == pytest.approx(0.0, abs=1e-12)


def test_first_moves_and_values_of_both_sides_stand_beside_each_other(choice):
    found = whatif(choice, ["gain=0.5", "stages.decide.actions.wait=off"])
    changed, forced = found.differences
    (move,) = changed.moves
    assert move.before["press"] == pytest.approx(probabilities_of_war(0.3), abs=1e-9)
    assert move.after["press"] == pytest.approx(probabilities_of_war(0.5), abs=1e-9)
    assert forced.moves[0].after == {"press": 1.0}
    assert forced.moves[0].before.keys() == {"press", "wait"}
    (value,) = forced.values
    assert value.before == pytest.approx(0.3 * probabilities_of_war(0.3), abs=1e-9)
    assert value.after == pytest.approx(0.3, abs=1e-12)


def test_a_variant_that_changes_nothing_differs_in_nothing():
    scenario = load("cuba-1962", overrides=["period.horizon=2"])
    value = scenario.parameters["war_cost"].value
    found = whatif(scenario, [f"war_cost={value} * 1"], FIVE)
    (difference,) = found.differences
    assert max(np.abs(row.change).max() for row in difference.probabilities) == 0.0
    assert not difference.is_beyond_error(0.0)


def test_a_difference_counts_from_the_sum_of_both_errors_on():
    scenario = load("cuba-1962", overrides=["period.horizon=2"])
    (difference,) = whatif(scenario, ["war_cost=3"], FIVE).differences
    first, second = solve_sides([scenario, apply_overrides(scenario, ["war_cost=3"])], ["one", "two"], FIVE)
    total = first.certificate.belief_error + second.certificate.belief_error
    assert difference.probability_error == total > 0.0
    assert difference.is_beyond_error(1.01 * total)
    assert not difference.is_beyond_error(-0.99 * total)


def test_a_hazard_that_is_off_gives_the_probabilities_of_one_that_never_happens():
    scenario = load("cuba-1962", overrides=["period.horizon=2"])
    found = whatif(scenario, ["nature.incident=off", "nature.incident.hazard=0"], FIVE)
    off, never = found.differences
    assert (
        max(
            np.abs(one.after - two.after).max() for one, two in zip(off.probabilities, never.probabilities, strict=True)
        )
        < 1e-12
    )
    assert off.is_beyond_error(off["us_soviet_war"].change[-1])


def test_swapping_the_sides_turns_the_signs(choice):
    first, second = solve_sides([choice, apply_overrides(choice, ["gain=0.5"])], ["one", "two"])
    there, back = put_side_by_side(first, second), put_side_by_side(second, first)
    assert there["war"].change == pytest.approx(-back["war"].change, abs=0.0)


def test_another_horizon_is_compared_up_to_the_nearer_one(choice):
    (difference,) = whatif(choice, ["period.horizon=2"]).differences
    assert [day.isoformat() for day in difference.dates] == ["2026-02-09", "2026-02-16"]


def test_half_as_long_a_period_is_compared_where_both_end(choice):
    (difference,) = whatif(choice, ["period.length=0.5"]).differences
    assert difference.periods.tolist() == [[0, 1], [1, 3], [2, 5], [3, 7]]


def test_a_side_without_a_solution_is_named():
    scenario = load("cuba-1962", overrides=["period.horizon=1"])
    with pytest.raises(SolveError, match="`wild`: with 33 belief points"):
        solve_sides([scenario], ["wild"], Settings(belief_tolerance=1e-16))
