"""Whole scenarios by the kernels of the GPU path, compiled for the processor from the same source, against the solver.

    PYTHONPATH=tests python benchmarks/gpu_agreement.py cuba-1962 9 4

solves the scenario as written and three draws from its ranges at 9 x 9 belief points, and prints the largest difference of any
number of the forward pass. Compiling takes about a minute of processor time. This tells nothing about the speed of a GPU.
"""

from __future__ import annotations

import sys

import numpy as np

from host_device import CompiledHostDevice
from standoff.catalog.opening import find_scenario
from standoff.game.compiled_structure import CompiledStructure
from standoff.game.model import Game
from standoff.scenario import load_scenario
from standoff.solve.batch import solve_batch
from standoff.solve.cuda_batch import Tally, solve_batch_on_gpu
from standoff.solve.result import Settings


def numbers(found):
    return found.sweep, found.certificate


def main(name: str, num_points: str, num_draws: str) -> None:
    scenario = load_scenario(find_scenario(name))
    rng = np.random.default_rng(0)
    ranges = {key: part.range for key, part in scenario.parameters.items() if part.range}
    draws = [{key: float(rng.uniform(*limits)) for key, limits in ranges.items()} for _ in range(int(num_draws) - 1)]
    games = [game for game in CompiledStructure.of(scenario).games([{}, *draws]) if isinstance(game, Game)]
    settings, tally = Settings(belief_points=int(num_points), threads=1), Tally()
    ours = dict(solve_batch_on_gpu(games, settings, keep=numbers, device=CompiledHostDevice(), tally=tally, threads=1))
    sys.stdout.write(f"{name}: {tally}\n")
    for k, theirs in enumerate(solve_batch(games, settings, keep=numbers, threads=1)):
        if not (isinstance(theirs, tuple) and isinstance(ours[k], tuple)):
            sys.stdout.write(f"draw {k}: {ours[k]}; {theirs}\n")
            continue
        pairs = zip(vars(ours[k][0]).values(), vars(theirs[0]).values(), strict=True)
        apart = max(float(np.nanmax(np.abs(one - other), initial=0.0)) for one, other in pairs)
        sys.stdout.write(f"draw {k}: {apart:.1e} apart; residual {ours[k][1].residual:.1e}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
