"""Check the installation: packages, kernels, models and the store.

Nothing is changed, made, downloaded or sent: a store is not brought up to date, a language model is not asked.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from standoff.errors import InputError, StandoffError
from standoff.packages import EXTRAS, REQUIRED, Installed, find_installed
from standoff.version import JSON_VERSION, __version__, list_versions

__all__ = ["Examination", "Finding", "State", "examine"]

State = Literal["ok", "absent", "broken"]
"""`ok`: present and sound; `absent`: not present, which is not a fault; `broken`: present and damaged."""


@dataclass(frozen=True)
class Finding:
    """The state of one part of standoff or of its environment.

    Attributes:
        part: Its name, such as "extra news".
        state: Whether it is as it should be.
        found: What was found, in one line.
        help: What to do about it; "" where there is nothing to do.
    """

    part: str
    state: State
    found: str
    help: str = ""


@dataclass(frozen=True)
class Examination:
    """The result of a check of the installation.

    Attributes:
        findings: In the order in which things build on one another.
    """

    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether no part is broken."""
        return all(one.state != "broken" for one in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the findings as plain data, as `standoff doctor --json` prints them."""
        return {
            "json_version": JSON_VERSION,
            "is_sound": self.is_sound,
            "findings": [
                {"part": one.part, "state": one.state, "found": one.found, "help": one.help} for one in self.findings
            ],
            "versions": list_versions(),
        }


def examine(store: str | Path | None = None) -> Examination:
    """Check every part.

    Args:
        store: The store, as of `standoff.store.open_store`.
    """
    found = [*_check_core(), *(_check_extra(name) for name in EXTRAS), _check_kernels()]
    return Examination((*found, *_check_coders(), _check_store(store)))


def _check_core() -> Iterator[Finding]:
    yield Finding("standoff", "ok", f"{__version__} in {Path(__file__).parents[1]}")
    python = f"{platform.python_version()} ({sys.executable})"
    yield Finding("Python", "ok", python)
    yield _check_packages("packages", REQUIRED, "python -m pip install --upgrade standoff")


def _check_extra(name: str) -> Finding:
    return _check_packages(f"extra {name}", EXTRAS[name], f"python -m pip install --upgrade 'standoff[{name}]'")


def _check_packages(part: str, requirements: tuple[str, ...], command: str) -> Finding:
    packages = [find_installed(one) for one in requirements]
    missing = [one.name for one in packages if not one.version]
    if len(missing) == len(packages):
        return Finding(part, "absent", "not installed", command)
    found_text = ", ".join(_describe_package(one) for one in packages)
    is_whole = not missing and not any(one.is_old for one in packages)
    return Finding(part, "ok", found_text) if is_whole else Finding(part, "broken", found_text, command)


def _describe_package(package: Installed) -> str:
    if not package.version:
        return f"{package.name} missing"
    return f"{package.name} {package.version}" + (f" (older than {package.wanted})" if package.is_old else "")


def _check_kernels() -> Finding:
    """Count the kernels that are compiled on disk for the sources, packages and processor of this process."""
    from standoff.solve.kernels.cache import find_folder, list_compiled

    names = set(_list_kernels())
    if not names:
        return Finding("kernels", "absent", "run as plain Python, which is very slow", "unset NUMBA_DISABLE_JIT")
    folder = find_folder()
    advice = "set NUMBA_CACHE_DIR to a folder that you may write to"
    if folder is None:
        return Finding("kernels", "absent", "compiled in every run, because no folder for caches is known", advice)
    files = list_compiled(folder)
    num_compiled = len(names & {name for name, _ in files})
    size = sum(num_bytes for _, num_bytes in files) / 1e6
    found_text = f"{num_compiled} of {len(names)} compiled in {folder} ({size:.1f} MB)"
    if not _is_writable(folder):
        found_text += ", which cannot be written to"
    elif num_compiled:
        advice = ""
    else:
        advice = "the first run compiles them, which takes about half a minute"
    return Finding("kernels", "ok" if num_compiled else "absent", found_text, advice)


def _list_kernels() -> Iterator[str]:
    import importlib
    import pkgutil

    from numba.core.dispatcher import Dispatcher

    from standoff.solve.kernels.cache import name_kernel

    solver = importlib.import_module("standoff.solve")
    for info in pkgutil.walk_packages(solver.__path__, "standoff.solve."):
        module = importlib.import_module(info.name)
        for kernel in vars(module).values():
            if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == module.__name__:
                yield name_kernel(kernel.py_func)


def _is_writable(folder: Path) -> bool:
    """Whether a folder, or the one in which it would be made, can be written to."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def _check_coders() -> Iterator[Finding]:
    yield _check_english_model()
    yield _check_trained()
    yield _check_language_model()


def _check_english_model() -> Finding:
    from standoff.news.parsing import check_model

    found = check_model()
    if not found.name:
        command = "python -m pip install --upgrade 'standoff[news]'"
        return Finding("English model", "absent", "not installed; no news can be coded offline", command)
    if not found.is_known:
        command = "python -m pip install --force-reinstall 'standoff[news]'"
        return Finding("English model", "broken", f"{found.name} {found.version}: {'; '.join(found.problems)}", command)
    found_text = f"{found.name} {found.version}, identical to the official release"
    return Finding("English model", "ok", found_text)


def _check_trained() -> Finding:
    from standoff.news.trained_parts import TRAINED_FILE, load_trained

    try:
        found = load_trained()
    except (StandoffError, OSError, ValueError, KeyError) as error:
        found_text = f"{TRAINED_FILE} cannot be read: {error}"
        return Finding("trained coder", "broken", found_text, "python -m pip install --force-reinstall standoff")
    return Finding("trained coder", "ok", f"parameters {found.parameters_hash}")


def _check_language_model() -> Finding:
    part = "language model"
    if not all(find_installed(one).version for one in EXTRAS["llm"]):
        return Finding(part, "absent", "the extra `llm` is not installed; it is optional")
    from standoff.news.language_model.settings import (
        ADDRESS_VARIABLE,
        KEY_VARIABLE,
        MODEL_VARIABLE,
        load_language_model,
    )

    if not (os.environ.get(ADDRESS_VARIABLE) or os.environ.get(MODEL_VARIABLE)):
        return Finding(part, "absent", f"none is named by {ADDRESS_VARIABLE} and {MODEL_VARIABLE}; it is optional")
    try:
        model = load_language_model(cache_folder=Path())
    except InputError as error:
        faults = "; ".join(one.message for one in error.problems)
        return Finding(part, "broken", faults, error.problems[0].help)
    key = "with a key" if model.key else f"without a key ({KEY_VARIABLE} is not set)"
    found_text = f"{model.model} at {model.address}, {key}; it is asked only with `--coder llm`"
    return Finding(part, "ok", found_text)


def _check_store(given: str | Path | None) -> Finding:
    if not all(find_installed(one).version for one in EXTRAS["store"]):
        return Finding("store", "absent", "the extra `store` is not installed")
    from standoff.store.database import Database
    from standoff.store.location import find_location
    from standoff.store.repository import Store
    from standoff.store.schema import check_revision

    try:
        place = find_location(given)
        if place.path is not None and not place.path.exists():
            return Finding("store", "absent", f"none at {place}; the first write creates it")
        database = Database(place, 5.0)
        with Store(database) as store:
            revision = check_revision(database)
            if not revision.revision:
                return Finding("store", "absent", f"{place} is empty")
            if not revision.is_newest:
                return Finding("store", "ok", f"{place}, tables of the older version {revision.revision}")
            faults = store.check()
    except StandoffError as error:
        message, _, advice = str(error).partition("\n")
        return Finding("store", "broken", message, advice.strip().removeprefix("help: "))
    if faults:
        found_text = "; ".join(f"{one.table}: {one.message}" if one.table else one.message for one in faults[:3])
        return Finding("store", "broken", f"{place} is damaged: {found_text}", "restore the last backup")
    reading = "sound, read-only" if store.is_read_only else "sound"
    return Finding("store", "ok", f"{place}, tables of version {revision.revision}, {reading}")
