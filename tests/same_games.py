"""Whether two games are the same in every array, to the last bit."""

from __future__ import annotations

import dataclasses

import numpy as np


def differences(one, other, path="game"):
    """Where two games, or parts of games, differ; paths of attributes."""
    if dataclasses.is_dataclass(one):
        fields = [field.name for field in dataclasses.fields(one)]
        return [
            found
            for name in fields
            for found in differences(getattr(one, name), getattr(other, name), f"{path}.{name}")
        ]
    if isinstance(one, tuple):
        if not isinstance(other, tuple) or len(one) != len(other):
            return [path]
        pairs = enumerate(zip(one, other, strict=True))
        return [found for k, (a, b) in pairs for found in differences(a, b, f"{path}[{k}]")]
    if isinstance(one, np.ndarray):
        return [] if one.dtype == other.dtype and np.array_equal(one, other) else [path]
    return [] if one == other else [path]
