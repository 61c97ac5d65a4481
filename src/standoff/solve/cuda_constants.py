"""Names that the source of the GPU kernels uses and that `standoff.solve.cuda_device` fills in when it compiles them.

A thread's own arrays must have sizes that are known when a kernel is compiled, so kernels are compiled for the sizes of a game.
"""

from __future__ import annotations

from typing import Any

__all__ = ["MOST_ACTIONS", "NUM_PLANES", "NUM_POINTS", "cuda"]

MOST_ACTIONS = 1
"""Most actions of any state."""
NUM_PLANES = 1
"""Planes of the game."""
NUM_POINTS = 1
"""Points on the own belief axis of a mover."""
cuda: Any = None
"""`numba.cuda`, or what stands in its place; it is not imported here because it comes with an extra."""
