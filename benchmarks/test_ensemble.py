"""What a draw of an ensemble costs beside its solve, and how many draws are solved a second here and on Ray.

Run with `make bench`; quote medians, the machine and the date. Ray runs need the extra `cluster`, the folder the extra `parquet`.
"""

import time
import tracemalloc

import numpy as np
import pytest

from standoff.analysis.draw_keys import describe_ensemble
from standoff.analysis.ensemble import ensemble
from standoff.analysis.ensemble_result import list_series
from standoff.analysis.executor import Threads
from standoff.analysis.resolution import Solved, keep_probabilities, skip_estimate
from standoff.analysis.sampling import Sampler
from standoff.catalog.opening import find_scenario
from standoff.scenario import apply_overrides, load_scenario
from standoff.solve.equilibrium import Settings

SETTINGS = Settings(belief_tolerance=5e-3)
MANY = 4096


class Answered:
    """An executor that has the answer at once, so that all time is spent beside the solve."""

    def __init__(self, scenario):
        shape = (scenario.num_periods, len(list_series(scenario)))
        self.solved = Solved(np.full(shape, 0.1), 1e-9, 0.1, 0.0, 1e-12, 5, 1, 1, 0)

    def solve_draws(self, scenario, draws, settings, keep):  # noqa: ARG002
        for k, _ in enumerate(draws):
            yield k, self.solved


@pytest.fixture(scope="module")
def iran():
    return load_scenario(find_scenario("iran-us-2026"))


def a_draw(benchmark, count):
    benchmark.extra_info["us a draw"] = round(1e6 * benchmark.stats.stats.median / count, 1)


def test_make_draws(benchmark, iran):
    """109 parameters."""
    sampler = Sampler.of(iran, seed=0)
    benchmark.pedantic(lambda: list(sampler.make_draws(range(MANY))), rounds=5)
    a_draw(benchmark, MANY)


@pytest.mark.parametrize("drawn", [2, 109])
def test_everything_beside_the_solve(benchmark, iran, drawn):
    """Draws, bookkeeping, the table of probabilities; `drawn` parameters."""
    held = [f"{name}={iran.parameters[name].value.source}" for name in list(iran.parameters)[drawn:]]
    scenario = apply_overrides(iran, held) if held else iran
    executor = Answered(scenario)
    benchmark.pedantic(lambda: ensemble(scenario, MANY, settings=SETTINGS, executor=executor), rounds=5)
    a_draw(benchmark, MANY)


def test_keep_draws_in_a_folder(benchmark, iran, tmp_path):
    """What the folder adds: small files while it runs, and the tables at the end."""
    pytest.importorskip("pyarrow")
    from standoff.execution.folder import EnsembleFolder

    described = describe_ensemble(iran, seed=0, settings=SETTINGS)
    folders = (tmp_path / str(k) for k in range(100))

    def run():
        with EnsembleFolder(next(folders), described, list_series(iran)) as folder:
            folder.finish(ensemble(iran, MANY, settings=SETTINGS, executor=Answered(iran), store=folder))

    benchmark.pedantic(run, rounds=3)
    a_draw(benchmark, MANY)


@pytest.mark.parametrize("executor", ["local", "ray"])
def test_solve_draws(benchmark, iran, executor):
    """Draws a second on two workers, once they are there; a game of four weeks, so that what is sent weighs against the solve."""
    from standoff.execution.opening import open_executor

    if executor == "ray":
        pytest.importorskip("ray")
    scenario = apply_overrides(iran, ["period.horizon=4"])
    draws = list(Sampler.of(scenario, seed=0).make_draws(range(64)))
    with open_executor(executor, workers=2) as solver:

        def run():
            return list(solver.solve_draws(scenario, draws, skip_estimate(SETTINGS, 5), keep_probabilities))

        run()
        benchmark.pedantic(run, rounds=3)
    benchmark.extra_info["draws a second"] = round(len(draws) / benchmark.stats.stats.median, 1)


def test_what_ray_adds_to_a_draw(benchmark, iran):
    """A task that does nothing, in parts of as many draws as fit: all time is spent on the way."""
    pytest.importorskip("ray")
    from standoff.execution.parts import LARGEST_PART, SolvedPart
    from standoff.execution.ray import open_ray_cluster

    draws = list(Sampler.of(iran, seed=0).make_draws(range(MANY)))
    answer = Answered(iran).solved
    with open_ray_cluster(workers=2) as cluster:
        task = cluster.ray.remote(num_cpus=1)(lambda part: SolvedPart([answer] * len(part), 0.0))

        def run():
            parts = [draws[k : k + LARGEST_PART] for k in range(0, MANY, LARGEST_PART)]
            return cluster.ray.get([task.remote(part) for part in parts])

        run()
        benchmark.pedantic(run, rounds=5)
    a_draw(benchmark, MANY)


def test_memory_grows_with_the_probabilities_alone(iran):
    """Not a timing: a draw more needs the memory of its own probabilities and parameters, and the copies that the bands need."""
    executor = Answered(iran)
    peaks = []
    for count in (512, 2048):
        tracemalloc.start()
        ensemble(iran, count, settings=SETTINGS, executor=executor)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    own = executor.solved.probabilities.nbytes + 8 * len(Sampler.of(iran, seed=0).names)
    assert (peaks[1] - peaks[0]) / (2048 - 512) < 3 * own


def test_threads_here_take_turns_only_in_python(benchmark, iran):
    """Processors in use by two threads."""
    scenario = apply_overrides(iran, ["period.horizon=4"])
    draws = list(Sampler.of(scenario, seed=0).make_draws(range(32)))
    before = time.process_time()
    benchmark.pedantic(
        lambda: list(Threads(2).solve_draws(scenario, draws, skip_estimate(SETTINGS, 5), keep_probabilities)),
        rounds=3,
    )
    used = (time.process_time() - before) / 3
    benchmark.extra_info["processors in use"] = round(used / benchmark.stats.stats.median, 2)
