"""`standoff ensemble`: runs that are killed, stopped, taken up again, or lose a worker end with the same answer."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")

DRAWS = 40
MANY = 600  # enough that a run which is to be stopped does not end before
CRISIS = ("cuba-1962", "--set", "period.horizon=3", "--set", "rationality=3")
RUN = ("ensemble", *CRISIS, "--draws", DRAWS)
LONG = ("ensemble", *CRISIS, "--draws", MANY, "--workers", 1)
PATIENCE_SECONDS = 240
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for workers in /proc")


@pytest.fixture(scope="module")
def whole(warm, tmp_path_factory):
    """The folder and the document of a run that nobody disturbs."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    finished = warm(*RUN, "--output", folder, "--json")
    assert (finished.code, finished.err) == (0, "")
    return folder, finished.document


def rows(folder):
    """The draws of a finished run; where they were solved leaves no trace in them."""
    return parquet.read_table(folder / "draws.parquet").to_pydict()


def first_rows(folder):
    """Those of the draws that the undisturbed run has."""
    return {name: column[:DRAWS] for name, column in rows(folder).items()}


def kept_draws(folder):
    """The draws that a run left in its parts; none is there twice."""
    found = [draw for part in parts(folder) for draw in parquet.read_table(part)["draw"].to_pylist()]
    assert len(found) == len(set(found))
    return set(found)


def parts(folder):
    return list((folder / "parts").glob("draws-*.parquet"))


def wait_for(what, process):
    """Wait until something is there while a run goes on."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := what()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    return found


def descendants(pid):
    """Processes below one, with their command lines."""
    parent, words = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text()
                words[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            parent[int(entry.name)] = int(status.rpartition(")")[2].split()[1])
    below = {pid}
    while more := {child for child, above in parent.items() if above in below} - below:
        below |= more
    return {child: words[child] for child in below - {pid} if child in words}


def test_bands_are_printed_with_their_certificate(whole):
    _, document = whole
    assert document["draws"] == document["solved"] == DRAWS
    assert document["certificate"]["residual"] < 1e-8
    assert document["certificate"]["belief_error"] <= document["settings"]["belief_tolerance"] == 5e-3
    assert document["certificate"]["num_checked"] == 8
    assert document["overrides"] == ["period.horizon=3", "rationality=3"]
    assert document["fixed"] == ["rationality"]
    assert document["versions"]["scipy"]
    for series in document["series"]:
        low, *_, high = series["bands"]
        assert all(0 <= a <= b <= 1 for a, b in zip(low, high, strict=True))
    for target in document["targets"]:
        assert [step["draws"] for step in target["convergence"]] == [10, 20, 40]
        assert target["convergence"][-1]["bands"] == target["bands"]


def test_the_file_of_draws_holds_what_the_document_tells(whole):
    folder, document = whole
    assert json.loads((folder / "ensemble.json").read_text())["key"] == document["ensemble"]
    found = rows(folder)
    assert found["draw"] == list(range(DRAWS))
    assert {name.partition(".")[2] for name in found if name.startswith("parameter.")} == set(document["parameters"])


def test_a_killed_run_resumes_from_what_it_has(start, warm, whole, tmp_path):
    folder = tmp_path / "run"
    with start(*LONG, "--output", folder) as process:
        wait_for(lambda: parts(folder), process)
        process.kill()
        process.communicate()
    kept = kept_draws(folder)
    assert 0 < len(kept) < MANY
    finished = warm(*RUN, "--output", folder, "--json")
    assert (finished.code, finished.err) == (0, "")
    assert not parts(folder)
    assert set(rows(folder)["draw"]) == kept | set(range(DRAWS))
    assert first_rows(folder) == rows(whole[0])
    assert finished.document["series"] == whole[1]["series"]


def test_ctrl_c_stops_cleanly_and_keeps_what_is_done(start, warm, whole, tmp_path):
    folder = tmp_path / "run"
    with start(*LONG, "--output", folder) as process:
        wait_for(lambda: parts(folder), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (130, "")
    assert err == f"finished draws are kept in {folder}; run the same command again to resume\n"
    assert not list(folder.rglob("*.part"))
    kept = kept_draws(folder)
    assert 0 < len(kept) < MANY
    finished = warm(*RUN, "--output", folder)
    assert (finished.code, finished.err) == (0, "")
    assert set(rows(folder)["draw"]) == kept | set(range(DRAWS))
    assert first_rows(folder) == rows(whole[0])


@linux
def test_a_killed_worker_of_ray_costs_its_unfinished_draws_only(start, whole, tmp_path):
    """A cluster of two workers is started on this machine, and one of them is killed at its work."""
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    folder = tmp_path / "run"
    with start(*RUN, "--executor", "ray", "--workers", 2, "--output", folder, "--json") as process:
        workers = wait_for(
            lambda: [pid for pid, words in descendants(process.pid).items() if "ray::solve_part" in words], process
        )
        os.kill(workers[0], signal.SIGKILL)
        assert process.poll() is None  # there was something left to do
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, err
    assert json.loads(out)["series"] == whole[1]["series"]
    assert rows(folder) == rows(whole[0])


def test_a_cluster_starts_in_a_process_that_has_imported_ray_before():
    # as in a notebook: what Ray reads from the environment it reads when it is imported
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    lines = (
        "import ray",
        "from standoff.execution.ray import open_ray_cluster",
        "with open_ray_cluster(workers=1) as one:",
        " pass",
    )
    code = "\n".join([*lines, "print(one.workers)"])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", 0], "num-draws: `0` is not a possible number of draws"),
        (["--draws", "many"], "Invalid value for '--draws'"),
        (["--seed", -1], "Invalid value for '--seed': Input should be greater than or equal to 0"),
        (["--executor", "rey"], "unknown-executor: there is no executor `rey`\n  help: did you mean `ray`?"),
        (["--workers", 0], "workers: `0` is not a valid number of workers"),
        (
            ["--ray-address", "here:6379"],
            "ray-address: the executor `local` does not use the Ray address `here:6379`",
        ),
        (["--executor", "ray", "--ray-address", "ray://here"], "ray-address: `ray://here` is no address"),
        (["--executor", "ray", "--ray-address", "here"], "ray-address: `here` is no address"),
        (["--target", "strik"], "unknown-target: there is no outcome or milestone `strik`"),
        (["--output", "missing/run"], "cannot-write: the ensemble cannot be written to `missing/run`"),
        (["--output", "file.parquet"], "run-folder: `file.parquet` cannot hold this ensemble: it is not a folder"),
        (["--set", "wor=2"], "unknown-path: there is no `wor`"),
    ],
    ids=lambda part: " ".join(map(str, part)) if isinstance(part, list) else "",
)
def test_a_wrong_request_is_reported_and_writes_nothing(warm, tmp_path, arguments, message):
    finished = warm(*RUN, *arguments, cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err
    assert "Traceback" not in finished.err
    assert not list(tmp_path.iterdir())


def test_a_cluster_that_is_not_there_is_reported_at_once(warm, tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, but nobody listens
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        finished = warm(*RUN, "--executor", "ray", "--ray-address", address, "--output", "run", cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith(
        f"cluster-unreachable: the Ray cluster `{address}` cannot be reached: connection refused"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("answer", "message"),
    [(b"HTTP/1.1 400 Bad Request", "the server there is not a head node of Ray"), (b"", "no answer within 5 seconds")],
    ids=["another server", "a silent one"],
)
def test_an_address_of_something_else_is_reported_at_once(warm, answer, message):
    """Ray itself would try for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            line, _ = server.accept()
            with line:
                line.recv(100)
                if answer:
                    line.sendall(answer)
                else:
                    line.recv(100)  # until the other side gives up

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        finished = warm(*RUN, "--executor", "ray", "--ray-address", address)
        thread.join()
    assert finished.code == 2
    assert finished.err.startswith(f"cluster-unreachable: the Ray cluster `{address}` cannot be reached: {message}")


