"""Derivatives of probability of the first scenario by its numbers, against central differences of whole solves."""

import numpy as np
import pytest

from standoff import load, solve
from standoff.analysis.gradients import gradients
from standoff.game.compile import compile_game
from standoff.solve.equilibrium import Settings
from standoff.solve.target import Target

SHORT = ("period.horizon=3",)
# what is differentiated is the answer on its belief points, so they stay where they are while the prior moves
SETTINGS = Settings(belief_points=9, anchor=compile_game(load("iran-us-2026", overrides=SHORT)).prior_belief)
TARGETS = (Target("outcome", "deal"), Target("milestone", "strike", 2), Target("outcome", "unresolved"))
NUMBERS = ("fleet_cost", "hardline_prior", "iran_discount", "audience_cost", "players.usa.rationality")


def probability_at(changes):
    found = solve(load("iran-us-2026", overrides=[*SHORT, *changes]), SETTINGS).forecast
    outcomes = {name: series.cumulative for name, series in found.outcomes.items()}
    milestones = {name: series.cumulative for name, series in found.milestones.items()}
    return np.array([outcomes["deal"][-1], milestones["strike"][1], found.unresolved[-1]])


@pytest.fixture(scope="module")
def found():
    scenario = load("iran-us-2026", overrides=SHORT)
    return gradients(solve(scenario, SETTINGS), TARGETS)


def test_the_targets_are_the_probabilities_of_the_forecast(found):
    assert found.probabilities == pytest.approx(probability_at(()), abs=1e-12)


@pytest.mark.parametrize("name", NUMBERS)
def test_derivatives_are_central_differences_at_two_step_sizes(found, name):
    row = found[name]
    assert not row.undefined
    coarse, fine = 1e-3, 5e-4
    differences = []
    for step in (coarse, fine):
        by = step * abs(row.value)
        up, down = (probability_at((f"{name}={row.value + sign * by:.17g}",)) for sign in (1, -1))
        differences.append((up - down) / (2 * by))
    # the error of a central difference falls with the square of the step
    limit = differences[1] + (differences[1] - differences[0]) / ((coarse / fine) ** 2 - 1)
    assert row.derivatives == pytest.approx(limit, rel=1e-6, abs=1e-9)
    assert np.abs(differences[1] - row.derivatives).max() <= np.abs(differences[0] - row.derivatives).max() + 1e-9


def test_the_derivatives_of_all_probabilities_sum_to_zero():
    scenario = load("iran-us-2026", overrides=SHORT)
    every = [Target("outcome", name) for name in (*scenario.outcomes, "unresolved")]
    found = gradients(solve(scenario, SETTINGS), every, parameters=["fleet_cost", "war_cost_usa"])
    for row in found.rows:
        assert row.derivatives.sum() == pytest.approx(0, abs=1e-9 * max(1, np.abs(row.derivatives).max()))
