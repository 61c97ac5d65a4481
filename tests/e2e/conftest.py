"""Run the command as its users do: in a process of its own, in an empty folder, with its output going into a pipe.

`standoff` starts a process for every command. `warm` gives the same answers from one process that stays, so that what
takes a process a second to load is loaded once; it is for the many tests whose claim is about an answer alone.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import standoff as package
from standoff.catalog import list_scenarios

INSTALLED = Path(sys.executable).with_name("standoff")
MODULE = (sys.executable, "-c", "import sys; from standoff.cli.app import main; sys.argv[0] = 'standoff'; main()")
TIMEOUT_SECONDS = 300  # the first run on a machine compiles the kernels
SERVER = """
import contextlib, io, json, os, sys, traceback
from standoff.cli.app import main
answers = sys.stdout
for line in sys.stdin:
    words, folder = json.loads(line)
    os.chdir(folder)
    sys.argv = ["standoff", *words]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            code = 1
            traceback.print_exc()
    print(json.dumps([code, out.getvalue(), err.getvalue()]), file=answers, flush=True)
"""


@dataclass(frozen=True)
class Finished:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Standoff = Callable[..., Finished]


def command(*arguments: object) -> list[str]:
    """The words that start standoff, with its arguments."""
    start = (str(INSTALLED),) if INSTALLED.exists() else MODULE
    return [*start, *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of the tests, in which the command finds the same standoff from any folder."""
    source = str(Path(package.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH", "")]))
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "TTY_COMPATIBLE"}}
    return {**kept, "PYTHONPATH": path, "COLUMNS": "200", **more}


@pytest.fixture(scope="session", name="environment")
def _environment() -> dict[str, str]:
    """For tests that start Python themselves."""
    return environment()


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start the command and return at once."""

    def started(*arguments: object, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=cwd,
            env=environment(**more),
        )

    return started


@pytest.fixture(scope="session")
def standoff(start: Callable[..., subprocess.Popen[str]], tmp_path_factory: pytest.TempPathFactory) -> Standoff:
    """Run the command to its end."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def finished(*arguments: object, cwd: Path = elsewhere, **more: str) -> Finished:
        with start(*arguments, cwd=cwd, **more) as process:
            try:
                out, err = process.communicate(timeout=TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return Finished(process.returncode, out, err)

    return finished


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standoff]:
    """Run the command in a process that stays."""
    elsewhere = tmp_path_factory.mktemp("warm")
    words = [sys.executable, "-c", SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment()) as process:

        def finished(*arguments: object, cwd: Path = elsewhere) -> Finished:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps([[str(word) for word in arguments], str(cwd)]) + "\n")
            process.stdin.flush()
            return Finished(*json.loads(process.stdout.readline()))

        yield finished


@pytest.fixture(scope="session")
def starter(standoff: Standoff, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that `init` writes."""
    path = tmp_path_factory.mktemp("starter") / "crisis.yaml"
    finished = standoff("init", path)
    assert finished == Finished(0, f"wrote {path}; next: standoff check {path}\n", "")
    return path


@pytest.fixture(scope="session", params=[*list_scenarios("crises"), "starter"])
def scenario(request: pytest.FixtureRequest) -> str:
    """Each scenario of the catalogue, and the starter."""
    return str(request.getfixturevalue("starter")) if request.param == "starter" else request.param
