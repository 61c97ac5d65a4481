"""`standoff stories`: from a scenario to how it might come about."""

import pytest

SHORT = ("cuba-1962", "--set", "period.horizon=3", "--belief-points", "5", "--samples", "300")


@pytest.fixture(scope="module")
def found(warm):
    finished = warm("stories", *SHORT, "--json")
    assert finished.code == 0
    return finished.document


def test_json_says_what_it_was_made_of(found):
    assert found["scenario"] == "cuba-1962"
    assert len(found["scenario_hash"]) == 64
    assert found["overrides"] == ["period.horizon=3"]
    assert found["certificate"]["residual"] < 1e-8
    assert (found["num_samples"], found["seed"]) == (300, 1)


def test_json_tells_every_outcome(found):
    assert [one["name"] for one in found["outcomes"]] == [
        "settlement", "soviet_withdrawal", "us_backs_down", "general_war"
    ]  # fmt: skip
    for one in found["outcomes"]:
        if one["typical"] is not None:
            assert 0 < one["typical"]["probability"] < one["probability"]
            assert one["typical"]["chapters"][-1]["happenings"][-1]["outcome"] == one["name"]


def test_the_same_command_prints_the_same_bytes(warm):
    first, second = (warm("stories", *SHORT, "--seed", "7", "--json").out for _ in range(2))
    assert first == second


def test_the_stories_are_told_day_by_day(warm):
    shown = " ".join(warm("stories", *SHORT, "--outcome", "settlement", "--outcome", "unresolved").out.split())
    assert "Settlement: " in shown
    assert "22 October 1962: The Soviet Union decides to open or deepen a channel (Channel: public → letters)." in shown
    assert "A typical path" in shown
    assert "Still open: " in shown
    assert "300 plays sampled with seed 1" in shown


def test_what_no_play_came_to_is_said(warm):
    shown = warm("stories", *SHORT[:-1], "1", "--outcome", "general_war").out
    assert "None of 1 play sampled came to this end" in shown


def test_names_that_do_not_exist_are_refused(warm):
    refused = warm("stories", "cuba-1962", "--outcome", "peace", "--outcome", "settlment")
    assert refused.code == 2
    assert "unknown-target: there is no outcome, milestone or package `peace`" in refused.err
    assert "did you mean `settlement`?" in refused.err


@pytest.mark.parametrize("wrong", [("--samples", "0"), ("--seed", "-1")])
def test_wrong_numbers_are_refused(warm, wrong):
    refused = warm("stories", "cuba-1962", *wrong)
    assert refused.code == 2
    assert wrong[0] in refused.err
