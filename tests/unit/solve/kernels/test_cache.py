"""Compiled kernels on disk: what is read, written and removed."""

import ast
import errno
import os
import pickle
import time
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from numba import njit
from numba.core import config
from numba.core.dispatcher import Dispatcher

from standoff.solve.kernels import cache
from standoff.solve.kernels.cache import KernelCache, KernelFolder, find_folder, hash_sources, list_compiled

KEY, OTHER_KEY = "0123456789abcdef0123", "0123456789abcdef4567"
LONG_AGO = time.time() - 40 * 86400


@pytest.fixture(name="folder")
def _folder(tmp_path, monkeypatch):
    """A folder of kernels, in the place of that of this process."""
    folder = KernelFolder(tmp_path / KEY)
    monkeypatch.setattr(cache, "open_folder", lambda: folder)
    return folder


def twice(x):
    return 2.0 * x


def compile_twice():
    """Run a kernel as a new process would; return its answer and whether it was loaded."""
    kernel = njit(twice)
    kernel._cache = KernelCache(twice)
    return kernel(21.0), sum(kernel.stats.cache_hits.values()) == 1


needs_compiler = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")


@needs_compiler
def test_a_kernel_is_compiled_once(folder):
    assert [compile_twice(), compile_twice()] == [(42.0, False), (42.0, True)]
    assert [name.rpartition(".")[2] for name, _ in list_compiled(folder.path)] == ["twice"]


@needs_compiler
@pytest.mark.parametrize("damage", [lambda content: content[:-9], lambda _: b"", lambda content: b"x" + content[1:]])
def test_a_damaged_file_is_compiled_again_and_replaced(folder, damage):
    compile_twice()
    (path,) = folder.path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert [compile_twice(), compile_twice()] == [(42.0, False), (42.0, True)]


@needs_compiler
def test_a_pickle_of_a_class_that_has_gone_is_compiled_again(folder):
    compile_twice()
    (path,) = folder.path.iterdir()
    folder.write(path.name, pickle.dumps(hash_sources).replace(b"hash_sources", b"hash_nothing"))
    assert compile_twice() == (42.0, False)


@needs_compiler
def test_sources_that_changed_since_the_start_keep_nothing(folder, monkeypatch):
    monkeypatch.setattr(cache, "_SOURCES", "other sources")
    compile_twice()
    assert list_compiled(folder.path) == []


@needs_compiler
def test_a_full_disk_gives_one_message_and_the_answer(folder, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert [compile_twice(), compile_twice()] == [(42.0, False), (42.0, False)]
    assert [one.getMessage().count("no space left on device") for one in caplog.records] == [1]
    assert list(folder.path.iterdir()) == []


def test_what_is_written_is_read(tmp_path):
    KernelFolder(tmp_path / KEY).write("a.kernel", b"code")
    assert KernelFolder(tmp_path / KEY).read("a.kernel") == b"code"


def test_without_a_place_nothing_is_kept_and_the_message_comes_once(caplog):
    folder = KernelFolder(None)
    folder.write("a.kernel", b"code")
    folder.write("a.kernel", b"code")
    assert (folder.read("a.kernel"), len(caplog.records)) == (None, 1)


def test_a_relative_home_is_no_place(monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(cache, "AppDirs", lambda *_, **__: type("Known", (), {"user_cache_dir": "~/.cache/standoff"}))
    assert find_folder() is None


def test_a_package_without_readable_sources_has_no_place(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_SOURCES", hash_sources(tmp_path))
    assert find_folder() is None


def test_the_folder_lies_in_the_one_that_the_user_names(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    assert find_folder().parent == tmp_path / "standoff"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"), [("_SOURCES", "other sources"), ("np", type("NumPy", (), {"__version__": "9"}))]
)
def test_other_sources_and_versions_have_another_folder(monkeypatch, name, value):
    before = find_folder()
    monkeypatch.setattr(cache, name, value)
    assert find_folder() != before


def test_the_hash_covers_names_and_text_of_all_files(tmp_path):
    (tmp_path / "adjoint").mkdir()
    path = tmp_path / "adjoint" / "linear.py"
    path.write_text("STEP = 1.0\n")
    before = hash_sources(tmp_path)
    path.write_text("STEP = 2.0\n")
    changed = hash_sources(tmp_path)
    path.rename(tmp_path / "linear.py")
    assert len({before, changed, hash_sources(tmp_path)}) == 3


def make_old_folder(parent, name, *files):
    folder = parent / name
    folder.mkdir()
    for file in files:
        (folder / file).touch()
    os.utime(folder, (LONG_AGO, LONG_AGO))
    return folder


def test_a_new_folder_removes_those_that_are_ours_and_unused(tmp_path):
    unused = make_old_folder(tmp_path, OTHER_KEY, "a.kernel", "b.part")
    in_use = make_old_folder(tmp_path, KEY[::-1], "a.kernel")
    KernelFolder(in_use).mark_used()
    KernelFolder(tmp_path / KEY).write("a.kernel", b"code")
    assert [unused.exists(), (in_use / "a.kernel").exists()] == [False, True]


def test_what_is_not_ours_stays(tmp_path):
    elsewhere = make_old_folder(tmp_path, "elsewhere", "a.kernel")
    strange = make_old_folder(tmp_path, OTHER_KEY, "notes.txt")
    (tmp_path / KEY[::-1]).symlink_to(elsewhere)
    KernelFolder(tmp_path / KEY).write("a.kernel", b"code")
    assert all(path.exists() for path in (elsewhere / "a.kernel", strange / "notes.txt", tmp_path / KEY[::-1]))


def list_kernels():
    package = import_module("standoff.solve")
    for info in walk_packages(package.__path__, "standoff.solve."):
        for kernel in vars(import_module(info.name)).values():
            if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == info.name:
                yield kernel.py_func


@lru_cache
def find_origins(path):
    """The module from which a file imports each name."""
    imports = [node for node in ast.parse(Path(path).read_text()).body if isinstance(node, ast.ImportFrom)]
    return {one.asname or one.name: node.module for node in imports for one in node.names}


@needs_compiler
def test_kernels_use_nothing_of_standoff_that_the_key_does_not_cover():
    codes = [one.__code__ for one in list_kernels()]
    used = {find_origins(code.co_filename).get(name, "") for code in codes for name in code.co_names}
    ours = {module for module in used if module.startswith("standoff.")}
    assert "standoff.solve.kernels.vectors" in ours
    assert [module for module in ours if not module.startswith("standoff.solve.")] == []


@needs_compiler
def test_every_kernel_is_kept():
    assert [one for one in list_kernels() if not cache.is_covered(one)] == []
