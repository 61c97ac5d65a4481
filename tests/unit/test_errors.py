"""Errors travel between processes whole."""

import pickle

import pytest

from standoff.errors import InputError, MissingExtraError, Problem, ScenarioError, SolveError

PROBLEMS = [Problem("a", "first", "x.y", "do this", "f.yaml", 3), Problem("b", "second")]


@pytest.mark.parametrize(
    "error",
    [
        InputError(PROBLEMS),
        ScenarioError(PROBLEMS[0]),
        MissingExtraError("frames", "a table"),
        MissingExtraError("embed", "a vector", then="pip install weights"),
        SolveError("why"),
    ],
)
def test_an_error_is_the_same_after_a_journey(error):
    there = pickle.loads(pickle.dumps(error))  # noqa: S301  our own bytes
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert getattr(there, "problems", ()) == getattr(error, "problems", ())


def test_nothing_that_was_read_commands_the_terminal_or_turns_its_text():
    message = str(Problem("a", "one\x1b[31m `\u202etwo`", file="\u2066three"))
    assert message == r"\u2066three: a: one\x1b[31m `\u202etwo`"
