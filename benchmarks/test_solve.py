"""How long the main job takes. Run with `make bench`; quote medians, the machine and the date."""

import os
import resource
import subprocess
import sys
import time

import pytest

from standoff.catalog.opening import find_scenario
from standoff.game.compile import compile_game
from standoff.scenario import apply_overrides, load_scenario
from standoff.solve.equilibrium import Settings, solve


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(find_scenario("iran-us-2026"))


@pytest.fixture(scope="module")
def game(scenario):
    found = compile_game(scenario)
    solve(found, Settings(belief_points=5))  # load or compile the kernels
    return found


def cpu(function):
    start = time.process_time()
    function()
    return time.process_time() - start


@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("points", [9, 17])
def test_solve_iran_us_2026(benchmark, game, points, threads):
    """Solve, error estimate and forward pass; one thread, or as many as there are processors."""
    settings = Settings(belief_points=points, threads=threads)
    certificate = benchmark.pedantic(lambda: solve(game, settings).certificate, rounds=3)
    benchmark.extra_info |= {
        "states in a full layer": max(game.num_states),
        "nodes": certificate.nodes,
        "evaluations per node": round(certificate.evaluations / certificate.nodes, 2),
        "CPU seconds": round(cpu(lambda: solve(game, settings)), 2),
        "peak memory MB of the process so far": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def test_read_and_check(benchmark):
    benchmark.pedantic(lambda: load_scenario(find_scenario("iran-us-2026")), rounds=3)


def test_compile(benchmark, scenario):
    benchmark.pedantic(lambda: compile_game(scenario), rounds=3)


@pytest.mark.parametrize("horizon", [26, 52, 104])
def test_the_horizon(benchmark, scenario, horizon):
    longer = compile_game(apply_overrides(scenario, [f"period.horizon={horizon}"]))
    benchmark.pedantic(lambda: solve(longer, Settings(belief_points=9)), rounds=1)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["list"]])
def test_start_up(benchmark, arguments):
    command = [sys.executable, "-c", "from standoff.cli.app import main; main()", *arguments]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=5)


def test_cold_kernels(benchmark, tmp_path):
    code = (
        "from standoff import Settings, load, solve; "
        "solve(load('iran-us-2026', overrides=['period.horizon=2']), Settings(belief_points=5))"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, env=environment), rounds=1)
