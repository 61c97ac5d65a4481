from dataclasses import replace

import pytest

from standoff.analysis.executor import Remembering, Threads
from standoff.analysis.quick_solves import SolvedDraw, solve_targets
from standoff.analysis.targets import parse_targets
from standoff.errors import StandoffError
from standoff.solve.result import Settings
from standoff.workbench import load


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
    return load("cuba-1962", overrides=["period.horizon=1"]).scenario


@pytest.fixture
def solved(scenario):
    recording = Recording()

    def solving(settings, draws=({"rationality": 6.0}, {"rationality": 12.0})):
        shares = []
        targets = parse_targets(scenario, ["strike@1"])
        found = solve_targets(scenario, targets, draws, executor=recording, settings=settings, progress=shares.append)
        return found, recording.asked, shares

    return solving


def test_draws_that_are_sure_at_few_points_are_solved_once(solved):
    found, asked, shares = solved(Settings(belief_tolerance=0.1))
    assert asked == [(2, 5)]
    assert [one.belief_points for one in found] == [5, 5]
    assert shares == sorted(shares)


def test_draws_that_are_not_sure_enough_are_solved_again_at_more_points(solved):
    coarse, _, _ = solved(Settings(belief_tolerance=0.1))
    between = (coarse[0].error + coarse[1].error) / 2
    found, asked, _ = solved(Settings(belief_tolerance=between))
    assert asked[1:] == [(2, 5), (1, None)]
    again = [one.belief_points > 5 for one in found]
    assert again == [one.error > between for one in coarse]
    assert all(one.error <= between for one in found)


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
    remembering = Remembering(recording)
    draws = [{"rationality": 6.0}, {"rationality": 12.0}]
    settings = Settings(belief_points=3)
    first = solve_targets(
        scenario, parse_targets(scenario, ["strike@1"]), draws[:1], executor=remembering, settings=settings
    )
    again = solve_targets(
        scenario, parse_targets(scenario, ["strike@1", "unresolved@1"]), draws, executor=remembering, settings=settings
    )
    assert recording.asked == [(1, 3), (1, 3)]
    assert again[0].odds[0] == first[0].odds[0]
    fresh = solve_targets(
        scenario, parse_targets(scenario, ["unresolved@1"]), draws, executor=Threads(1), settings=settings
    )
    assert [one.odds[1] for one in again] == [one.odds[0] for one in fresh]


def test_no_draw_needs_no_solve(solved):
    assert solved(replace(Settings(), belief_tolerance=0.1), ())[0] == []
