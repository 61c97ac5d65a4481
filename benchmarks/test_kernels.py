"""How fast the inner kernels are on this machine, one thread each. Run with `make bench`; quote medians, the machine, the date.

Each benchmark reports its rate; that of the block kernels is compared with the exponentials that the machine does in that time.
"""

import ctypes
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from standoff.solve.kernels.arrays import BeliefGrid, LayerSolution, pack_layer
from standoff.solve.kernels.backward_complete import complete_layer
from standoff.solve.kernels.node_block import ROWS, Block, evaluate_block
from standoff.solve.kernels.vectors import WIDTH, exp, kernel, load, pointer, splat, store

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from families import ladder

SIZE = 4096  # numbers that stay in the fastest cache
TIMES = 1000
ACTIONS, POINTS = 3, 9
TARGET = 50.0  # million state-actions a second
LIMIT = 4.0  # exponentials that one node-iteration-action may take


@kernel
def many_exponentials(x, out, times):
    """e^x of a whole array, again and again."""
    source, to = pointer(x), pointer(out)
    for _ in range(times):
        for k in range(0, x.shape[0], WIDTH):
            store(to, k, exp(load(source, k)))


@kernel
def many_evaluations(n, nm, rationality, coefficients, allowed, ell, work, times):
    """Evaluate eight nodes side by side, again and again; the sum keeps the compiler from leaving any out."""
    unused, ratios, space = pointer(coefficients), pointer(ell), pointer(work)
    block = Block(
        n, nm, 2, 0, rationality, pointer(allowed), unused, unused, unused, ratios, space, unused, unused, unused, unused, unused,
        unused,
    )  # fmt: skip
    total = splat(0.0)
    for k in range(times):
        store(ratios, 0, splat(1e-6 * k))
        size, _, _, _ = evaluate_block(block, rationality, splat(0.4))
        total = total + size
    store(space, 0, total)


@pytest.fixture
def numbers():
    return np.random.default_rng(0).uniform(-30.0, 0.0, SIZE)


def seconds(function, repeat=31):
    """Median time of a call."""
    function()
    found = []
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return median(found)


def exponential_seconds(numbers):
    """Time of one exponential of `standoff.solve.kernels.vectors`."""
    out = np.empty_like(numbers)
    return seconds(lambda: many_exponentials(numbers, out, TIMES)) / (SIZE * TIMES)


def test_exponentials(benchmark, numbers):
    out = np.empty_like(numbers)
    many_exponentials(numbers, out, 1)
    np.testing.assert_allclose(out, np.exp(numbers), rtol=1e-15)
    benchmark.pedantic(lambda: many_exponentials(numbers, out, TIMES), rounds=31)
    benchmark.extra_info["G/s"] = round(SIZE * TIMES / benchmark.stats["median"] / 1e9, 2)


def test_exponentials_of_numpy(benchmark, numbers):
    out = np.empty_like(numbers)
    benchmark.pedantic(lambda: np.exp(numbers, out=out), rounds=31, iterations=TIMES)
    benchmark.extra_info["G/s"] = round(SIZE / benchmark.stats["median"] / 1e9, 2)


@pytest.fixture(scope="module")
def layer():
    game = ladder(1)
    first = game.epochs[0].layers[0]
    n, rng = first.num_states, np.random.default_rng(0)
    arrays, grid = pack_layer(first), BeliefGrid(game, 1)
    return {
        "arrays": arrays, "grid": grid, "values": rng.normal(size=(n, 2, 1)), "out": np.zeros((n, 2, 1)),
        "strategies": np.zeros((first.num_actions, 1, 1)), "regrets": np.zeros(n), "counts": np.zeros((n, 6), dtype=np.int64),
    }  # fmt: skip


def induct(layer):
    nothing = np.zeros((0, 1))
    solution = LayerSolution(
        layer["out"], layer["strategies"], layer["strategies"], layer["regrets"], layer["regrets"], layer["counts"], nothing,
        nothing,
    )  # fmt: skip
    grid = layer["grid"]
    complete_layer(0, len(layer["out"]), layer["arrays"], grid.arrays, grid.terminal_values, layer["values"], solution)


def report(benchmark, layer):
    benchmark.extra_info["million state-actions/s"] = round(
        layer["strategies"].size / benchmark.stats["median"] / 1e6, 1
    )
    benchmark.extra_info["target"] = TARGET


def test_backward_induction_without_types(benchmark, layer):
    benchmark.pedantic(lambda: induct(layer), rounds=51, warmup_rounds=3)
    report(benchmark, layer)


def test_backward_induction_in_c(benchmark, layer, tmp_path):
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no gcc")
    library = tmp_path / "plain_layer.so"
    subprocess.run(
        [compiler, "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o", str(library),
         str(Path(__file__).with_name("plain_layer.c")), "-lm"],
        check=True,
    )  # fmt: skip
    function = ctypes.CDLL(str(library)).plain_layer
    induct(layer)
    expected = [layer[name].copy() for name in ("out", "strategies", "regrets")]
    arrays, grid = layer["arrays"], layer["grid"]
    pointed = (
        arrays.mover, arrays.action_start, arrays.action_payoff, arrays.branch_start, arrays.probability, arrays.target,
        grid.terminal_values, grid.arrays.rationality, layer["values"], layer["out"], layer["strategies"], layer["regrets"],
    )  # fmt: skip
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in pointed]
    benchmark.pedantic(lambda: function(ctypes.c_int64(len(layer["out"])), *pointers), rounds=51, warmup_rounds=3)
    report(benchmark, layer)
    for name, array in zip(("out", "strategies", "regrets"), expected, strict=True):
        np.testing.assert_allclose(layer[name], array, rtol=0, atol=1e-13)


def test_evaluation_of_nodes_with_types(benchmark, numbers):
    rng = np.random.default_rng(0)
    coefficients = rng.normal(0.0, 0.1, 2 * ACTIONS * POINTS * WIDTH)
    allowed = np.ones(2 * ACTIONS, dtype=np.int64)
    ell, work = np.zeros(ACTIONS * WIDTH), np.zeros(ACTIONS * ROWS * WIDTH)
    arguments = (ACTIONS, POINTS, 3.0, coefficients, allowed, ell, work, TIMES)
    many_evaluations(*arguments)
    benchmark.pedantic(lambda: many_evaluations(*arguments), rounds=31)
    each = benchmark.stats["median"] / (TIMES * WIDTH * ACTIONS)
    benchmark.extra_info |= {
        "ns per node-iteration-action": round(each * 1e9, 2),
        "exponentials in that time": round(each / exponential_seconds(numbers), 2),
        "target": LIMIT,
    }