def test_another_ensemble_is_not_mixed_in(warm, whole):
    folder, _ = whole
    before = rows(folder)
    finished = warm(*RUN, "--seed", 1, "--output", folder)
    assert finished.code == 2
    assert "it contains another ensemble: `seed` is 0 there and 1 here" in finished.err
    assert rows(folder) == before


def test_a_matrix_that_is_not_positive_definite_is_refused_with_the_nearest(warm, tmp_path, starter):
    text = starter.read_text(encoding="utf-8").replace(
        "state:                            #",
        "correlations:\n  - {parameters: [war_cost, pace], rank: 0.9}\n  - {parameters: [pace, resolve_prior], rank: 0.9}\n"
        "  - {parameters: [war_cost, resolve_prior], rank: -0.9}\nstate:                            #",
    )
    (tmp_path / "crisis.yaml").write_text(text, encoding="utf-8")
    finished = warm("ensemble", "crisis.yaml", "--draws", 8, cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert (
        "crisis.yaml:35: correlation-matrix: these correlations are impossible together: their matrix is not positive definite"
        in finished.err
    )
    assert "the nearest possible ones are `war_cost` and `pace` 0." in finished.err


def test_a_person_sees_bands_their_convergence_and_their_dates(warm):
    finished = warm(*RUN[:-1], 16, "--target", "settlement@3")
    assert (finished.code, finished.err) == (0, "")
    assert "16 draws of" in finished.out
    assert "fixed by an override: rationality" in finished.out
    assert "at 4" in finished.out
    assert ", by date" in finished.out
    assert "Largest probability error" in finished.out


def test_a_map_shows_letters_and_says_what_they_mean(warm, tmp_path):
    arguments = ("map", "cuba-1962", "--set", "period.horizon=2", "--x", "war_cost=1:3:2", "--y", "rationality=2:4:3")
    finished = warm(*arguments, "--output", "map.csv", cwd=tmp_path)
    assert (finished.code, finished.err) == (0, "")
    assert "Most likely outcome by" in finished.out
    lines = (tmp_path / "map.csv").read_text().splitlines()
    assert lines[0].startswith("parameter.war_cost,parameter.rationality,dominant,probabilities.")
    assert len(lines) == 1 + 6
    document = warm(*arguments, "--json", "--output", "map.parquet", cwd=tmp_path).document
    assert document["certificate"]["residual"] < 1e-8
    table = parquet.read_table(tmp_path / "map.parquet").to_pydict()
    assert table["dominant"] == [name for row in document["dominant"] for name in row]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--x", "war_cost", "--y", "war_cost"], "axis: both axes are `war_cost`"),
        (["--x", "wor_cost=0:0:0", "--y", "war_cost=3:1:2"], "unknown-parameter: there is no parameter `wor_cost`"),
        (["--x", "war_cost", "--y", "rationality", "--output", "map.png"], "unknown-format: `map.png` ends in neither"),
        (["--x", "war_cost"], "Missing option '--y'"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_a_wrong_map_is_refused(warm, tmp_path, arguments, message):
    finished = warm("map", "cuba-1962", *arguments, cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err
    assert not list(tmp_path.iterdir())
