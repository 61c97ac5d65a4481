"""The kernels of the GPU path compiled for the processor: the same source, fast enough for whole scenarios.

What CUDA provides is played by a module with the few functions that kernels use; one thread does all items.
"""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
from numba import njit

from standoff.solve.cuda_device import rebind, some


@njit
def _grid(_):
    return 0


@njit
def _gridsize(_):
    return 1


@njit
def _add(array, index, amount):
    array[index] += amount


@njit
def _max(array, index, amount):
    array[index] = max(array[index], amount)


def _module(name, **names):
    module = ModuleType(name)
    module.__dict__.update(names)
    return module


CUDA = _module(
    "cuda",
    grid=_grid,
    gridsize=_gridsize,
    atomic=_module("atomic", add=_add, max=_max),
    local=_module("local", array=np.empty),
)


class HostDevice:
    """Stands in for a GPU with some memory; counts launches and remembers the largest number of draws of a stack."""

    def __init__(self, free_bytes=math.inf):
        self._free_bytes = free_bytes
        self._compiled = {}
        self.most_draws = 0

    def launch(self, kernel, sizes, count, *arguments):
        if count == 0:
            return
        if (kernel, sizes) not in self._compiled:
            bound = rebind(kernel, {"cuda": CUDA, **sizes._asdict()}, njit(error_model="numpy", boundscheck=True))
            self._compiled[kernel, sizes] = njit(error_model="numpy", boundscheck=True)(bound)
        self._compiled[kernel, sizes](*arguments)

    def put(self, array):
        self.most_draws = max(self.most_draws, array.shape[-1] if array.ndim == 4 else 0)
        return np.array(array if array.size else np.zeros(some(array.shape), array.dtype), order="C")

    def zeros(self, shape, dtype=np.float64):
        return np.zeros(some(shape), dtype)

    def empty(self, shape):
        return np.full(some(shape), np.nan)

    def get(self, array):
        return array.copy()

    def free_bytes(self):
        return self._free_bytes
