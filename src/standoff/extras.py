"""Import the optional parts, or say exactly how to install them."""

from __future__ import annotations

import importlib
from types import ModuleType

from standoff.errors import MissingExtraError

__all__ = ["import_extra"]


def import_extra(module: str, extra: str, needed_for: str) -> ModuleType:
    """Import a module of an extra.

    Args:
        module: Name of the module.
        extra: The extra of standoff that brings it.
        needed_for: What needs it, as the start of a sentence.

    Returns:
        The module.

    Raises:
        MissingExtraError: It is not installed; the error holds the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.split(".")[0]:
            raise
        raise MissingExtraError(extra, needed_for) from None
