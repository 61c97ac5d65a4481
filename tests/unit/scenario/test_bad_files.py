"""Every file in bad/ is one edit of good.yaml; the file with `.expected` holds the exact message."""

from pathlib import Path

import pytest

from standoff.errors import ScenarioError
from standoff.scenario import load_scenario

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_faulty_file_is_reported_word_for_word(path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    reported = "\n".join(str(problem) for problem in caught.value.problems).replace(str(path), path.name)
    assert reported + "\n" == path.with_suffix(".expected").read_text(encoding="utf-8")


def test_every_expectation_has_its_file() -> None:
    expected = {path.stem for path in (Path(__file__).parent / "bad").glob("*.expected")}
    assert expected == {path.stem for path in BAD}


def test_every_problem_says_what_to_do() -> None:
    for path in BAD:
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert all(problem.help for problem in caught.value.problems), path.name
