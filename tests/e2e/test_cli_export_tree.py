"""`standoff export --format efg`: the tree of a small crisis for Gambit."""

import io

import pytest


def test_the_first_period_of_the_starter_is_written_whole(standoff, starter, tmp_path):
    words = ("export", starter, "--format", "efg", "--output", "starter.efg", "--horizon", 1)
    finished = standoff(*words, cwd=tmp_path)
    assert (finished.code, finished.out, finished.err) == (0, "wrote starter.efg\n", "")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["starter.efg"]
    text = (tmp_path / "starter.efg").read_text(encoding="utf-8")
    assert text.startswith("EFG 2 R ")
    nodes = [line for line in text.split("\n\n", 1)[1].splitlines() if line]
    assert {line[0] for line in nodes} == {"c", "p", "t"}
    assert len(nodes) > 50


def test_gambit_reads_the_file_and_finds_the_first_moves_of_run(warm, starter, tmp_path):
    pygambit = pytest.importorskip("pygambit", reason="the extra `verify` is not installed")
    from pygambit import qre

    path = tmp_path / "starter.efg"
    assert warm("export", starter, "--format", "efg", "--output", path, "--horizon", 1).code == 0
    game = pygambit.read_efg(io.BytesIO(path.read_bytes()))
    (found,) = qre.logit_solve_lambda(game, [1.0], use_strategic=False)
    run = warm("run", starter, "--horizon", 1, "--belief-points", 33, "--json").document
    first = [move for move in run["first_moves"] if move["stage"] == run["first_moves"][0]["stage"]]
    # information sets are met in the order of the tree, in which the first mover's come first of its own
    theirs = {}
    for _, row in found.profile[first[0]["player"]]:
        probabilities = dict(row)
        if probabilities.keys() == first[0]["strategy"].keys():
            theirs.setdefault(len(theirs), probabilities)
    for move in first:
        assert any(probabilities == pytest.approx(move["strategy"], abs=1e-6) for probabilities in theirs.values())


def test_overrides_change_the_tree(warm, starter, tmp_path):
    texts = []
    for changes in ((), ("--set", "players.challenger.rationality=1")):
        words = ("--format", "efg", "--output", tmp_path / "a.efg", "--horizon", 1, *changes)
        assert warm("export", starter, *words).code == 0
        texts.append((tmp_path / "a.efg").read_text(encoding="utf-8"))
    assert "challenger 1.0" in texts[1]
    assert texts[0] != texts[1]


def test_a_tree_that_is_too_large_is_refused_and_nothing_is_written(warm, tmp_path):
    path = tmp_path / "iran.efg"
    path.write_text("the file of yesterday")
    finished = warm("export", "iran-us-2026", "--format", "efg", "--output", path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("tree-too-large: the game tree has ")
    assert "\n  help: shorten the horizon" in finished.err
    assert path.read_text() == "the file of yesterday"
    assert [entry.name for entry in tmp_path.iterdir()] == ["iran.efg"]


def test_an_unknown_format_is_reported_with_the_nearest(warm, tmp_path):
    finished = warm("export", "cuba-1962", "--format", "eft", "--output", tmp_path / "x")
    assert finished.code == 2
    assert finished.err == "unknown-format: `eft` is not an export format\n  help: did you mean `efg`?\n"


def test_a_place_that_cannot_be_written_to_is_refused(warm, starter, tmp_path):
    finished = warm("export", starter, "--format", "efg", "--output", "none/x.efg", "--horizon", 1, cwd=tmp_path)
    assert finished.code == 2
    assert finished.err.startswith("cannot-write: the export cannot be written to `none/x.efg`: ")
