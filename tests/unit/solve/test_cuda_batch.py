import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from games import random_game
from host_device import HostDevice
from small_trees import with_second_movers
from standoff.errors import InputError, MissingExtraError, SolveError, StandoffError
from standoff.solve import cuda_backward, cuda_forward
from standoff.solve.cuda_batch import Tally, draws_at_a_time, solve_batch_on_gpu
from standoff.solve.cuda_device import CudaDevice
from standoff.solve.cuda_passes import solve_stack
from standoff.solve.cuda_stack import Stack, bytes_per_draw, structure_key
from standoff.solve.equilibrium import solve
from standoff.solve.result import Settings

TESTS = Path(__file__).parents[2]
FIVE = Settings(belief_points=5, threads=1)
HAS_NUMBA_CUDA = importlib.util.find_spec("numba_cuda") is not None
needs_numba_cuda = pytest.mark.skipif(not HAS_NUMBA_CUDA, reason="numba-cuda is not installed")


def with_rationality(game, rationality):
    return replace(game, players=tuple(replace(player, rationality=rationality) for player in game.players))


def small_game(types=(2, 2, 1), seed=14, **options):
    return random_game(seed, types=types, **({"num_periods": 2, "num_states": (2, 2, 2)} | options))


def solve_here(games, settings=FIVE, **options):
    tally, device = Tally(), options.pop("device", HostDevice())
    options = {"keep": lambda found: found, "threads": 1} | options
    return dict(solve_batch_on_gpu(games, settings, device=device, tally=tally, **options)), tally


def solve_alike(game, settings=FIVE):
    """On the processor, at the belief points that the GPU holds for all draws."""
    return solve(game, replace(settings, anchor=(0.5,) * len(game.belief_players)))


@pytest.mark.parametrize("types", [(2, 2), (2, 2, 1), (2, 1), (1, 2), (1, 1)])
def test_a_draw_has_the_answer_of_the_processor(types):
    game = small_game(types)
    # one player type a side leaves no belief points to choose
    settings = FIVE if 2 in types else Settings(threads=1)
    found, tally = solve_here([game], settings, full=True)
    ours, theirs = found[0], solve_alike(game, settings)
    assert tally == Tally(on_gpu=1)
    points = theirs.num_points
    for name in ("absorbed", "open_mass", "mean_beliefs", "milestones", "payoffs"):
        assert getattr(ours.sweep, name) == pytest.approx(getattr(theirs.sweep, name), abs=1e-9)
    for period in range(game.num_periods):
        for one, other in zip(ours.strategies[period], theirs.strategies[period], strict=True):
            assert one[..., :points] == pytest.approx(other[..., :points], abs=1e-9)
    for one, other in zip(ours.values[0], theirs.values[0], strict=True):
        assert one.shape == other.shape
        assert one[..., :points] == pytest.approx(other[..., :points], abs=1e-9)
    assert ours.start_values == pytest.approx(theirs.start_values, abs=1e-9)
    certificate = ours.certificate
    assert certificate.residual <= FIVE.tolerance
    assert certificate.consistency_gap <= 1e-12
    assert certificate.belief_error == pytest.approx(theirs.certificate.belief_error, abs=1e-9)
    assert (certificate.nodes, certificate.unique, certificate.traced) == (
        theirs.certificate.nodes, theirs.certificate.unique, theirs.certificate.traced
    )  # fmt: skip


def test_regret_is_the_gain_from_the_best_deviation():
    # two types on both sides: the processor's rows are not filled up with anything that counts here
    game = small_game((2, 2))
    found, _ = solve_here([game])
    assert found[0].certificate.regret == pytest.approx(solve_alike(game).certificate.regret, abs=1e-9)


def test_epochs_differ_in_numbers():
    game = small_game(num_periods=3)
    first = game.epochs[0]
    later = replace(
        first,
        start=1,
        flow=first.flow + 0.2,
        layers=tuple(replace(layer, action_payoff=layer.action_payoff * 0.5) for layer in first.layers),
    )
    game = replace(game, epochs=(first, later))
    found, _ = solve_here([game])
    assert found[0].sweep.absorbed == pytest.approx(solve_alike(game).sweep.absorbed, abs=1e-9)
    assert found[0].sweep.payoffs == pytest.approx(solve_alike(game).sweep.payoffs, abs=1e-9)


