"""How long an ensemble of 1,000 draws takes on a GPU, and on the processors of the same machine.

Run with `make bench ARGS=benchmarks/test_gpu.py` where the extra `gpu` is installed; quote the GPU, the processor and the date.
Without a GPU both measurements are skipped and say so: a simulated GPU tells nothing about time.
"""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from standoff.catalog.opening import find_scenario
from standoff.errors import InputError
from standoff.game.compiled_structure import CompiledStructure
from standoff.game.model import Game
from standoff.scenario import load_scenario
from standoff.solve.batch import solve_batch
from standoff.solve.cuda_batch import Tally, solve_batch_on_gpu
from standoff.solve.cuda_device import CudaDevice
from standoff.solve.equilibrium import Settings, probabilities_of_all
from standoff.solve.passes import num_processors

NUM_DRAWS = 1000
NUM_COMPARED = 50
POINTS = Settings(belief_points=9)


@pytest.fixture(scope="module")
def gpu():
    try:
        device = CudaDevice()
    except InputError as reason:
        pytest.skip(f"not measured: {reason}")
    if device.is_simulated:
        pytest.skip("not measured: the CUDA simulator tells nothing about time")
    return device


@pytest.fixture(scope="module", params=["cuba-1962", "iran-us-2026"])
def games(request):
    """Games drawn in the ranges, without draws in which the numbers make no game."""
    scenario = load_scenario(find_scenario(request.param))
    ranges = {name: part.range for name, part in scenario.parameters.items() if part.range}
    rng = np.random.default_rng(0)
    draws = ({name: float(rng.uniform(*limits)) for name, limits in ranges.items()} for _ in itertools.count())
    found = (game for game in CompiledStructure.of(scenario).games(draws) if isinstance(game, Game))
    return list(itertools.islice(found, NUM_DRAWS))


def probabilities(found):
    return probabilities_of_all(found.game, found.sweep), found.certificate.belief_error


def test_an_ensemble(benchmark, gpu, games):
    tallies = []

    def solve_all():
        tallies.append(Tally())
        return dict(solve_batch_on_gpu(games, POINTS, keep=probabilities, device=gpu, tally=tallies[-1]))

    answers = solve_all()  # compiles the kernels
    benchmark.pedantic(solve_all, rounds=3)
    before = time.perf_counter()
    expected = list(solve_batch(games[:NUM_COMPARED], POINTS, keep=probabilities))
    on_processors = (time.perf_counter() - before) / NUM_COMPARED
    apart = [
        np.max(np.abs(answers[k][0] - theirs[0]))
        for k, theirs in enumerate(expected)
        if isinstance(theirs, tuple) and isinstance(answers[k], tuple)
    ]
    benchmark.extra_info |= {
        "gpu": gpu.name,
        "processors": num_processors(),
        "draws a second on the gpu": round(NUM_DRAWS / benchmark.stats.stats.median, 1),
        "draws a second on all processors": round(1.0 / on_processors, 1),
        "handed back": tallies[-1].handed_back,
        "probabilities at most apart": float(max(apart)),
    }
    assert max(apart) <= 1e-9
