"""`standoff whatif`, `compare`, `drivers` and `tripwires`, from the command to the answer."""

import pytest

SHORT = ("--set", "period.horizon=2", "--belief-points", "5")
KEYS = {"scenario", "scenario_hash", "overrides", "as_of", "certificate", "settings"}

CHOICE = """
standoff: 1
id: choice
title: One decision
as_of: 2026-02-02
period: {unit: week, horizon: 4}
payoff_unit: the stake
players:
  north: {label: North, rationality: 2, discount: 1}
parameters:
  gain: {value: 0.3, range: [-1, 1], judgement: a guess}
state:
  mood: {label: Mood, levels: [calm], start: calm}
stages:
  - name: decide
    mover: north
    actions:
      press: {label: Press on, payoffs: {north: gain}, leads_to: {outcome: war}}
      wait: {label: Wait, leads_to: {outcome: peace}}
outcomes:
  war: {label: War}
  peace: {label: Peace}
unresolved: {label: Still open}
"""


@pytest.fixture(scope="module")
def choice(tmp_path_factory):
    path = tmp_path_factory.mktemp("choice") / "choice.yaml"
    path.write_text(CHOICE, encoding="utf-8")
    return path


def row_of(text, label):
    return next(line.split() for line in text.splitlines() if line.startswith(label))


def test_variants_are_compared_with_the_base(warm):
    finished = warm(
        "whatif", "cuba-1962", *SHORT, "--variant", "nature.incident=off", "--variant", "bold: usa.types.bold=0.6"
    )
    assert (finished.code, finished.err) == (0, "")
    assert "1  nature.incident=off\n2  bold: usa.types.bold=0.6\n" in finished.out
    assert "variant 1" in finished.out
    assert "none: no difference beyond the error of both solutions" in finished.out


def test_the_json_of_variants_has_the_provenance_of_each(warm):
    finished = warm("whatif", "cuba-1962", *SHORT, "--variant", "bold: usa.types.bold=0.6, war_cost=3", "--json")
    document = finished.document
    (variant,) = document["variants"]
    assert document.keys() >= {*KEYS, "versions", "json_version"}
    assert variant.keys() >= {
        *KEYS,
        "name",
        "probabilities",
        "probability_error",
        "dates",
        "first_moves",
        "start_values",
    }
    assert variant["name"] == "bold"
    assert variant["overrides"] == ["period.horizon=2", "usa.types.bold=0.6", "war_cost=3"]
    assert variant["scenario_hash"] != document["scenario_hash"]
    probabilities = {row["name"]: row for row in variant["probabilities"]}
    assert (
        probabilities["strike"]["change"][-1]
        == probabilities["strike"]["after"][-1] - probabilities["strike"]["before"][-1]
        < 0
    )
    ends = [row for row in variant["probabilities"] if row["kind"] == "outcome"]
    assert sum(row["change"][-1] for row in ends) == pytest.approx(0.0, abs=1e-9)


