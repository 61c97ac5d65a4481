"""The kernels of the GPU path on the processor: the same source, one item after the other.

What CUDA provides is played by a module with the few functions that kernels use. `HostDevice` runs kernels as plain Python and
lets them call the compiled node functions, which suits small games; `CompiledHostDevice` compiles everything, for whole
scenarios, which takes a minute or two.
"""

from __future__ import annotations

import math
import weakref
from types import FunctionType, ModuleType

import numpy as np
from numba import njit

from standoff.solve.cuda_device import rebind, some


def _module(name, **names):
    module = ModuleType(name)
    module.__dict__.update(names)
    return module


def _grid(_):
    return 0


def _gridsize(_):
    return 1


def _add(array, index, amount):
    array[index] += amount


def _max(array, index, amount):
    array[index] = max(array[index], amount)


def cuda_of(compiled):
    return _module(
        "cuda",
        grid=compiled(_grid),
        gridsize=compiled(_gridsize),
        atomic=_module("atomic", add=compiled(_add), max=compiled(_max)),
        local=_module("local", array=np.empty),
    )


class HostDevice:
    """Stands in for a GPU with some memory, and remembers how much of it was in use at most."""

    def __init__(self, free_bytes=math.inf):
        self._free_bytes = free_bytes
        self._ready = {}
        self.most_bytes = self._bytes = 0

    def launch(self, kernel, sizes, count, *arguments):
        if count:
            if (kernel, sizes) not in self._ready:
                self._ready[kernel, sizes] = self.prepare(kernel, sizes)
            self._ready[kernel, sizes](*arguments)

    def prepare(self, kernel, sizes):
        return FunctionType(kernel.__code__, {**kernel.__globals__, "cuda": cuda_of(lambda f: f), **sizes._asdict()})

    def put(self, array):
        return self._made(np.array(array if array.size else np.zeros(some(array.shape), array.dtype), order="C"))

    def zeros(self, shape, dtype=np.float64):
        return self._made(np.zeros(some(shape), dtype))

    def empty(self, shape):
        return self._made(np.full(some(shape), np.nan))

    def get(self, array):
        return array.copy()

    def _made(self, array):
        self._bytes += array.nbytes
        self.most_bytes = max(self.most_bytes, self._bytes)
        weakref.finalize(array, self._gone, array.nbytes)
        return array

    def _gone(self, size):
        self._bytes -= size

    def free_bytes(self):
        return self._free_bytes


class CompiledHostDevice(HostDevice):
    def prepare(self, kernel, sizes):
        compiled = njit(error_model="numpy", nogil=True)
        return compiled(rebind(kernel, {"cuda": cuda_of(compiled), **sizes._asdict()}, compiled))
