"""The folder of an ensemble."""

from contextlib import ExitStack
from datetime import date

import numpy as np
import pytest

from standoff.analysis.draw_keys import describe_ensemble
from standoff.analysis.ensemble import ensemble
from standoff.analysis.ensemble_result import FailedDraw, list_series
from standoff.analysis.executor import Threads
from standoff.analysis.resolution import Solved
from standoff.errors import InputError, StoreError
from standoff.solve.equilibrium import Settings
from tiny import tiny

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
folder_module = pytest.importorskip("standoff.execution.folder")
EnsembleFolder = folder_module.EnsembleFolder

SETTINGS = Settings(belief_tolerance=5e-3)
NAMES = list_series(tiny())


@pytest.fixture
def opened():
    """Opens folders, and closes them when the test is over."""
    with ExitStack() as stack:
        yield lambda path, seed=0: stack.enter_context(open_folder(path, seed))


def open_folder(path, seed=0):
    return EnsembleFolder(path, describe_ensemble(tiny(), seed=seed, settings=SETTINGS), NAMES)


def solved(value, points=1):
    return Solved(np.full((2, len(NAMES)), value), 1e-9, 0.1, 1e-3, 1e-12, points, 7, 6, 1)


def refusal(path, **how):
    with pytest.raises(InputError) as caught:
        open_folder(path, **how)
    (problem,) = caught.value.problems
    assert problem.help
    return problem


def test_what_was_flushed_is_there_for_the_next_run(tmp_path, opened):
    folder = opened(tmp_path / "run")
    kept = {4: solved(0.25), 5: FailedDraw(5, "probabilities", "the probability is -0.1"), -1: solved(0.5)}
    folder.save("draws", kept)
    folder.save("checks", {4: solved(0.75)})
    folder.flush()
    folder.close()
    again = opened(tmp_path / "run")
    found = again.load("draws")
    assert found.keys() == kept.keys()
    assert found[5] == kept[5]
    assert (found[4].probabilities == kept[4].probabilities).all()
    fields = ("residual", "regret", "belief_error", "consistency_gap", "belief_points", "nodes", "unique", "folds")
    assert [getattr(found[4], name) for name in fields] == [getattr(kept[4], name) for name in fields]
    assert again.load("checks")[4].probabilities[0, 0] == 0.75


def test_draws_wait_at_most_a_second_to_be_written(tmp_path, opened, monkeypatch):
    folder = opened(tmp_path / "run")
    clock = [0.0]
    monkeypatch.setattr(folder_module.time, "monotonic", lambda: clock[0])
    folder.flush()
    for k in range(30):
        clock[0] += 0.1
        folder.save("draws", {k: solved(0.5)})
    assert len(list((tmp_path / "run" / "parts").glob("*.parquet"))) >= 2
    assert set(range(20)) <= set(folder.load("draws"))


def test_a_draw_counts_once_and_the_one_at_more_points_counts(tmp_path, opened):
    folder = opened(tmp_path / "run")
    for value, points in ((0.25, 5), (0.75, 9), (0.5, 5)):
        folder.save("draws", {3: solved(value, points)})
        folder.flush()
    assert len(list((tmp_path / "run" / "parts").glob("*.parquet"))) == 3
    (found,) = folder.load("draws").values()
    assert (found.belief_points, found.probabilities[0, 0]) == (9, 0.75)


def test_a_finished_run_is_two_tables_and_its_bands(tmp_path, opened):
    folder = opened(tmp_path / "run")
    run = ensemble(tiny(), 40, settings=SETTINGS, store=folder, executor=Threads(1))
    folder.finish(run)
    assert not list((tmp_path / "run" / "parts").glob("*.parquet"))
    draws = parquet.read_table(tmp_path / "run" / "draws.parquet").to_pydict()
    assert draws["draw"] == list(range(40))
    assert draws["parameter.war"] == run.values[:, run.parameters.index("war")].tolist()
    assert [row[1] for row in draws["probabilities.deal"]] == run.probabilities[:, 1, 1].tolist()
    bands = parquet.read_table(tmp_path / "run" / "bands.parquet").to_pydict()
    row = [(name, period) for name, period in zip(bands["name"], bands["period"], strict=True)].index(("deal", 2))
    assert bands["q50"][row] == run.bands[2, 1, 1]
    assert bands["by"][row] == date(2000, 1, 3)
    assert sorted(parquet.read_table(tmp_path / "run" / "checks.parquet").to_pydict()["draw"]) == [-1, *range(8)]


def test_a_shorter_run_leaves_the_draws_of_a_longer_one(tmp_path, opened):
    folder = opened(tmp_path / "run")
    folder.finish(ensemble(tiny(), 40, settings=SETTINGS, store=folder, executor=Threads(1)))
    shorter = ensemble(tiny(), 10, settings=SETTINGS, store=folder, executor=Threads(1))
    folder.finish(shorter)
    assert len(shorter.draws) == 10
    draws = parquet.read_table(tmp_path / "run" / "draws.parquet").to_pydict()
    assert draws["draw"] == list(range(40))
    assert len(set(draws["parameter.war"])) == 40


def test_the_folder_of_another_ensemble_is_refused_with_what_differs(tmp_path, opened):
    opened(tmp_path / "run").close()
    problem = refusal(tmp_path / "run", seed=1)
    assert problem.code == "run-folder"
    assert "`seed` is 0 there and 1 here" in problem.message


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    assert "it contains something else" in refusal(tmp_path).message
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize("name", ["draws.parquet", "letters.txt"])
def test_a_file_is_no_folder(tmp_path, name):
    (tmp_path / "letters.txt").write_text("dear")
    assert "it is not a folder" in refusal(tmp_path / name).message


def test_a_folder_whose_parent_is_missing_is_refused(tmp_path):
    assert refusal(tmp_path / "a" / "b").code == "cannot-write"
    assert not list(tmp_path.iterdir())


def test_a_damaged_part_is_named_and_not_skipped(tmp_path, opened):
    folder = opened(tmp_path / "run")
    folder.save("draws", {0: solved(0.5)})
    folder.flush()
    (part,) = (tmp_path / "run" / "parts").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-30])
    with pytest.raises(StoreError, match=part.name):
        folder.load("draws")


def test_a_part_of_another_ensemble_is_not_used(tmp_path, opened):
    one, other = opened(tmp_path / "one"), opened(tmp_path / "other", seed=1)
    other.save("draws", {0: solved(0.5)})
    other.flush()
    (part,) = (tmp_path / "other" / "parts").glob("*.parquet")
    part.rename(tmp_path / "one" / "parts" / part.name)
    with pytest.raises(StoreError, match="belongs to another ensemble"):
        one.load("draws")


def test_a_damaged_manifest_is_named(tmp_path, opened):
    opened(tmp_path / "run").close()
    (tmp_path / "run" / "ensemble.json").write_text("{")
    with pytest.raises(StoreError, match=r"ensemble\.json"):
        opened(tmp_path / "run")


def test_two_runs_do_not_use_one_folder_at_a_time(tmp_path, opened):
    pytest.importorskip("fcntl")
    folder = opened(tmp_path / "run")
    assert "another run uses it" in refusal(tmp_path / "run").message
    folder.close()
    opened(tmp_path / "run").close()
