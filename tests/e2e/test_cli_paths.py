"""`standoff paths`: from a scenario to how each outcome might come about."""

import pytest

SHORT = ("cuba-1962", "--set", "period.horizon=3", "--belief-points", "5", "--samples", "300")


@pytest.fixture(scope="module")
def found(warm):
    finished = warm("paths", *SHORT, "--json")
    assert finished.code == 0
    return finished.document


def test_json_has_the_provenance_of_the_run(found):
    assert found["scenario"] == "cuba-1962"
    assert len(found["scenario_hash"]) == 64
    assert found["overrides"] == ["period.horizon=3"]
    assert found["certificate"]["residual"] < 1e-8
    assert (found["num_samples"], found["seed"]) == (300, 1)


def test_json_has_a_typical_path_to_every_outcome(found):
    assert [one["name"] for one in found["outcomes"]] == [
        "settlement", "soviet_withdrawal", "us_backs_down", "general_war"
    ]  # fmt: skip
    for one in found["outcomes"]:
        path = one["typical"]
        assert (path is None) == (one["num_plays"] == 0)
        if path is not None:
            assert 0 < path["probability"] < one["probability"]
            assert path["share"] == pytest.approx(path["probability"] / one["probability"], rel=1e-9)
            assert path["chapters"][-1]["happenings"][-1]["outcome"] == one["name"]


def test_the_same_command_prints_the_same_bytes(warm):
    first, second = (warm("paths", *SHORT, "--seed", "7", "--json").out for _ in range(2))
    assert first == second


def test_paths_are_described_day_by_day(warm):
    shown = " ".join(warm("paths", *SHORT, "--outcome", "settlement", "--outcome", "unresolved").out.split())
    assert "Settlement: " in shown
    assert "22 October 1962: The Soviet Union decides to open or deepen a channel (Channel: public → letters)." in shown
    assert "A typical path" in shown
    assert "Still open: " in shown
    assert "300 plays sampled with seed 1" in shown


def test_an_outcome_that_no_play_reaches_is_reported(warm):
    shown = warm("paths", *SHORT[:-1], "1", "--outcome", "general_war").out
    assert "None of 1 sampled play reaches this outcome" in shown


def test_names_that_do_not_exist_are_refused(warm):
    refused = warm("paths", "cuba-1962", "--outcome", "peace", "--outcome", "settlment")
    assert refused.code == 2
    assert "unknown-target: there is no outcome, milestone or package `peace`" in refused.err
    assert "did you mean `settlement`?" in refused.err


@pytest.mark.parametrize("wrong", [("--samples", "0"), ("--seed", "-1")])
def test_wrong_numbers_are_refused(warm, wrong):
    refused = warm("paths", "cuba-1962", *wrong)
    assert refused.code == 2
    assert wrong[0] in refused.err
