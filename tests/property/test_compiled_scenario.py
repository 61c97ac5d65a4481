"""A game filled into a structure is the game that the overridden scenario compiles to."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from same_games import differences
from standoff.catalog.opening import find_scenario
from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.game.compiled_scenario import CompiledScenario
from standoff.game.model import Game
from standoff.scenario import load_scenario, replace


@cache
def scenario_of(name):
    return load_scenario(find_scenario(name))


@cache
def compiled_of(name):
    return CompiledScenario.of(scenario_of(name))


def draws_of(name, seed, count):
    """Values anywhere in the ranges, one in ten at an end of its range."""
    rng = np.random.default_rng(seed)
    ranges = {key: part.range for key, part in scenario_of(name).parameters.items() if part.range}
    return [
        {
            key: float(rng.choice(limits) if rng.random() < 0.1 else rng.uniform(*limits))
            for key, limits in ranges.items()
        }
        for _ in range(count)
    ]


def compiled_alone(scenario, draw):
    try:
        return compile_game(replace(scenario, draw))
    except ScenarioError as error:
        return error


@pytest.mark.parametrize("name", ["cuba-1962", "iran-us-2026"])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 3))
def test_a_draw_of_a_catalogue_scenario_is_its_overridden_scenario(name, seed, count):
    draws = draws_of(name, seed, count)
    found = list(compiled_of(name).make_games(draws))
    expected = [compiled_alone(scenario_of(name), draw) for draw in draws]
    differing = [
        differences(game, other) if isinstance(game, Game) else [str(game)] * (str(game) != str(other))
        for game, other in zip(found, expected, strict=True)
    ]
    assert differing == [[]] * count


def test_these_draws_have_several_templates():
    # else the property above would not look at what it is about
    draws = draws_of("iran-us-2026", 3, 40)
    games = [
        game for game in CompiledScenario.of(scenario_of("iran-us-2026")).make_games(draws) if isinstance(game, Game)
    ]
    assert len({len(game.packages) for game in games}) > 1
    assert len({game.packages for game in games}) > 4


def test_draws_of_several_templates_are_compiled_together(monkeypatch):
    # to compile a sound draw alone is right, but takes ten times as long
    compiled = CompiledScenario.of(scenario_of("iran-us-2026"))
    monkeypatch.setattr(compiled, "_compile_alone", lambda draw: pytest.fail(f"compiled alone: {draw}"))
    assert all(isinstance(game, Game) for game in compiled.make_games(draws_of("iran-us-2026", 3, 40)))
