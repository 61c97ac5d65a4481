"""How long many draws of one scenario take: to compile, and to solve on one thread and on two.

Run with `make bench`; quote medians, the machine and the date.
"""

import time
from itertools import cycle, islice

import numpy as np
import pytest

from standoff.catalog.opening import find_scenario
from standoff.game.compiled_scenario import CHUNK, CompiledScenario
from standoff.game.model import Game
from standoff.scenario import apply_overrides, load_scenario
from standoff.solve.batch import solve_batch
from standoff.solve.equilibrium import Settings

POINTS = Settings(belief_points=9)


# iran-us-2026 over six weeks: what is measured is what a draw costs beside another, not the horizon
OVERRIDES = {"cuba-1962": [], "iran-us-2026": ["period.horizon=6"]}


@pytest.fixture(scope="module", params=list(OVERRIDES))
def scenario(request):
    return apply_overrides(load_scenario(find_scenario(request.param)), OVERRIDES[request.param])


@pytest.fixture(scope="module")
def draws(scenario):
    """Draws in the ranges, without those in which the numbers make no game."""
    return [draw for draw, game in sampled(scenario, seed=0) if isinstance(game, Game)][:CHUNK]


def sampled(scenario, seed):
    rng = np.random.default_rng(seed)
    ranges = {name: part.range for name, part in scenario.parameters.items() if part.range}
    given = [{name: float(rng.uniform(*limits)) for name, limits in ranges.items()} for _ in range(2 * CHUNK)]
    return list(zip(given, CompiledScenario.of(scenario).make_games(given), strict=True))


def test_compile_a_batch(benchmark, scenario, draws):
    compiled = CompiledScenario.of(scenario)
    list(compiled.make_games(draws))  # meets every structure

    def slightly_other():
        # other numbers each time, so that no submodel has been asked before
        slightly_other.scale += 1e-6
        return ([{name: value * slightly_other.scale for name, value in draw.items()} for draw in draws],), {}

    slightly_other.scale = 1.0
    benchmark.pedantic(lambda given: list(compiled.make_games(given)), setup=slightly_other, rounds=5)
    benchmark.extra_info["ms a draw"] = round(1e3 * benchmark.stats.stats.median / len(draws), 2)


def test_compile_one(benchmark, scenario, draws):
    compiled = CompiledScenario.of(scenario)
    list(compiled.make_games(draws))
    turn = cycle(draws)
    benchmark.pedantic(lambda: compiled.make_game(next(turn)), rounds=30)


@pytest.mark.parametrize("threads", [1, 2])
def test_solve_a_batch(benchmark, scenario, draws, threads):
    compiled = CompiledScenario.of(scenario)
    some = draws[:8]

    def solve_all():
        kept = solve_batch(
            compiled.make_games(some), POINTS, keep=lambda found: found.certificate.residual, threads=threads
        )
        return list(kept)

    solve_all()
    before = time.process_time()
    benchmark.pedantic(solve_all, rounds=3)
    used = (time.process_time() - before) / 3
    wall = benchmark.stats.stats.median
    benchmark.extra_info |= {
        "draws a second": round(len(some) / wall, 2),
        "processors in use": round(used / wall, 2),
    }


def test_memory_is_flat(scenario, draws):
    """Not a timing: a longer batch needs no more memory at its peak than a short one."""
    import tracemalloc

    peaks = []
    compiled = CompiledScenario.of(scenario)
    for count in (4, 16):
        tracemalloc.start()
        games = compiled.make_games(islice(cycle(draws), count))
        list(solve_batch(games, Settings(belief_points=5), keep=lambda found: found.certificate.residual, threads=1))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]
