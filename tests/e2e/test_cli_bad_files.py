"""Every file in bad/ is one edit of `_good.yaml`; beside it stands what the command says about it, word for word.

What is wrong with them is found at all stages: by the reader, by the checks, and by the compiler, which alone knows the
states that the play reaches.
"""

import difflib
from pathlib import Path

import pytest

from standoff import load
from standoff.errors import ScenarioError

FOLDER = Path(__file__).parent / "bad"
GOOD = FOLDER / "_good.yaml"
BAD = sorted(path for path in FOLDER.glob("*.yaml") if path != GOOD)
FEWEST = 25
MOST_LINES_CHANGED = 4  # one edit, at both ends of a line or two, and the comment at the head


def expected(path: Path) -> str:
    return path.with_suffix(".expected").read_text(encoding="utf-8")


def only_the_compiler_knows(path: Path) -> bool:
    try:
        return bool(load(path))
    except ScenarioError:
        return False


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_message_about_a_bad_file_is_word_for_word(warm, path):
    finished = warm("check", path.name, cwd=FOLDER)
    assert (finished.code, finished.out, finished.err) == (2, "", expected(path))


def test_the_file_that_they_are_edits_of_has_no_fault(standoff):
    finished = standoff("check", GOOD)
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.startswith("ford: no faults\n")


@pytest.mark.parametrize("name", ["state-probabilities-sum", "misspelt-level", "anchor"])
@pytest.mark.parametrize("words", [["run"], ["run", "--json"], ["show"]], ids=" ".join)
def test_every_command_reports_a_bad_file_alike(standoff, name, words):
    finished = standoff(*words, f"{name}.yaml", cwd=FOLDER)
    assert (finished.code, finished.out, finished.err) == (2, "", expected(FOLDER / f"{name}.yaml"))


def test_each_is_one_edit_of_the_good_file():
    good = GOOD.read_text(encoding="utf-8").splitlines()
    for path in BAD:
        changes = difflib.ndiff(good, path.read_text(encoding="utf-8").splitlines())
        assert sum(line.startswith("+ ") for line in changes) <= MOST_LINES_CHANGED, path.name


def test_every_file_has_its_expectation():
    assert {path.stem for path in FOLDER.glob("*.expected")} == {path.stem for path in BAD}


def test_no_two_files_have_the_same_message():
    messages = {expected(path).replace(path.name, "") for path in BAD}
    assert len(messages) == len(BAD) >= FEWEST


def test_some_faults_show_only_in_the_states_of_the_game():
    compiled = {path.stem for path in BAD if only_the_compiler_knows(path)}
    assert compiled >= {
        "no-acceptable-package",
        "state-hazard-negative",
        "state-not-finite",
        "state-probabilities-sum",
        "submodel-argument-range",
        "submodel-value-range",
        "type-without-action",
        "unreachable-action",
        "unreachable-hazard",
        "unreachable-level",
        "unreachable-milestone",
        "unreachable-outcome",
    }


def test_every_problem_names_its_line_and_says_what_to_do():
    for path in BAD:
        heads = [line for line in expected(path).splitlines() if not line.startswith("  ")]
        helps = [line for line in expected(path).splitlines() if line.startswith("  help: ")]
        assert all(line.split(":")[1].isdigit() for line in heads), path.name
        assert len(heads) == len(helps), path.name
