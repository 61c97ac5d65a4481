"""Where the equations are not solved to tolerance there is no answer: exit 3, a sentence that says what to change."""

import pytest

SHARP = ("--set", "challenger.rationality=12", "--set", "defender.rationality=12", "--belief-tolerance", "1e-9")


@pytest.fixture(scope="module")
def refused(standoff, starter, tmp_path_factory):
    """What came of asking for more than the belief points can give, and the folder in which it was asked."""
    folder = tmp_path_factory.mktemp("refused")
    return standoff("run", starter, "--horizon", 8, *SHARP, "--report", "brief.html", cwd=folder), folder


def test_it_exits_with_3(refused):
    assert refused[0].code == 3


def test_it_says_in_one_sentence_what_to_change(refused):
    message = refused[0].err
    assert message.count("\n") == 1
    assert message.startswith("with 33 belief points the estimated error of the probabilities is still ")
    assert (
        "above the tolerance 1.0e-09: lower the rationality of the players, or accept a larger belief tolerance"
        in message
    )


def test_it_prints_no_probabilities(refused):
    assert refused[0].out == ""
    assert "%" not in refused[0].err


def test_it_writes_no_report(refused):
    assert list(refused[1].iterdir()) == []


def test_it_prints_no_document_either(standoff, starter):
    finished = standoff("run", starter, "--horizon", 4, *SHARP, "--json")
    assert (finished.code, finished.out) == (3, "")


def test_what_the_sentence_advises_helps(standoff, starter):
    finished = standoff("run", starter, "--horizon", 8, *SHARP, "--belief-tolerance", "0.05")
    assert (finished.code, finished.err) == (0, "")


def test_an_older_report_stays_as_it_was(standoff, starter, tmp_path):
    (tmp_path / "brief.html").write_text("old", encoding="utf-8")
    finished = standoff("run", starter, "--horizon", 4, *SHARP, "--report", tmp_path / "brief.html")
    assert finished.code == 3
    assert (tmp_path / "brief.html").read_text(encoding="utf-8") == "old"


def test_a_rationality_beyond_all_reason_is_refused_with_the_numbers_to_lower(standoff, starter):
    sharp = ("--set", "challenger.rationality=1e300", "--set", "defender.rationality=1e300")
    finished = standoff("run", starter, "--horizon", 4, "--belief-points", 5, *sharp)
    assert (finished.code, finished.out) == (3, "")
    assert finished.err.count("\n") == 1
    assert "lower the rationality (now challenger 1e+300, defender 1e+300)" in finished.err
