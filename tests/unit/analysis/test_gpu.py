from dataclasses import replace

import pytest

from host_device import HostDevice
from standoff import load
from standoff.analysis.executor import Threads
from standoff.analysis.gpu import Gpu
from standoff.analysis.targets import default_targets, target_probabilities
from standoff.errors import InputError
from standoff.scenario import apply_overrides
from standoff.solve import cuda_batch
from standoff.solve.cuda_batch import Tally
from standoff.solve.result import Settings

SETTINGS = Settings(belief_points=3, threads=1)


@pytest.fixture(scope="module")
def scenario():
    return apply_overrides(load("cuba-1962"), ["period.horizon=1"])


def test_draws_have_the_probabilities_of_the_other_executor(scenario, monkeypatch):
    monkeypatch.setattr(cuda_batch, "CudaDevice", HostDevice)
    draws = [{}, {"war_cost": 3.0}]
    targets = default_targets(scenario)
    gpu = Gpu(threads=1)

    def probabilities(found):
        return target_probabilities(found, targets), found.certificate.residual

    ours = dict(gpu.solve_draws(scenario, draws, SETTINGS, probabilities))
    alike = replace(SETTINGS, anchor=(0.5, 0.5))  # the belief points that a GPU holds for all draws
    theirs = dict(Threads(1).solve_draws(scenario, draws, alike, probabilities))
    assert gpu.tally == Tally(on_gpu=2)
    for draw in theirs:
        assert ours[draw][0] == pytest.approx(theirs[draw][0], abs=1e-9)
        assert ours[draw][1] <= SETTINGS.tolerance


def test_what_a_gpu_cannot_do_is_refused(scenario, monkeypatch):
    monkeypatch.setattr(cuda_batch, "CudaDevice", HostDevice)
    with pytest.raises(InputError, match=r"gpu-unsupported: the GPU path cannot solve with `keep_values=True`"):
        next(Gpu().solve_draws(scenario, [{}], Settings(keep_values=True), lambda found: found))