def test_what_the_gpu_cannot_solve_is_handed_back_and_counted():
    game = small_game()
    sharp = with_rationality(game, 40.0)
    found, tally = solve_here([game, sharp])
    assert tally == Tally(on_gpu=1, handed_back=1)
    expected = solve(sharp, FIVE)
    assert found[1].certificate == expected.certificate
    assert np.array_equal(found[1].sweep.absorbed, expected.sweep.absorbed)


def test_a_draw_that_nobody_solves_is_an_error():
    # handed back for its residual, and refused for the same reason
    settings = replace(FIVE, tolerance=1e-300)
    found, tally = solve_here([small_game()], settings)
    assert isinstance(found[0], SolveError)
    assert tally == Tally(on_gpu=0, handed_back=1)


def test_errors_are_passed_on_and_structures_kept_apart():
    error = StandoffError("no game")
    games = [small_game((2, 1)), error, small_game((2, 1), num_periods=1), with_rationality(small_game((2, 1)), 1.0)]
    found, tally = solve_here(games, keep=lambda solved: solved.certificate.nodes)
    assert found[1] is error
    assert [found[k] for k in (0, 2, 3)] == [solve_alike(games[k]).certificate.nodes for k in (0, 2, 3)]
    assert tally.on_gpu == 3


def test_a_stack_is_its_draws():
    games = [with_rationality(small_game((2, 1)), rationality) for rationality in (0.5, 1.0, 2.0)]
    together, _ = solve_here(games)
    for k, game in enumerate(games):
        (alone,) = solve_here([game])[0].values()
        assert np.array_equal(together[k].sweep.absorbed, alone.sweep.absorbed)
        assert together[k].certificate.consistency_gap == pytest.approx(alone.certificate.consistency_gap, abs=1e-15)
        # all but the gap, which is rounding error, to the last bit
        gap = alone.certificate.consistency_gap
        assert replace(together[k].certificate, consistency_gap=gap) == alone.certificate


def test_draws_are_taken_as_memory_allows():
    game = small_game((2, 1))
    device = HostDevice(free_bytes=3.0 * bytes_per_draw(game, 5))
    found, tally = solve_here([with_rationality(game, 0.1 * k) for k in range(5)], device=device)
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert tally.on_gpu == 5
    # 0.8 of the memory of three draws at five points
    assert draws_at_a_time(game, 5, device) == 2


@pytest.mark.parametrize("types", [(2, 2, 1), (2, 1), (1, 1)])
def test_a_stack_takes_the_memory_that_was_planned(types):
    games = [small_game(types)] * 10
    peaks = []
    for count in (4, 10):
        device = HostDevice()
        solve_stack(Stack(games[:count], 5 if 2 in types else 1), device)
        peaks.append(device.most_bytes)
    # what the draws share falls out of the difference
    planned = 6 * bytes_per_draw(games[0], 5 if 2 in types else 1)
    assert 0.6 * planned <= peaks[1] - peaks[0] <= planned


def test_too_little_memory_is_told():
    with pytest.raises(InputError, match=r"gpu-memory: a draw at `3` belief points takes 0\.00 GiB"):
        solve_here([small_game()], device=HostDevice(free_bytes=100))


def test_belief_points_rise_as_on_the_processor():
    game = small_game((2, 1))
    settings = Settings(belief_tolerance=1e-5, threads=1)
    found, _ = solve_here([game], settings)
    theirs = solve_alike(game, settings).certificate
    assert found[0].certificate.belief_points == theirs.belief_points
    assert theirs.belief_points[0] > 9
    assert found[0].certificate.belief_error == pytest.approx(theirs.belief_error, abs=1e-9)


