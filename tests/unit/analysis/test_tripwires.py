import math

import numpy as np
import pytest

from standoff import solve
from standoff.analysis.targets import parse_targets
from standoff.analysis.tripwires import parse_answer, tripwires
from standoff.errors import InputError, SolveError
from standoff.scenario import apply_overrides


def found_in(scenario, answer=None, **options):
    return tripwires(solve(scenario), answer, **options)


def test_the_flip_is_enclosed_where_the_closed_form_has_it(choice):
    """War and peace are as likely as each other where pressing on is worth nothing."""
    found = found_in(choice)
    gain = found.rows[0]
    assert [target.name for target in found.candidates] == ["war", "peace", "unresolved"]
    assert found.answer == 0
    assert (gain.name, gain.answer) == ("gain", 1)
    assert gain.flips_at < 0.0 <= gain.holds_at
    assert gain.holds_at - gain.flips_at <= 0.01 * 2.0
    assert gain.share_of_range == pytest.approx(0.15, abs=0.01)
    assert gain.probabilities[1] == pytest.approx(1.0 / (1.0 + math.exp(2.0 * gain.flips_at)), abs=1e-8)


def test_what_only_sharpens_the_choice_flips_nothing(choice):
    sharpness = found_in(choice).rows[1]
    assert (sharpness.name, sharpness.flips_at, sharpness.answer) == ("sharpness", None, None)
    assert math.isinf(sharpness.share_of_range)
    assert sharpness.failures == ()


def test_only_those_that_move_the_lead_farthest_are_looked_at_where_so_many_are_asked_for(choice):
    found = found_in(choice, num_strongest=1)
    assert [row.name for row in found.rows] == ["gain"]
    assert found.skipped == ("sharpness",)
    assert found.rows[0].flips_at == found_in(choice).rows[0].flips_at
    assert found_in(choice).skipped == ()


def test_a_flip_beyond_the_range_is_not_reported(choice):
    found = found_in(apply_overrides(choice, ["gain.range=[0.05, 1]"]))
    assert found.flipping == ()


def test_the_nearer_of_two_flips_is_reported(choice):
    """Pressing on is worth 1 - 6 (gain - 0.3)^2, so peace is the likelier from 0.3 ± 0.408 on."""
    two_sided = apply_overrides(choice, ["stages.decide.actions.press.payoffs.north=1 - 6 * (gain - 0.3)^2"])
    narrow = apply_overrides(two_sided, ["gain.range=[-3, 1]"])
    gain = next(row for row in found_in(narrow).rows if row.name == "gain")
    assert gain.flips_at == pytest.approx(0.3 + 1 / math.sqrt(6), abs=0.01)


def test_a_flip_on_the_way_to_an_end_that_flips_back_is_seen_where_the_lead_is_low(choice):
    """With x the way from 0.3 to 1, pressing on is worth 0.6 at the start, 0.1 at the end and less than 0 in between."""
    way = "(gain - 0.3) / 0.7"
    dips = [f"stages.decide.actions.press.payoffs.north=0.6 - 3.3 * {way} + 2.8 * ({way})^2", "gain.range=[0.3, 1]"]
    gain = found_in(apply_overrides(choice, dips), parameters=["gain"]).rows[0]
    x = (3.3 - math.sqrt(3.3**2 - 4 * 2.8 * 0.6)) / (2 * 2.8)
    assert gain.flips_at == pytest.approx(0.3 + 0.7 * x, abs=0.007)


def test_which_of_two_targets_is_the_likelier_can_flip(choice):
    found = found_in(choice, "peace>war")
    assert found.candidates == parse_targets(choice, ["peace", "war"])
    assert found.answer == 1
    assert found.flipping[0].name == "gain"


def test_an_answer_within_the_error_is_refused(choice):
    even = apply_overrides(choice, ["gain=0"])
    with pytest.raises(SolveError, match=r"no answer to change: `(War|Peace) by 2 March 2026` leads"):
        found_in(even)


def test_the_slope_is_that_of_the_lead(choice):
    """d(P - (1 - P))/dgain = 2 * sharpness * P (1 - P)."""
    probabilities = 1.0 / (1.0 + math.exp(-0.6))
    assert found_in(choice).rows[0].slope == pytest.approx(4.0 * probabilities * (1.0 - probabilities), rel=1e-6)


def test_values_without_a_solution_are_reported_and_nothing_beyond_them(choice):
    broken = apply_overrides(choice, ["stages.decide.rate=min(1, 0.2 + 2 * gain)"])
    found = found_in(broken, parameters=["gain"])
    (gain,) = found.rows
    assert gain.flips_at is None
    assert found.unknown == (gain,)
    assert any("the rate is -0.5" in reason for reason in gain.failures)


def test_the_flip_is_ahead_by_more_than_the_error(choice):
    gain = found_in(choice).rows[0]
    first, second = np.sort(gain.probabilities)[::-1][:2]
    assert first - second > 2.0 * gain.error


@pytest.mark.parametrize("text", ["war", "war>", "war>peace>war", "war>war"])
def test_what_is_no_answer_is_refused(choice, text):
    with pytest.raises(InputError, match="answer"):
        parse_answer(choice, text)


def test_every_faulty_parameter_is_reported(choice):
    with pytest.raises(InputError) as caught:
        found_in(choice, parameters=["gian", "spare", "gain"])
    assert [problem.code for problem in caught.value.problems] == ["unknown-name", "no-range"]
    assert "did you mean `gain`" in str(caught.value)


def test_a_date_is_that_of_the_most_likely_outcome(choice):
    assert {target.periods for target in parse_answer(choice, "@2")} == {2}
