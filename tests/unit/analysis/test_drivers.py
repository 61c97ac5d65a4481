import math

import numpy as np
import pytest

from standoff import load, solve
from standoff.analysis.drivers import drivers
from standoff.analysis.executor import Threads
from standoff.errors import InputError, SolveError
from standoff.scenario import apply_overrides


def probabilities_of_war(gain, sharpness=2.0):
    return 1.0 / (1.0 + math.exp(-sharpness * gain))


def found_in(scenario, **options):
    return drivers(solve(scenario), ["war"], **options)


@pytest.fixture
def found(choice):
    return found_in(choice)


def test_derivative_and_elasticity_are_those_of_the_closed_form(found):
    """dP/dgain = sharpness P (1 - P), so the elasticity is sharpness * gain * (1 - P)."""
    probabilities = probabilities_of_war(0.3)
    gain = found["gain"]
    assert found.probabilities == pytest.approx([probabilities], abs=1e-9)
    assert gain.derivative == pytest.approx([2.0 * probabilities * (1.0 - probabilities)], rel=1e-6)
    assert gain.elasticity == pytest.approx([0.6 * (1.0 - probabilities)], rel=1e-6)


def test_the_tornado_solves_both_ends_of_a_range(found):
    probabilities = probabilities_of_war(0.3)
    ends = np.array([[probabilities_of_war(-1.0) - probabilities, probabilities_of_war(1.0) - probabilities]])
    assert found["gain"].tornado == pytest.approx(ends, abs=1e-8)
    assert found["gain"].swing == pytest.approx([probabilities_of_war(1.0) - probabilities_of_war(-1.0)], abs=1e-8)
    ends = np.array([[probabilities_of_war(0.3, 1.0) - probabilities, probabilities_of_war(0.3, 3.0) - probabilities]])
    assert found["sharpness"].tornado == pytest.approx(ends, abs=1e-8)
    assert found.num_solves == 4


def test_what_bends_over_its_range_is_marked_and_what_does_not_is_not(choice, found):
    """At gain 1 the probabilities rise by 0.235, of which the derivative would make 0.320."""
    assert found["gain"].is_nonlinear.tolist() == [True]
    narrow = found_in(apply_overrides(choice, ["gain.range=[0.2, 0.4]"]))
    assert narrow["gain"].is_nonlinear.tolist() == [False]
    assert narrow["gain"].tornado == pytest.approx(narrow["gain"].linear, abs=2e-3)


def test_drivers_are_ranked_by_their_swing_and_those_without_a_range_come_last(found):
    assert [row.name for row in found.rows[:2]] == ["gain", "sharpness"]
    assert {row.name for row in found.rows[2:]} == {"spare", "players.north.discount"}
    assert found["spare"].range is None
    assert np.isnan(found["spare"].swing).all()


def test_a_number_of_a_player_that_is_a_parameter_is_reported_once(found):
    assert "players.north.rationality" not in [row.name for row in found.rows]


def test_unsourced_drivers_are_those_which_rest_on_no_document(choice, found):
    assert (found["gain"].source, found["sharpness"].source, found["spare"].source) == ("judgement", "evidence", "none")
    assert found.unsourced_drivers == ("gain",)
    assert found_in(apply_overrides(choice, ["gain.range=[0.29, 0.31]"]), top=1).unsourced_drivers == ()


def test_only_the_strongest_by_derivative_are_solved_where_so_many_are_asked_for(choice):
    """At its ends gain moves the probabilities by 0.59 by derivative, sharpness by 0.07."""
    found = found_in(choice, num_tornado=1)
    assert np.isfinite(found["gain"].tornado).all()
    assert np.isnan(found["sharpness"].tornado).all()
    assert found["sharpness"].swing == pytest.approx([found["sharpness"].derivative[0] * 2.0], rel=1e-12)
    assert found.num_solves == 2


def test_without_a_tornado_the_swing_is_that_of_the_derivative(choice):
    found = found_in(choice, num_tornado=0)
    gain = found["gain"]
    assert np.isnan(gain.tornado).all()
    assert gain.swing == pytest.approx([gain.derivative[0] * 2.0], rel=1e-12)
    assert found.num_solves == 0


def test_an_end_without_a_solution_is_reported_and_has_no_swing(choice):
    broken = apply_overrides(choice, ["stages.decide.rate=1.05 - gain", "gain.range=[-1, 1.5]"])
    row = found_in(broken)["gain"]
    assert "the rate is -0.45" in row.failures[1]
    assert row.failures[0] == ""
    assert np.isnan(row.swing).all()
    assert row.largest_swing == -1.0


def test_where_a_parameter_turns_there_is_no_derivative_but_a_swing(choice):
    row = found_in(apply_overrides(choice, ["stages.decide.actions.press.payoffs.north=max(gain, 0.3)"]))["gain"]
    assert np.isnan(row.derivative).all()
    assert "have a kink at the value" in row.undefined
    assert row.swing == pytest.approx([probabilities_of_war(1.0) - probabilities_of_war(0.3)], abs=1e-8)


@pytest.mark.parametrize("draws", [1, 32, 63])
def test_draws_that_cannot_be_used_are_refused(choice, draws):
    with pytest.raises(InputError, match=f"draws: `{draws}` is not a number of draws"):
        found_in(choice, num_draws=draws)


def test_a_scenario_without_ranges_cannot_be_drawn_from(choice):
    with pytest.raises(InputError, match="no-range"):
        found_in(apply_overrides(choice, ["gain.range=null", "sharpness.range=null"]), num_draws=64)


def test_global_indices_rank_as_the_tornado_does(choice):
    pytest.importorskip("SALib")
    found = found_in(choice, num_draws=128, executor=Threads(1))
    assert found.indices is not None
    assert found.indices.names == ("gain", "sharpness")
    gain, sharpness = found.indices.first_order[:, 0]
    assert gain > 0.8
    assert sharpness < 0.2
    assert found.indices.pawn[0, 0] > found.indices.pawn_noise[0]


def test_draws_without_a_solution_are_left_out_and_counted(choice):
    pytest.importorskip("SALib")
    broken = apply_overrides(choice, ["stages.decide.rate=0.9 - gain"])
    found = found_in(broken, num_draws=128, num_tornado=0)
    assert found.indices is not None
    assert 0 < found.num_failed_draws < 15
    assert found.indices.num_draws == 128 - found.num_failed_draws
    with pytest.raises(SolveError, match="of 64 draws have a solution"):
        found_in(broken, num_draws=64, num_tornado=0)


def test_with_private_types_every_end_is_as_sure_as_a_forecast():
    scenario = load("cuba-1962", overrides=["period.horizon=2"])
    chosen = {name: parameter for name, parameter in scenario.parameters.items() if parameter.range}
    off = [f"{name}.range=null" for name in chosen if name not in {"rationality", "bold_prior"}]
    scenario = apply_overrides(scenario, off)
    solution = solve(scenario)
    equilibrium = solution.equilibrium
    found = drivers(solution, ["strike@2"])
    assert found.num_solves == 4
    assert 0.0 < found.tornado_error <= equilibrium.settings.belief_tolerance
    sure = solve(apply_overrides(scenario, ["rationality=12"])).equilibrium
    strike = sure.sweep.milestones[-1, [m.name for m in sure.game.milestones].index("strike")]
    error = found.tornado_error + sure.certificate.belief_error + equilibrium.certificate.belief_error
    assert found["rationality"].tornado[0, 1] == pytest.approx(strike - found.probabilities[0], abs=error)
