"""Compiled kernels on disk, in a folder that is named after everything they are made of.

Compiling all kernels takes about half a minute, so they are kept from run to run. Numba's own cache belongs to one source file:
it keeps a kernel although another one that it calls, and that LLVM has inlined, has changed in another file. After an upgrade of
standoff, old code would answer under the new version number. Here the name of the folder is a hash of the text of all files of
`standoff.solve`, of the versions of Numba, llvmlite, NumPy and Python, and of the processor. Where one of them changes, all
kernels are compiled anew into a new folder.

The folder lies in `NUMBA_CACHE_DIR` if that is set, else in the user's folder for caches. Each compiled kernel is one file, named
after the kernel and a hash of its signature; it is written whole or not at all and begins with a hash of its content. There
is no index, so processes that compile at the same time cannot confuse the entries of one another. A file that is damaged or
missing is compiled again. A folder that nobody has used for `UNUSED_DAYS` is removed when a new one is made.

Where nothing can be written (no home, a read-only or full disk), kernels are compiled in memory, and a message says so once. A
folder that is filled but read-only is used as it is.

`KernelCache` takes the place of Numba's cache in the dispatcher of each kernel (`vectors.kernel`). The alternatives were to
change `numba.config.CACHE_DIR` or Numba's list of cache locators, which would move the caches of other packages in the process.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import platform
import re
import secrets
import sys
import time
from contextlib import suppress
from functools import cache
from multiprocessing import parent_process
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.registry import cpu_target
from numba.core.serialize import dumps
from numba.misc.appdirs import AppDirs

__all__ = ["KernelCache", "KernelFolder", "find_folder", "is_covered", "list_compiled", "name_kernel"]

UNUSED_DAYS = 30
"""Days after which a folder that nobody uses is removed."""

_PACKAGE = "standoff.solve."
_ROOT = Path(__file__).parents[1]
_SUFFIX = ".kernel"
_PART = ".part"
_KEY = re.compile(r"[0-9a-f]{20}")
_DAY_SECONDS = 86400.0
_DAMAGED = (
    pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, KeyError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What `pickle` and LLVM raise for an object that cannot be rebuilt."""

_logger = logging.getLogger("standoff")


def is_covered(function: FunctionType) -> bool:
    """Whether the key covers the text of a function: it stands in a file of `standoff.solve`, outside other functions."""
    return function.__module__.startswith(_PACKAGE) and function.__qualname__ == function.__name__


def name_kernel(function: FunctionType) -> str:
    """Name a kernel by its module and its own name, as its files begin."""
    return f"{function.__module__.removeprefix(_PACKAGE)}.{function.__qualname__}"


def hash_sources(root: Path) -> str:
    """Hash the names and the text of all Python files in a folder; "" where none can be read, as in a zipped package."""
    found = hashlib.sha256()
    paths = sorted(root.rglob("*.py"))
    try:
        for path in paths:
            content = path.read_bytes()
            found.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
            found.update(content)
    except OSError:
        return ""
    return found.hexdigest() if paths else ""


_SOURCES = hash_sources(_ROOT)
"""The sources as this process has imported them; files may change while it runs."""


def find_folder() -> Path | None:
    """Find the folder of the kernels of this process; None where there is no place for one. Nothing is made."""
    chosen = config.CACHE_DIR  # type: ignore[attr-defined]  # numba sets it from NUMBA_CACHE_DIR
    if chosen:
        parent = Path(chosen).absolute() / "standoff"
    else:
        parent = Path(AppDirs("standoff", appauthor=False).user_cache_dir) / "kernels"
    # without a home the path begins with ~
    return parent / _make_key() if _SOURCES and parent.is_absolute() else None


def _make_key() -> str:
    processor = cpu_target.target_context.codegen().magic_tuple()
    python = platform.python_version(), sys.implementation.name, getattr(sys, "abiflags", "")
    parts = (_SOURCES, numba.__version__, llvmlite.__version__, np.__version__, *python, *processor)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


