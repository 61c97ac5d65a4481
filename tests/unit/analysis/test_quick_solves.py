from dataclasses import replace

import numpy as np
import pytest

from standoff import load
from standoff.analysis.executor import MemoisingExecutor, Threads
from standoff.analysis.quick_solves import SolvedDraw, solve_targets
from standoff.analysis.resolution import Solved
from standoff.analysis.targets import parse_targets
from standoff.errors import SolveError, StandoffError
from standoff.game.compile import compile_game
from standoff.scenario import replace as replace_parameters
from standoff.solve.equilibrium import solve
from standoff.solve.result import Settings


class Recording:
    """Solves in this process and remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def solve_draws(self, scenario, draws, settings, keep):
        chosen = list(draws)
        self.asked.append((len(chosen), settings.belief_points))
        # in another order than asked for, as several machines would
        answers = list(Threads(1).solve_draws(scenario, chosen, settings, keep))
        yield from reversed(answers)


@pytest.fixture(scope="module")
def scenario():
    return load("cuba-1962", overrides=["period.horizon=1"])


@pytest.fixture
def solved(scenario):
    recording = Recording()

    def solving(settings, draws=({"rationality": 6.0}, {"rationality": 12.0})):
        shares = []
        targets = parse_targets(scenario, ["strike@1"])
        found = solve_targets(scenario, targets, draws, executor=recording, settings=settings, progress=shares.append)
        return found, recording.asked, shares

    return solving


def test_draws_of_which_the_first_points_agree_are_solved_no_further(solved):
    found, asked, shares = solved(Settings(belief_tolerance=0.2))
    assert asked == [(2, 3)]
    assert [one.belief_points for one in found] == [5, 5]
    assert shares == sorted(shares)


def test_draws_that_are_not_sure_enough_are_solved_at_more_points(solved):
    coarse, _, _ = solved(Settings(belief_tolerance=0.2))
    between = (coarse[0].error + coarse[1].error) / 2
    found, _, _ = solved(Settings(belief_tolerance=between))
    again = [one.belief_points > 5 for one in found]
    assert again == [one.error > between for one in coarse]
    assert all(one.error <= between for one in found)


def test_the_estimated_error_is_three_times_the_difference_of_the_last_two(scenario, solved):
    (found,), _, _ = solved(Settings(belief_tolerance=0.2), ({"rationality": 6.0},))
    game = compile_game(replace_parameters(scenario, {"rationality": 6.0}))
    coarse, fine = (Solved.of(solve(game, Settings(belief_points=n, estimate_error=False))) for n in (3, 5))
    apart = 3.0 * np.max(np.abs(fine.probabilities - coarse.probabilities))
    assert apart > fine.belief_error  # else the gap of the finer one would be reported
    assert found.error == pytest.approx(apart, rel=1e-6)


def test_a_draw_that_would_take_too_long_is_refused_with_the_reason(solved, monkeypatch):
    monkeypatch.setattr("standoff.analysis.resolution.MOST_EVALUATIONS", 10.0)
    (found,), _, _ = solved(Settings(belief_tolerance=0.2), ({"rationality": 6.0},))
    assert isinstance(found, SolveError)
    assert "with 3 belief points the error of the probabilities exceeds 2.0e-01, and 5 points would take about" in str(
        found
    )


def test_points_that_were_asked_for_are_kept(solved):
    found, asked, shares = solved(Settings(belief_points=3, belief_tolerance=1e-9))
    assert asked == [(2, 3)]
    assert [one.belief_points for one in found] == [3, 3]
    assert shares[-1] == 1.0


def test_a_draw_without_a_solution_is_an_error_in_its_place(solved):
    found, _, _ = solved(Settings(belief_tolerance=0.1), ({"rationality": -1.0}, {"rationality": 6.0}))
    assert isinstance(found[0], StandoffError)
    assert isinstance(found[1], SolvedDraw)


def test_what_was_asked_before_is_not_solved_again(scenario):
    recording = Recording()
    memoising = MemoisingExecutor(recording)
    draws = [{"rationality": 6.0}, {"rationality": 12.0}]
    settings = Settings(belief_points=3)
    first = solve_targets(
        scenario, parse_targets(scenario, ["strike@1"]), draws[:1], executor=memoising, settings=settings
    )
    again = solve_targets(
        scenario, parse_targets(scenario, ["strike@1", "unresolved@1"]), draws, executor=memoising, settings=settings
    )
    assert recording.asked == [(1, 3), (1, 3)]
    assert again[0].probabilities[0] == first[0].probabilities[0]
    fresh = solve_targets(
        scenario, parse_targets(scenario, ["unresolved@1"]), draws, executor=Threads(1), settings=settings
    )
    assert [one.probabilities[1] for one in again] == [one.probabilities[0] for one in fresh]


def test_no_draw_needs_no_solve(solved):
    assert solved(replace(Settings(), belief_tolerance=0.1), ())[0] == []
