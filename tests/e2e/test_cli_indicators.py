"""`standoff indicators`: from a scenario to the events that would move its forecast."""

import pytest

SHORT = ("cuba-1962", "--set", "period.horizon=3", "--belief-points", "5")


@pytest.fixture(scope="module")
def found(warm):
    finished = warm("indicators", *SHORT, "--target", "strike@2", "--target", "settlement", "--json")
    assert finished.code == 0
    return finished.document


def test_json_has_the_provenance_of_the_run(found, warm):
    run = warm("run", *SHORT, "--json").document
    for key in ("scenario", "scenario_hash", "overrides", "certificate", "settings", "versions"):
        assert found[key] == run[key]


def test_probabilities_before_an_event_average_those_after_it(found, warm):
    run = warm("run", *SHORT, "--json").document
    assert found["target_labels"] == ["Air strikes on Cuba by 24 October 1962", "Settlement by 25 October 1962"]
    strike = next(milestone for milestone in run["milestones"] if milestone["name"] == "strike")
    assert found["before"]["targets"][0] == pytest.approx(strike["cumulative"][1], abs=found["gap"] + 1e-12)
    assert found["end_names"][-1] == "unresolved"
    for event in found["events"]:
        p = event["probability"]
        for k in range(2):
            without = event["without"]["targets"][k] if event["without"] else 0.0
            mean = p * event["after"]["targets"][k] + (1 - p) * without
            assert mean == pytest.approx(found["before"]["targets"][k], abs=1e-9)
        assert sum(event["after"]["ends"]) == pytest.approx(1, abs=1e-9)


def test_the_table_lists_indicators_and_describes_the_first_in_words(warm):
    shown = warm("indicators", *SHORT, "--target", "strike", "--top", "3").out
    assert "Indicators for 22 October 1962 to 23 October 1962" in shown
    assert "If you see the United States strike the sites (" in shown
    assert "the probability of “Air strikes on Cuba by 25 October 1962” moves from" in shown
    assert "If the day stays quiet (" in shown
    assert "hit back at US forces" not in shown
    assert "Certificate" in shown
    every = warm("indicators", *SHORT, "--target", "strike", "--top", "99", "--all").out
    assert "the Soviet Union: hit back at US forces" in every
    assert "the United States: strike the sites (Fighting: air strikes on Cuba)" in every


def test_a_wrong_target_is_refused_before_anything_is_solved(warm):
    refused = warm("indicators", "cuba-1962", "--target", "strik", "--target", "settlement@99")
    assert refused.code == 2
    assert "unknown-target: there is no outcome or milestone `strik`" in refused.err
    assert "target-date: `99` in `settlement@99` is not a date of this forecast" in refused.err


def test_the_help_names_the_command(warm):
    assert "indicators" in warm("--help").out
    assert "--target" in warm("indicators", "--help").out
