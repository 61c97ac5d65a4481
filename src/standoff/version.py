"""The version of standoff and of its JSON, in a file that imports no other part of it."""

from __future__ import annotations

import platform
from importlib import metadata

__all__ = ["JSON_VERSION", "__version__", "list_versions"]

__version__ = "0.1.0"

JSON_VERSION = 2
"""Version of the layout of the JSON that standoff writes; it grows when a key changes its meaning or is removed."""


def list_versions() -> dict[str, str]:
    """Versions of everything that a number depends on."""
    packages = ("numpy", "numba", "pydantic")
    return {"standoff": __version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in packages
    }
