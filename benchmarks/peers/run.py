"""Run standoff and the other programs on the same games, and write the page that compares them: `make bench-peers`.

Every program runs in an environment of its own under `build/peers`, which is made when it is first needed. Every step is a
process that prints JSON; the answers go to `build/peers/work/results.json`, and from there to the page. A program that cannot
be installed or fails is told on the page with the reason, and the others go on.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from page import write_page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "peers"
WORK = BUILD / "work"

# sgamesolver's extension must be built against the numpy that it runs with, and its sources are for Cython below 3
PEERS = {
    "gambit": [["pygambit==17.0.0b2"]],
    "sgamesolver": [
        ["numpy==1.26.4", "cython<3", "setuptools<81", "wheel"],
        ["--no-build-isolation", "--no-cache-dir", "sgamesolver==1.0.2", "numpy==1.26.4"],
    ],
    "storm": [["stormpy==2.0.0", "numpy"]],
    "mesa": [["mesa==3.3.1"]],
}
CRISIS_PERIODS = (1, 2, 3, 4, 6, 8, 26, 104, 365)
TREE_PERIODS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
GAMBIT_REPEATS = {1: 7, 2: 7, 3: 5, 4: 1}
TALKS_REPEATS = {2: 7, 6: 5, 13: 3, 26: 3}
LADDER_PERIODS = 365
MESA_PERIODS = 8
MESA_SECONDS = 150
LIMIT = 900  # seconds for any one step


class StepError(Exception):
    """A step did not give an answer; the message is the last line that it wrote."""


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def call(command: list[object], environment: dict[str, str] | None = None) -> str:
    """Run a process and return what it printed."""
    try:
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, timeout=LIMIT, check=False,
            env=os.environ | (environment or {}),
        )  # fmt: skip
    except subprocess.TimeoutExpired as problem:
        raise StepError(f"not done after {LIMIT} s") from problem
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"exit status {done.returncode}"]
        raise StepError(lines[-1].replace(str(ROOT), "."))
    return done.stdout


def python_of(peer: str) -> Path:
    """The interpreter of a program's environment, made if it is not there."""
    folder = BUILD / f"{peer}-venv"
    python = folder / "bin" / "python"
    stamp = folder / "installed"
    wanted = json.dumps(PEERS[peer])
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        say(f"making the environment of {peer}")
        call([sys.executable, "-m", "venv", "--clear", folder])
        for packages in PEERS[peer]:
            call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        stamp.write_text(wanted, encoding="utf-8")
    return python


def step(what: str, command: list[object], environment: dict[str, str] | None = None) -> dict:
    """Run a script that prints JSON."""
    say(what)
    start = time.perf_counter()
    answer = json.loads(call(command, environment))
    say(f"  {time.perf_counter() - start:.1f} s")
    return answer


def ours(*arguments: object, environment: dict[str, str] | None = None) -> dict:
    """Run standoff's own script."""
    return step(
        "standoff " + " ".join(map(str, arguments)), [sys.executable, HERE / "ours.py", *arguments], environment
    )


def of_peer(peer: str, script: str, keys: dict[object, list[object]]) -> dict:
    """Run a program's script once for each key; where it fails, say why and leave the rest out."""
    answers: dict[str, object] = {}
    try:
        python = python_of(peer)
        for key, arguments in keys.items():
            answers[str(key)] = step(f"{peer} {key}", [python, HERE / script, *arguments])
            (WORK / f"{Path(script).stem}-{key}.json").write_text(json.dumps(answers[str(key)]), encoding="utf-8")
    except StepError as problem:
        say(f"  FAILED: {problem}")
        answers["failed"] = str(problem)
    return answers


def first_solves() -> dict[str, dict[str, dict]]:
    """The first solve of a new process, with an empty cache of kernels and with a full one."""
    found: dict[str, dict[str, dict]] = {}
    for family in ("crisis", "talks", "ladder"):
        with tempfile.TemporaryDirectory() as empty:
            cache = {"NUMBA_CACHE_DIR": empty}
            found[family] = {
                "empty": ours("first", family, environment=cache),
                "cached": ours("first", family, environment=cache),
            }
    return found


def machine() -> dict[str, object]:
    """What the page says about the machine; no names of hosts or places."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        text = cpuinfo.read_text(encoding="utf-8")
        model = next(
            (line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), model
        )
        if "avx512f" in text:
            model += " with AVX-512"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"model": model, "cores": cores, "python": sys.version.split()[0], "load": os.getloadavg()[0]}


def measure(*, quick: bool) -> dict:
    """Run everything."""
    WORK.mkdir(parents=True, exist_ok=True)
    for old in WORK.glob("*.json"):
        old.unlink()
    about = machine()
    prepared = ours("prepare", WORK)
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "quick": quick,
        "nodes": prepared["nodes"],
        "crisis": {str(t): ours("time", "crisis", t) for t in CRISIS_PERIODS},
        "talks": {str(t): ours("time", "talks", t, "--repeat", 31) for t in (*TALKS_REPEATS, 104)},
        "ladder": ours("time", "ladder", LADDER_PERIODS),
        "ladder_one_thread": ours("time", "ladder", LADDER_PERIODS, "--threads", 1, "--repeat", 5),
    }
    results["tree"] = {
        str(t): step(
            f"public tree {t}",
            [
                sys.executable,
                HERE / "public_tree.py",
                t,
                "--repeat",
                3 if t > 7 else 9,
                "--write",
                WORK / f"tree-{t}.npz",
            ],
        )
        for t in TREE_PERIODS
    }
    results["gambit"] = of_peer(
        "gambit",
        "gambit.py",
        {t: [WORK / f"crisis-{t}.efg", "--repeat", n] for t, n in GAMBIT_REPEATS.items() if t < 4 or not quick},
    )
    results["sgamesolver"] = of_peer(
        "sgamesolver", "markov.py", {t: [WORK / f"talks-{t}.json", "--repeat", n] for t, n in TALKS_REPEATS.items()}
    )
    results["storm"] = of_peer("storm", "storm.py", {LADDER_PERIODS: [WORK / "ladder.npz", "--steps", LADDER_PERIODS]})
    results["mesa"] = of_peer(
        "mesa",
        "montecarlo.py",
        {MESA_PERIODS: [WORK / f"tree-{MESA_PERIODS}.npz", MESA_PERIODS, "--seconds", MESA_SECONDS]},
    )
    results["agreement"] = ours("agree", WORK)
    results["first"] = first_solves()
    return results


def main() -> None:
    """Measure, unless asked only to write the page again from what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the longest run, pygambit on four periods")
    parser.add_argument("--page-only", action="store_true", help="write the page from the last results")
    given = parser.parse_args()
    path = WORK / "results.json"
    if not given.page_only:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(measure(quick=given.quick), indent=1), encoding="utf-8")
    write_page(json.loads(path.read_text(encoding="utf-8")), ROOT / "docs")
    say("wrote docs/explanation/peers.md and docs/images/peers.svg")


if __name__ == "__main__":
    main()