def list_compiled(folder: Path) -> list[tuple[str, int]]:
    """List the compiled forms in a folder: name of the kernel (`name_kernel`) and size in bytes."""
    with suppress(OSError):
        return [(path.name.rpartition("-")[0], path.stat().st_size) for path in folder.glob(f"*{_SUFFIX}")]
    return []


class KernelFolder:
    """Whole files with a hash of their content, in one folder.

    Attributes:
        path: The folder, which is made by the first write; None: nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._is_closed = False
        """Whether a write has failed, so that no other is tried."""

    def read(self, name: str) -> bytes | None:
        """Read a file; None where it is missing, damaged or not readable."""
        if self.path is None:
            return None
        try:
            content = (self.path / name).read_bytes()
        except OSError:
            return None
        digest, payload = content[:32], content[32:]
        return payload if hashlib.sha256(payload).digest() == digest else None

    def write(self, name: str, payload: bytes) -> None:
        """Write a file whole; where that fails, say so once and write no more."""
        if self._is_closed:
            return
        if self.path is None:
            self._close("neither NUMBA_CACHE_DIR nor a home folder is known")
            return
        part = self.path / f"{secrets.token_hex(8)}{_PART}"
        try:
            self._make(self.path)
            try:
                part.write_bytes(hashlib.sha256(payload).digest() + payload)
                part.replace(self.path / name)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            reason = os.strerror(error.errno).lower() if error.errno else str(error)
            self._close(f"`{self.path}` cannot be written to: {reason}")

    def mark_used(self) -> None:
        """Note the day of use in the time of the folder, so that it is not removed; without effect where that is not allowed."""
        with suppress(OSError):
            if self.path is not None and time.time() - self.path.stat().st_mtime > _DAY_SECONDS:
                os.utime(self.path)

    def _make(self, path: Path) -> None:
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            _remove_unused(path.parent)

    def _close(self, reason: str) -> None:
        self._is_closed = True
        if parent_process() is None:  # one message, and not another from every worker
            _logger.warning(
                "compiled kernels cannot be kept, so that every run compiles them again: %s\n"
                "  help: set NUMBA_CACHE_DIR to a folder that you may write to",
                reason,
            )


def _remove_unused(parent: Path) -> None:
    """Remove folders that this module made and nobody has used for long; other files, and what is not ours in them, stay."""
    with suppress(OSError):
        for folder in list(parent.iterdir()):
            is_ours = _KEY.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink()
            if is_ours and time.time() - folder.stat().st_mtime > UNUSED_DAYS * _DAY_SECONDS:
                _remove(folder)


def _remove(folder: Path) -> None:
    with suppress(OSError):  # another process may remove the same folder, or it holds something else
        for path in list(folder.iterdir()):
            if path.suffix in {_SUFFIX, _PART}:
                path.unlink(missing_ok=True)
        folder.rmdir()


@cache
def open_folder() -> KernelFolder:
    """Open the folder of the kernels of this process."""
    folder = KernelFolder(find_folder())
    folder.mark_used()
    return folder


class KernelCache(NullCache):
    """The compiled forms of one kernel on disk, one file for each signature; Numba calls it under its compiler lock."""

    def __init__(self, function: FunctionType) -> None:
        self._kernel = name_kernel(function)

    @property
    def cache_path(self) -> str | None:
        """The folder, for Numba's statistics."""
        path = open_folder().path
        return None if path is None else str(path)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Load the form for a signature; None where it is to be compiled."""
        target_context.refresh()
        payload = open_folder().read(self._name_file(sig))
        if payload is None:
            return None
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(payload))  # noqa: S301 - from the user's own folder
        except _DAMAGED:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save the form for a signature, unless it holds addresses of this process or the sources have changed since."""
        if not data.library.has_dynamic_globals and hash_sources(_ROOT) == _SOURCES:
            open_folder().write(self._name_file(sig), dumps(data._reduce()))

    def _name_file(self, sig: Any) -> str:
        return f"{self._kernel}-{hashlib.sha256(str(sig).encode()).hexdigest()[:16]}{_SUFFIX}"
