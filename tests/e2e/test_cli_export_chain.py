"""`standoff export --format prism|drn`: the solved crisis as a Markov chain for other programs."""

import re

import pytest

from explicit_files import reach_within, read_explicit

SUFFIXES = (".tra", ".lab", ".sta")


@pytest.fixture(scope="module")
def exported(standoff, tmp_path_factory):
    """The first day of the Cuban missile crisis, as PRISM reads it."""
    folder = tmp_path_factory.mktemp("prism")
    words = ("--format", "prism", "--output", "cuba.first", "--horizon", 1, "--chain-points", 3)
    finished = standoff("export", "cuba-1962", *words, cwd=folder)
    assert (finished.code, finished.err) == (0, "")
    assert finished.out == "".join(f"wrote cuba.first{suffix}\n" for suffix in SUFFIXES)
    return folder


def test_the_three_files_are_written_and_nothing_else(exported):
    assert sorted(path.name for path in exported.iterdir()) == sorted(f"cuba.first{suffix}" for suffix in SUFFIXES)


def test_the_probabilities_of_the_files_are_those_of_run(exported, warm):
    model = read_explicit({suffix: (exported / f"cuba.first{suffix}").read_text() for suffix in SUFFIXES})
    document = warm("run", "cuba-1962", "--horizon", 1, "--json").document
    period, layer = (model.values[:, model.variables.index(name)] for name in ("period", "layer"))
    layers = int(layer.max()) + 1
    steps = [(t + 1) * layers for t in range(int(period.max()))]
    series = [(f"outcome_{part['name']}", part["cumulative"]) for part in document["outcomes"]]
    series += [(f"milestone_{part['name']}", part["cumulative"]) for part in document["milestones"]]
    assert len(steps) == document["horizon"]
    assert {name for name, _ in series} == model.labels.keys() - {"init", "unresolved"}
    for name, cumulative in series:
        assert reach_within(model, name, steps) == pytest.approx(cumulative, abs=1e-3)
    assert reach_within(model, "unresolved", steps)[-1] == pytest.approx(document["unresolved"][-1], abs=1e-3)


def test_a_drn_file_holds_the_same_chain(exported, warm, tmp_path):
    words = ("--format", "drn", "--output", tmp_path / "cuba.drn", "--horizon", 1, "--chain-points", 3)
    assert warm("export", "cuba-1962", *words).code == 0
    transitions = (exported / "cuba.first.tra").read_text().splitlines()[1:]
    rows = re.findall(r"^\t\t(\d+) : (\S+)$", (tmp_path / "cuba.drn").read_text(), re.MULTILINE)
    assert [f"{target} {probability}" for target, probability in rows] == [row.split(" ", 1)[1] for row in transitions]


@pytest.mark.parametrize("name", ["none/cuba", "folder"])
def test_a_place_that_cannot_be_written_to_is_refused_before_the_work(warm, tmp_path, name):
    (tmp_path / "folder.sta").mkdir()
    finished = warm("export", "iran-us-2026", "--format", "prism", "--output", name, cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("cannot-write: ")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.sta"]


def test_a_chain_needs_two_grid_beliefs(warm, tmp_path):
    finished = warm("export", "cuba-1962", "--format", "prism", "--output", tmp_path / "x", "--chain-points", 1)
    assert finished.code == 2
    assert "--chain-points" in finished.err