def test_beliefs_that_no_points_resolve_are_an_error():
    game = small_game((2, 1))
    settings = Settings(belief_tolerance=1e-15, threads=1)
    with pytest.raises(SolveError) as theirs:
        solve_alike(game, settings)
    found, tally = solve_here([game], settings)
    assert isinstance(found[0], SolveError)
    assert tally == Tally(on_gpu=1)
    assert str(found[0]).split(" of ")[0] == str(theirs.value).split(" of ")[0]


def test_strategies_left_on_the_gpu_are_not_read():
    found, _ = solve_here([small_game((2, 1))])
    with pytest.raises(InputError, match="left-on-gpu"):
        found[0].strategies[0]
    with pytest.raises(InputError, match="help: solve it with `full=True`"):
        len(found[0].values)


def test_moves_at_the_same_time_are_refused():
    game = with_second_movers(small_game((2, 2), num_states=(2, 3, 2)), 0)
    with pytest.raises(InputError, match=r"gpu-unsupported: two players move at the same time in stage `layer"):
        solve_here([game])


def test_every_unsupported_thing_is_told_at_once():
    game = replace(small_game((1, 1)), continues=True)
    game = replace(game, players=tuple(replace(player, discount=0.9) for player in game.players))
    with pytest.raises(InputError) as refused:
        solve_here([game], Settings(trace_always=True, start=2, keep_values=True))
    text = str(refused.value)
    told = ("`period.continues` is `true`", "`trace_always=True`", "`start=2`", "`keep_values=True`")
    assert [part for part in told if part not in text] == []


def test_the_structure_is_all_but_the_numbers():
    game = small_game()
    assert structure_key(game) == structure_key(with_rationality(game, 1.0))
    layers = game.epochs[0].layers
    other = replace(layers[0], milestone_holds=~layers[0].milestone_holds)
    changed = replace(game, epochs=(replace(game.epochs[0], layers=(other, *layers[1:])),))
    assert structure_key(game) != structure_key(changed)


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba_cuda", None)
    with pytest.raises(MissingExtraError, match=r"help: python -m pip install 'standoff\[gpu\]'"):
        CudaDevice()


@needs_numba_cuda
def test_a_missing_gpu_is_told(monkeypatch):
    from numba import cuda

    monkeypatch.setattr(cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="no-gpu: no GPU of NVIDIA with a driver was found"):
        next(solve_batch_on_gpu([small_game()], keep=lambda found: found))


def run_apart(program, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", TESTS / program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs_numba_cuda
def test_the_simulator_gives_the_answer_of_the_processor():
    answer = run_apart("simulated_gpu.py", NUMBA_ENABLE_CUDASIM="1")
    assert answer["device"] == "CUDA simulator"
    assert (answer["on_gpu"], answer["handed_back"], answer["passed_on"]) == (2, 1, "no game")
    assert answer["sharp"] == 0.0
    for draw in answer["draws"]:
        assert max(draw[name] for name in ("strategies", "values", "sweep", "belief_error")) <= 1e-9
        assert 0.0 < draw["residual"] <= 1e-8
        assert draw["consistency_gap"] <= 1e-12
        assert (draw["nodes"], draw["unique"]) == (0, 0)


def has_nvvm():
    if not HAS_NUMBA_CUDA:
        return False
    from numba.cuda.cudadrv.nvvm import NVVM

    try:
        from cuda.bindings import nvjitlink, nvrtc

        nvrtc.nvrtcGetNumSupportedArchs()
        nvjitlink.version()
        return NVVM().get_version() is not None
    except Exception:  # noqa: BLE001 - whatever it is that makes it unusable
        return False


@pytest.mark.skipif(not has_nvvm(), reason="no NVVM, NVRTC or nvJitLink: install the extra `gpu` or a CUDA toolkit")
def test_every_kernel_becomes_machine_code_of_a_real_gpu():
    answer = run_apart("ptx_device.py")
    assert set(answer) == {*cuda_backward.__all__, *cuda_forward.__all__}
    assert all(kernel == {"for_hopper": True, "is_machine_code": True} for kernel in answer.values())
