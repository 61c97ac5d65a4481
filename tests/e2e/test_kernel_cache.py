"""Compiled kernels between runs: an upgrade, a home that cannot be written to, and damaged files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import config

import standoff

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")

CALLEE = "from standoff.solve.kernels.vectors import kernel\n\nSTEP = {step}\n\n\n@kernel\ndef add(x):\n    return x + STEP\n"
CALLER = (
    "from standoff.solve.callee import add\nfrom standoff.solve.kernels.vectors import kernel\n\n\n"
    "@kernel\ndef answer(x):\n    return 2.0 * add(x)\n"
)
RUN = "from standoff.solve.caller import answer; print(answer(20.0), sum(answer.stats.cache_hits.values()))"


@pytest.fixture
def package(tmp_path):
    """A copy of the solver with two more kernels, one of which calls the other."""
    copy = tmp_path / "source" / "standoff"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(standoff.__file__).parent / "solve", copy / "solve", ignore=ignored)
    (copy / "__init__.py").touch()
    (copy / "solve" / "callee.py").write_text(CALLEE.format(step=1.0))
    (copy / "solve" / "caller.py").write_text(CALLER)
    return copy


@pytest.fixture(name="run")
def _run(package, tmp_path):
    """Run the calling kernel in a new process: its answer, the number of kernels that were loaded, and the messages."""

    def finished(**more):
        kept = {name: value for name, value in os.environ.items() if name not in {"NUMBA_CACHE_DIR", "XDG_CACHE_HOME"}}
        environment = {**kept, "HOME": str(tmp_path), "PYTHONPATH": str(package.parent), **more}
        words = [sys.executable, "-c", RUN]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.stdout.strip(), done.stderr

    return finished


def test_a_change_in_a_callee_changes_the_answer_although_its_caller_is_cached(package, run):
    assert [run(), run()] == [("42.0 0", ""), ("42.0 1", "")]
    (package / "solve" / "callee.py").write_text(CALLEE.format(step=5.0))
    assert run() == ("50.0 0", "")


def test_a_home_that_cannot_be_written_to_gives_one_message_and_the_answer(run, tmp_path):
    (tmp_path / "file").touch()
    out, err = run(HOME=str(tmp_path / "file" / "home"))
    assert (out, err.count("compiled kernels cannot be kept"), "Traceback" in err) == ("42.0 0", 1, False)
    assert "help: set NUMBA_CACHE_DIR" in err


def test_damaged_files_are_compiled_again(run, tmp_path):
    run(NUMBA_CACHE_DIR=str(tmp_path / "kernels"))
    for path in (tmp_path / "kernels").rglob("*.kernel"):
        path.write_bytes(path.read_bytes()[:100])
    assert run(NUMBA_CACHE_DIR=str(tmp_path / "kernels")) == ("42.0 0", "")
