"""Files of reviews: what is asked, and what is refused."""

import pytest

from scripted_coder import ScriptedCoder, article
from standoff import InputError, load
from standoff.desk.event_set import apply_reviews, code_events
from standoff.desk.review_form import find_questions, read_reviews
from standoff.store import Review

FLEET = (
    "America sent more forces on 2026-02-06, the ministry of defence said in a statement to the press in the capital. "
)


@pytest.fixture(scope="module")
def scenario():
    return load("iran-us-2026")


@pytest.fixture(scope="module")
def events():
    documents = [
        article(FLEET),
        article("CAPITAL - " + FLEET, outlet="Courier"),
        article("France held talks with France."),
    ]
    return code_events(documents, ScriptedCoder())[0]


def read(tmp_path, events, scenario, text):
    (tmp_path / "reviews.yaml").write_text(text)
    return read_reviews(tmp_path / "reviews.yaml", events, scenario)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("scenario: cuba-1962\nby: ann\nreviews: []\n", "review-file", 1),
        ("[]", "review-file", 1),
        ("scenario: iran-us-2026\nreviews: []\n", "missing-author", 1),
        ("scenario: iran-us-2026\nby: ann\nreviews: [3]\n", "wrong-type", 3),
        ("scenario: iran-us-2026\nby: ann\nreviews: [{verdict: drop}]\n", "missing-field", 3),
        ("scenario: iran-us-2026\nby: ann\nreviews: [{event: 1, verdict: confirm, type: ASSAULT}]\n", "verdict", 3),
        ("scenario: iran-us-2026\nby: ann\nreviews: [{event: 1, verdict: correct, date: 5}]\n", "wrong-type", 3),
        ("scenario: iran-us-2026\nby: ann\nreviews: [{event: 1, verdict: correct}]\n", "nothing-corrected", 3),
        ("scenario: iran-us-2026\nby: ann\nby: bob\nreviews: []\n", "duplicate-key", 3),
        (
            "scenario: iran-us-2026\nby: ann\nreviews:\n- {event: 1, verdict: drop}\n- {event: 2, verdict: drop}\n",
            "duplicate-key",
            5,
        ),
        ("a: &b [*b]", "yaml-feature", 1),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_line(tmp_path, events, scenario, text, code, line):
    with pytest.raises(InputError) as caught:
        read(tmp_path, events, scenario, text)
    [problem] = caught.value.problems
    assert (problem.code, problem.line) == (code, line)


def test_a_review_of_one_report_holds_for_all_in_the_same_words(tmp_path, events, scenario):
    name = events.names[1]
    text = f"scenario: iran-us-2026\nby: ann\nreviews: [{{event: '{name}', verdict: drop, reason: no}}]\n"
    assert [(one.event_id, one.reason) for one in read(tmp_path, events, scenario, text)] == [(1, "no"), (2, "no")]


def test_a_question_is_asked_once_of_events_that_touch_the_scenario_and_nobody_reviewed(events, scenario):
    [question] = find_questions(events, scenario)
    assert [one.event_id for one in question.repeats] == [1, 2]
    assert [model.name for model in question.candidates] == ["pressure.usa.reinforce"]
    assert find_questions(apply_reviews(events, [Review(k, "confirm", "ann") for k in (1, 2)]), scenario) == ()
