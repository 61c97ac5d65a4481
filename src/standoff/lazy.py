"""Names of a package that are imported when they are first used, so that `standoff --help` and `import standoff` stay quick."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["import_on_use"]


def import_on_use(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make the `__getattr__` and `__dir__` of a package (PEP 562).

    Args:
        package: Name of the package.
        modules: Each public name with the full name of its module.

    Returns:
        A function that imports a name, and one that lists the names of `__all__`.

    Examples:
        >>> find, _ = import_on_use("standoff.game", {"matrix_game": "standoff.game.textbook"})
        >>> find("matrix_game").__name__
        'matrix_game'
        >>> find("triangle_game")
        Traceback (most recent call last):
        ...
        AttributeError: module 'standoff.game' has no attribute 'triangle_game'
    """

    def find(name: str) -> Any:
        if name in modules:
            return getattr(import_module(modules[name]), name)
        raise AttributeError(f"module '{package}' has no attribute {name!r}")

    def list_public() -> list[str]:
        return sorted(import_module(package).__all__)

    return find, list_public
