"""`standoff bargain` and `standoff window`, from the file to the answer."""

import pytest

from bargaining_games import DEMANDS, RARE

SHORT = ("cuba-1962", "--set", "period.horizon=4", "--belief-points", "5")


@pytest.fixture
def demands(tmp_path):
    path = tmp_path / "demands.yaml"
    path.write_text(DEMANDS % {"q": RARE}, encoding="utf-8")
    return path


def test_bargain_tells_who_would_fight_whom_and_that_knowledge_ends_it(warm, demands):
    # anchor N7: war where A takes the risk of meeting the tough type, none where the types are known
    found = warm("bargain", demands, "--target", "war", "--belief-points", "5", "--json").document
    assert found["scenario"] == "one-deal"
    assert found["certificate"]["residual"] < 1e-8
    table = found["bargain"]
    assert table["fight"]["action"] == "no_offer"
    tough, soft = table["pairs"]
    assert (tough["fighting"]["packages"], soft["fighting"]["packages"]) == (["low"], ["low", "high"])
    base = found["no_deal"]["base"]["probabilities"][0]
    information = found["no_deal"]["remedies"][0]
    assert base == pytest.approx(RARE + (1 - RARE) * 0.017986, abs=1e-5)
    assert information["probabilities"][0] == pytest.approx(0.017986, abs=1e-5)
    assert sum(information["weights"]) == pytest.approx(1, abs=1e-12)
    for remedy in found["no_deal"]["remedies"]:
        for part in remedy["parts"]:
            assert part["certificate"]["residual"] < 1e-8
            assert len(part["scenario_hash"]) == 64


def test_bargain_draws_its_tables(warm):
    shown = warm("bargain", *SHORT, "--target", "strike", "--payment", "0.2")
    assert shown.code == 0
    for words in (
        "fighting (United States: strike the sites)",
        "Missiles in Cuba, Invasion of Cuba, Missiles in Turkey",
        "8* removed, forsworn, removed",
        "Air strikes on Cuba by 26 October 1962, without each reason for no deal",
        "information: all types are known to all",
        "does not apply",
        "Payments of 0.2 cost the payer",
        "all solves of changed crises: residual at most",
    ):
        assert words in shown.out


def test_window_says_when_and_what_opens_it(warm):
    shown = warm("window", *SHORT)
    assert shown.code == 0
    assert "United States, bold (US decision: strike the sites)" in shown.out
    assert "Missile sites" in shown.out
    assert "On average, acting never pays" in shown.out
    assert "change in the advantage since today, by part" in shown.out
    assert not {"-0.000", "+0.000"} & set(shown.out.split())
    assert "discretisation error of the advantages" in shown.out
    found = warm("window", *SHORT, "--milestone", "strike", "--json").document
    assert found["window"]["dates"] == ["1962-10-22", "1962-10-23", "1962-10-24", "1962-10-25"]
    for one in found["window"]["types"]:
        moved = [sum(part["values"][t] for part in one["parts"]) + one["unattributed"][t] for t in range(4)]
        assert moved == pytest.approx([value - one["today"] for value in one["advantage"]], abs=1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bargain", "cuba-1962", "--target", "wat"), "there is no outcome or milestone `wat`"),
        (("bargain", *SHORT, "--payment", "-1"), "side payments of `-1`"),
        (("window", "cuba-1962", "--milestone", "wat"), "there is no milestone `wat`"),
        (
            ("window", "iran-us-2026", "--set", "period.horizon=2", "--milestone", "talks_after_strike"),
            "milestone `talks_after_strike` depends on another",
        ),
        (("window", "wat"), "there is no scenario `wat`"),
    ],
)
def test_wrong_words_are_refused_in_one_line_and_what_to_do(warm, words, message):
    refused = warm(*words)
    assert (refused.code, refused.out) == (2, "")
    assert message in refused.err
    assert "help: " in refused.err