def test_a_variant_is_the_run_of_the_changed_scenario(warm):
    variant = warm("whatif", "cuba-1962", *SHORT, "--variant", "war_cost=3", "--json").document["variants"][0]
    run = ("run", "cuba-1962", "--set", "period.horizon=2", "--set", "war_cost=3", "--belief-points", "5", "--json")
    alone = warm(*run).document
    assert variant["scenario_hash"] == alone["scenario_hash"]
    assert variant["probabilities"][0]["after"] == alone["outcomes"][0]["cumulative"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "variant: there is no variant to compare with"),
        (("--variant", "war_csot=1"), "--set war_csot=1: unknown-path: there is no `war_csot` in this scenario"),
        (("--variant", "war_cost=1, war_cost=2"), "contradiction: `war_cost` is set to two different values"),
        (("--variant", "usa=off"), "switch-off: `usa` has private types"),
        (("--variant", "war_cost=1", "--variant", "rationality=-1"), "rationality: the rationality of `usa` is -1"),
    ],
)
def test_a_faulty_variant_is_refused(warm, arguments, message):
    finished = warm("whatif", "cuba-1962", *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err


def test_two_dates_of_one_crisis_are_compared(warm, choice):
    finished = warm("compare", choice, choice, "--second-set", "as_of=2026-02-09", "--second-set", "gain=0.5")
    assert (finished.code, finished.err) == (0, "")
    assert row_of(finished.out, "gain")[:3] == ["gain", "0.3", "0.5"]
    assert row_of(finished.out, "clock")[:4] == ["clock", "as_of", "2026-02-02", "2026-02-09"]


def test_the_json_of_a_comparison_names_what_differs(warm, choice):
    document = warm("compare", choice, choice, "--second-set", "stages.decide.actions.wait=off", "--json").document
    assert document["before"].keys() >= KEYS
    assert [(row["kind"], row["name"], row["where"]) for row in document["structure"]] == [
        ("action", "decide.wait", "before")
    ]
    assert document["parameters"] == []
    assert document["dates"] == ["2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02"]


def test_dates_can_be_matched_by_time_ahead(warm, choice):
    later = ("--second-set", "as_of=2026-02-05")
    refused = warm("compare", choice, choice, *later)
    assert (refused.code, refused.out) == (2, "")
    assert "no-common-date" in refused.err
    assert warm("compare", choice, choice, *later, "--align", "ahead", "--json").document["alignment"] == "ahead"
    assert "Invalid value for '--align'" in warm("compare", choice, choice, "--align", "datum").err


def test_drivers_are_ranked_and_those_without_a_document_named(warm, choice):
    finished = warm("drivers", choice)
    assert (finished.code, finished.err) == (0, "")
    assert "target 1  War by 2 March 2026: 65 %" in finished.out
    assert row_of(finished.out, "1 ")[:6] == ["1", "gain", "0.3,", "-1", "to", "1"]
    assert "1 of the top 1 drivers rests on no document:" in finished.out


def test_the_json_of_drivers_holds_every_number(warm, choice):
    document = warm("drivers", choice, "--target", "peace@2", "--tornado", "0", "--json").document
    assert document.keys() >= {*KEYS, "targets", "drivers", "unsourced_drivers", "tornado_error", "draws", "versions"}
    assert document["targets"][0] | {"probability": 0} == {
        "kind": "outcome", "name": "peace", "periods": 2, "label": "Peace by 16 February 2026", "probability": 0
    }  # fmt: skip
    first = document["drivers"][0]
    assert (first["name"], first["source"], first["tornado"]) == ("gain", "judgement", [[None, None]])
    assert first["derivative"][0] < 0
    assert document["num_solves"] == 0


def test_draws_add_global_indices(warm, choice):
    pytest.importorskip("SALib")
    document = warm("drivers", choice, "--draws", "64", "--tornado", "0", "--json").document
    assert document["draws"]["num_draws"] == 64
    assert document["drivers"][0]["pawn"][0] > document["draws"]["pawn_noise"][0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "pease"), "unknown-target: there is no outcome or milestone `pease`"),
        (("--draws", "63"), "draws: `63` is not a number of draws"),
        (("--set", "gain.range=null", "--draws", "64"), "no-range: no parameter of `choice` has a range"),
    ],
)
def test_wrong_requests_for_drivers_are_refused(warm, choice, arguments, message):
    finished = warm("drivers", choice, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err


def test_tripwires_show_where_the_answer_flips(warm, choice):
    finished = warm("tripwires", choice)
    assert (finished.code, finished.err) == (0, "")
    assert "-> War by 2 March 2026: 65 %" in finished.out
    row = row_of(finished.out, "gain")
    assert row[:2] == ["gain", "judgement"]
    value, flips_at = (float(word) for word in row[-6:-4])  # then the change and the share of the range, in per cent
    assert value == 0.3
    assert -0.02 <= flips_at < 0


def test_the_json_of_tripwires_holds_every_number(warm, choice):
    document = warm("tripwires", choice, "--answer", "peace>war", "--json").document
    assert document.keys() >= {*KEYS, "candidates", "answer", "lead", "tripwires", "versions"}
    (gain,) = document["tripwires"]
    assert (document["answer"], gain["name"], gain["answer"]) == ("war", "gain", "peace")
    assert -0.02 <= gain["flips_at"] < 0 <= gain["holds_at"]


def test_no_flip_is_an_answer(warm, choice):
    finished = warm("tripwires", choice, "--set", "gain.range=[0.1, 1]")
    assert (finished.code, finished.err) == (0, "")
    assert "No single parameter flips the answer at any value examined within its range." in finished.out


def test_a_lead_within_the_error_is_refused(warm, choice):
    finished = warm("tripwires", choice, "--set", "gain=0")
    assert (finished.code, finished.out) == (3, "")
    assert "there is no answer to change" in finished.err
    assert "ask about another date" in finished.err
    assert "belief" not in finished.err  # nobody has a private type


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--answer", "war"), "answer: `war` is not an answer that could change"),
        (("--parameter", "gian"), "unknown-name: there is no parameter `gian`"),
    ],
)
def test_wrong_requests_for_tripwires_are_refused(warm, choice, arguments, message):
    finished = warm("tripwires", choice, *arguments)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err


@pytest.mark.parametrize("command", ["drivers", "tripwires"])
def test_solves_at_ends_of_ranges_go_to_the_named_executor(warm, choice, command):
    finished = warm(command, choice, "--executor", "rey")
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("unknown-executor: there is no executor `rey`")
    one = warm(command, choice, "--workers", "1", "--json").document
    assert one == warm(command, choice, "--workers", "2", "--json").document


def test_a_comparison_without_a_variant_names_the_option(warm, choice):
    refused = warm("whatif", choice)
    assert (refused.code, refused.out) == (2, "")
    assert "--variant NAME=VALUE" in refused.err


def test_the_count_of_top_drivers_is_that_of_the_parameters_with_a_range(warm, starter):
    finished = warm("drivers", starter, "--belief-points", 5, "--set", "period.horizon=8", "--tornado", 0)
    assert "2 of the top 3 drivers rest on no document:" in finished.out
