"""What every number of a document goes with: the layout's version, and the versions of what made it."""

from __future__ import annotations

import platform
from importlib import metadata

from standoff.version import __version__

__all__ = ["JSON_VERSION", "versions"]

JSON_VERSION = 1
"""Version of the layout of `Solution.document`; it grows when a key changes its meaning or goes."""


def versions() -> dict[str, str]:
    """Versions of everything that a number depends on."""
    packages = ("numpy", "numba", "pydantic")
    return {"standoff": __version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in packages
    }
