"""Compile the kernels for a GPU, and move arrays to it and back.

The node functions of the solver are written once, for Numba, and compiled for the processor where they stand. Here the same
source is compiled again for a GPU: `rebind` makes a copy of a function in which the names of other solver functions mean their
compiled copies, `numpy` means the few functions that a GPU has (`math`), and the sizes of `standoff.solve.cuda_constants` are
those of the game. Nothing is said twice, so the two cannot come apart.

With `NUMBA_ENABLE_CUDASIM=1` the kernels run in the CUDA simulator of numba-cuda, as plain Python on the processor: that tells
whether they are right, not how fast they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numba import config
from numpy.typing import NDArray

from standoff.errors import InputError, Problem
from standoff.extras import import_extra

__all__ = ["CudaDevice", "Device", "Sizes", "numpy_on_gpu", "rebind", "some"]

THREADS_PER_BLOCK = 128
FEWEST_BLOCKS, MOST_BLOCKS = 512, 1 << 20
SIMULATED_BLOCKS = 3


class Sizes(NamedTuple):
    """What kernels are compiled for; the names are those of `standoff.solve.cuda_constants`."""

    MOST_ACTIONS: int
    NUM_PLANES: int
    NUM_POINTS: int


class Device(Protocol):
    """Where kernels run."""

    def launch(self, kernel: Callable[..., None], sizes: Sizes, count: int, *arguments: Any) -> None:
        """Run a kernel over `count` items."""
        ...

    def put(self, array: NDArray[Any]) -> Any:
        """A copy of an array on the device."""
        ...

    def zeros(self, shape: tuple[int, ...], dtype: type = np.float64) -> Any:
        """An array of zeros on the device."""
        ...

    def empty(self, shape: tuple[int, ...]) -> Any:
        """An array of float64 on the device that holds anything."""
        ...

    def get(self, array: Any) -> NDArray[Any]:
        """A copy of a device array here."""
        ...

    def free_bytes(self) -> float:
        """Memory of the device that is free."""
        ...


class CudaDevice:
    """The current GPU.

    Attributes:
        is_simulated: Whether it is the CUDA simulator.

    Raises:
        MissingExtraError: numba-cuda is not installed.
        InputError: No GPU is found.
    """

    def __init__(self) -> None:
        import_extra("numba_cuda", "gpu", "solving on a GPU")
        from numba import cuda

        self._cuda = cuda
        self._compiled: dict[tuple[Callable[..., None], Sizes], Any] = {}
        self.is_simulated = bool(getattr(config, "ENABLE_CUDASIM"))  # noqa: B009 - numba sets its names as it starts
        if not cuda.is_available():
            raise InputError(
                Problem(
                    code="no-gpu",
                    message="no GPU of NVIDIA with a driver was found on this machine",
                    help="see whether `nvidia-smi` lists one, or solve on the processor with the executor `Threads`",
                )
            )

    @property
    def name(self) -> str:
        """What the device calls itself."""
        if self.is_simulated:
            return "CUDA simulator"
        found = self._cuda.get_current_device().name
        return found.decode() if isinstance(found, bytes) else str(found)

    def launch(self, kernel: Callable[..., None], sizes: Sizes, count: int, *arguments: Any) -> None:
        """As `Device.launch`."""
        if count == 0:
            return
        if (kernel, sizes) not in self._compiled:
            self._compiled[kernel, sizes] = self._compile(kernel, sizes)
        blocks = min(max(-(-count // THREADS_PER_BLOCK), FEWEST_BLOCKS), MOST_BLOCKS)
        shape = (SIMULATED_BLOCKS, 1) if self.is_simulated else (blocks, THREADS_PER_BLOCK)
        self._compiled[kernel, sizes][shape](*arguments)

    def _compile(self, kernel: Callable[..., None], sizes: Sizes) -> Any:
        if self.is_simulated:
            return self._cuda.jit(rebind(kernel, {"cuda": self._cuda, **sizes._asdict()}, _as_it_is))
        names = {"cuda": self._cuda, "np": numpy_on_gpu(), **sizes._asdict()}
        return self._cuda.jit(rebind(kernel, names, self._cuda.jit(device=True)))

    def put(self, array: NDArray[Any]) -> Any:
        """As `Device.put`."""
        filled = array if array.size else np.zeros(some(array.shape), dtype=array.dtype)
        return self._cuda.to_device(np.ascontiguousarray(filled))

    def zeros(self, shape: tuple[int, ...], dtype: type = np.float64) -> Any:
        """As `Device.zeros`."""
        return self._cuda.to_device(np.zeros(some(shape), dtype=dtype))

    def empty(self, shape: tuple[int, ...]) -> Any:
        """As `Device.empty`."""
        return self._cuda.device_array(some(shape), dtype=np.float64)

    def get(self, array: Any) -> NDArray[Any]:
        """As `Device.get`."""
        return np.asarray(array.copy_to_host())

    def free_bytes(self) -> float:
        """As `Device.free_bytes`."""
        return float(self._cuda.current_context().get_memory_info().free)


def some(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without zeros: a device has no empty arrays, and no kernel is launched over none."""
    return tuple(max(n, 1) for n in shape)


def _as_it_is(function: FunctionType) -> FunctionType:
    return function


def numpy_on_gpu() -> ModuleType:
    """What stands in for `numpy` in code for a GPU, which has no NumPy functions of its own."""
    module = ModuleType("numpy_on_gpu")
    names = {"exp": math.exp, "log": math.log, "isfinite": math.isfinite, "inf": np.inf, "float64": np.float64}
    module.__dict__.update(names)
    return module


def rebind(
    function: Any,
    names: Mapping[str, Any],
    compiled: Callable[[FunctionType], Any],
    done: dict[FunctionType, FunctionType] | None = None,
) -> FunctionType:
    """A copy of a function, and of all functions of the solver that it calls, in which some names mean something else.

    Args:
        function: A plain or jitted function.
        names: What names mean, wherever a function uses one of them.
        compiled: Makes what is called of the copy of a function that is called.
        done: Copies made so far.

    Returns:
        The copy, a plain function.
    """
    done = {} if done is None else done
    plain: FunctionType = getattr(function, "py_func", function)
    if plain in done:
        return done[plain]
    own = dict(plain.__globals__)
    for name in plain.__code__.co_names:
        value = own.get(name)
        called = getattr(value, "py_func", value)
        if name in names:
            own[name] = names[name]
        elif isinstance(called, FunctionType) and called.__module__.startswith("standoff.solve."):
            own[name] = compiled(rebind(called, names, compiled, done))
    done[plain] = FunctionType(plain.__code__, own, plain.__name__, plain.__defaults__, plain.__closure__)
    return done[plain]
