"""`standoff run`: from a scenario, or a file that a user has just begun, to a certified forecast."""

import itertools
import json
import math

import pytest

from standoff.version import __version__

SUM = 1e-9
"""What probabilities that exclude each other may miss 1 by."""
QUICK = ("--horizon", 8, "--belief-points", 5)
KEYS = {
    "scenario", "scenario_hash", "as_of", "period", "horizon", "outcomes", "unresolved", "milestones", "first_moves",
    "certificate", "versions",
}  # fmt: skip
CERTIFICATE = {"residual", "regret", "belief_points", "belief_error", "consistency_gap", "branch"}


@pytest.fixture(scope="session")
def solved(standoff, scenario):
    """The answer to the scenario as it is shipped, solved to the usual tolerance."""
    finished = standoff("run", scenario, "--json")
    assert (finished.code, finished.err) == (0, "")
    return finished.document


@pytest.fixture(scope="session")
def drawn(standoff, scenario):
    """The same for people, over a shorter time and with fewer points."""
    finished = standoff("run", scenario, *QUICK)
    assert (finished.code, finished.err) == (0, "")
    return finished.out


@pytest.fixture(scope="session")
def quick(warm, starter):
    """Solve the starter with changes, quickly."""

    def document(*arguments):
        finished = warm("run", starter, *QUICK, "--json", *arguments)
        assert (finished.code, finished.err) == (0, "")
        return finished.document

    return document


@pytest.fixture(scope="session")
def usual(quick):
    """The starter without changes."""
    return quick()


def series(document):
    return [part["cumulative"] for part in (*document["outcomes"], *document["milestones"])]


def probabilities(document, kind, name):
    return next(part["cumulative"] for part in document[kind] if part["name"] == name)


# ------------------------------------------------------------------------------------------------- what --json promises


def test_the_document_holds_every_key_of_the_contract(solved):
    assert solved.keys() >= KEYS


def test_the_document_names_what_was_solved(solved, standoff, scenario):
    checked = standoff("check", scenario, "--json").document
    assert (solved["scenario"], solved["scenario_hash"]) == (checked["scenario"], checked["scenario_hash"])
    assert len(solved["scenario_hash"]) == 64


def test_outcomes_and_milestones_have_a_name_a_label_and_probabilities(solved):
    parts = [*solved["outcomes"], *solved["milestones"]]
    assert parts
    assert all({"name", "label", "cumulative"} <= part.keys() for part in parts)
    assert all(part["name"] and part["label"] for part in parts)


def test_there_are_probabilities_for_every_period_up_to_the_horizon(solved):
    assert {len(one) for one in (*series(solved), solved["unresolved"])} == {solved["horizon"]}


def test_everything_that_is_a_probability_lies_between_0_and_1(solved):
    everything = itertools.chain(solved["unresolved"], *series(solved))
    assert all(-SUM <= one <= 1 + SUM for one in everything)


def test_a_mean_belief_is_a_probability_and_missing_only_where_hardly_a_crisis_is_open(solved):
    is_open = [1.0, *solved["unresolved"]]
    for beliefs in solved["beliefs"].values():
        assert len(beliefs) == len(is_open)
        assert all(-SUM <= one <= 1 + SUM for one in beliefs if one is not None)
        # an average of 5 points' accuracy, over a share that is known to the tolerance
        fewest = solved["settings"]["belief_tolerance"] / 0.05
        assert all(share <= fewest for one, share in zip(beliefs, is_open, strict=True) if one is None)


def test_the_ends_and_what_is_open_sum_to_one_at_every_date(solved):
    ends = [part["cumulative"] for part in solved["outcomes"]]
    totals = [sum(column) for column in zip(*ends, solved["unresolved"], strict=True)]
    assert totals == pytest.approx([1.0] * solved["horizon"], abs=SUM)


def test_probabilities_by_a_date_never_fall_as_the_date_moves_on(solved):
    error = solved["certificate"]["belief_error"] + SUM
    assert all(later >= earlier - error for one in series(solved) for earlier, later in itertools.pairwise(one))


def test_a_package_is_a_part_of_its_outcome(solved):
    with_packages = [part for part in solved["outcomes"] if part["packages"]]
    assert with_packages
    for part in with_packages:
        totals = [sum(column) for column in zip(*(one["cumulative"] for one in part["packages"]), strict=True)]
        assert totals == pytest.approx(part["cumulative"], abs=SUM)


def test_first_moves_are_strategies(solved):
    moves = solved["first_moves"]
    assert moves
    assert all({"stage", "player", "player_type", "strategy"} <= move.keys() for move in moves)
    assert [sum(move["strategy"].values()) for move in moves] == pytest.approx([1.0] * len(moves), abs=SUM)
    assert all(0 <= chance <= 1 for move in moves for chance in move["strategy"].values())


def test_every_type_of_a_mover_has_its_first_move(solved):
    moves = [(move["stage"], move["player"], move["player_type"]) for move in solved["first_moves"]]
    types = {(value["player"], value["player_type"]) for value in solved["start_values"]}
    assert len(set(moves)) == len(moves)
    assert {(player, one) for _, player, one in moves} <= types


def test_the_certificate_meets_the_tolerances(solved):
    certificate, settings = solved["certificate"], solved["settings"]
    assert certificate.keys() >= CERTIFICATE
    assert certificate["residual"] <= settings["tolerance"] <= 1e-8
    assert certificate["belief_error"] <= settings["belief_tolerance"] == 2e-3
    assert certificate["consistency_gap"] <= 1e-9
    assert certificate["regret"] >= 0
    assert certificate["branch"] == "unique"


def test_the_versions_are_those_of_what_ran(solved):
    assert solved["versions"]["standoff"] == __version__
    assert {"python", "numpy", "numba"} <= solved["versions"].keys()


def test_json_is_strict(warm, starter):
    def refuse(constant):
        raise AssertionError(constant)

    finished = warm("run", starter, *QUICK, "--json", "--set", "resolve_prior=1")
    json.loads(finished.out, parse_constant=refuse)


# --------------------------------------------------------------------------------------------------- what people read


def test_the_text_names_every_end_and_milestone(drawn, solved):
    labels = [part["label"] for part in (*solved["outcomes"], *solved["milestones"])]
    assert [label for label in labels if label not in drawn] == []


def test_the_text_shows_probabilities_first_moves_certificate_and_sources(drawn):
    for heading in ("probability by", "What each side would do now", "Certificate", "Sources of the numbers"):
        assert heading in drawn


def test_the_text_says_what_was_changed(drawn):
    assert "\noverrides: period.horizon=8\n" in drawn


def test_the_text_is_plain_when_it_goes_into_a_pipe(drawn):
    assert "\x1b" not in drawn
    assert "\r" not in drawn


def test_the_text_tells_the_same_probabilities_as_the_document(warm, starter, usual):
    text = warm("run", starter, *QUICK).out
    row = next(line for line in text.splitlines() if line.startswith("A Deal"))
    deal = probabilities(usual, "outcomes", "deal")
    shown = [f"{100 * deal[week - 1]:.0f} %" for week in (1, 2, 4, 8)]
    assert [cell.strip() for cell in row.removeprefix("A Deal").split("  ") if cell.strip()] == shown


# ------------------------------------------------------------------------------------------------------ from a new file


def test_a_new_file_is_checked_then_run(standoff, tmp_path):
    assert standoff("init", "new.yaml", cwd=tmp_path).out == "wrote new.yaml; next: standoff check new.yaml\n"
    assert standoff("check", "new.yaml", cwd=tmp_path).code == 0
    assert standoff("run", "new.yaml", *QUICK, cwd=tmp_path).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new.yaml"]


def test_init_does_not_write_over_a_file(warm, tmp_path):
    (tmp_path / "mine.yaml").write_text("mine\n", encoding="utf-8")
    finished = warm("init", "mine.yaml", cwd=tmp_path)
    message = "file-exists: `mine.yaml` exists already\n  help: choose another name\n"
    assert (finished.code, finished.out, finished.err) == (2, "", message)
    assert (tmp_path / "mine.yaml").read_text(encoding="utf-8") == "mine\n"


def test_init_says_where_it_cannot_write(warm, tmp_path):
    finished = warm("init", "no/folder/new.yaml", cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("cannot-write: `no/folder/new.yaml` cannot be written: No such file or directory\n")


# --------------------------------------------------------------------------------------------------------- what changes


def test_the_same_input_gives_the_same_bytes(standoff, scenario):
    arguments = ("run", scenario, "--horizon", 4, "--belief-points", 5, "--json")
    assert standoff(*arguments, PYTHONHASHSEED="1").out == standoff(*arguments, PYTHONHASHSEED="7").out


def test_a_parameter_can_be_set(quick, usual):
    cheap = quick("--set", "war_cost=0.1")
    assert cheap["overrides"] == ["war_cost=0.1", "period.horizon=8"]
    assert cheap["scenario_hash"] != usual["scenario_hash"]
    assert probabilities(cheap, "outcomes", "war")[-1] > probabilities(usual, "outcomes", "war")[-1]


def test_a_parameter_set_to_its_value_changes_no_probabilities(quick, usual):
    same = quick("--set", "war_cost=0.4")
    assert series(same) == series(usual)
    assert same["first_moves"] == usual["first_moves"]


def test_a_start_level_can_be_set(quick, usual):
    assert probabilities(usual, "milestones", "mobilisation")[0] < 0.5
    massed = quick("--set", "state.mobilised.start=many")
    assert probabilities(massed, "milestones", "mobilisation") == pytest.approx([1.0] * massed["horizon"], abs=SUM)


def test_a_prior_can_be_set(quick):
    result = quick("--set", "resolve_prior=0.55")
    assert result["beliefs"]["challenger"][0] == pytest.approx(0.55, abs=SUM)


def test_several_values_can_be_set(quick):
    changes = [
        "--set",
        "pace=0.9",
        "--set",
        "defender.discount=0.95",
        "--set",
        "stages.round.bargaining.proposer=random",
    ]
    found = quick(*changes)
    assert set(found["overrides"]) == {*changes[1::2], "period.horizon=8"}


def test_two_changes_of_one_value_that_differ_are_refused(warm, starter):
    finished = warm("run", starter, "--set", "pace=0.9", "--set", "pace=0.3")
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("--set pace=0.3: contradiction: `pace` is set to two different values\n")


def test_a_value_can_be_a_formula(quick):
    assert series(quick("--set", "war_cost=resolve_prior / 2")) == series(quick("--set", "war_cost=0.2"))


def test_rationality_0_is_a_coin_at_every_move(quick):
    blind = quick("--set", "challenger.rationality=0", "--set", "defender.rationality=0")
    moves = [list(move["strategy"].values()) for move in blind["first_moves"]]
    assert all(chances == pytest.approx([1 / len(chances)] * len(chances), abs=1e-9) for chances in moves)


def test_the_horizon_can_be_set(warm, starter):
    document = warm("run", starter, "--horizon", 3, "--belief-points", 5, "--json").document
    assert document["horizon"] == 3
    assert {len(one) for one in series(document)} == {3}


def test_the_horizon_option_is_the_value_of_the_file(warm, starter, usual):
    arguments = ("--set", "period.horizon=8", "--belief-points", 5, "--json")
    assert warm("run", starter, *arguments).document == usual


def test_a_shorter_period_ends_on_the_same_day(quick, usual):
    """Rates are per week whatever the period, so half weeks tell nearly the same probabilities by the same dates."""
    halves = quick("--set", "period.length=0.5")
    assert halves["horizon"] == 2 * usual["horizon"]
    assert math.isclose(halves["unresolved"][-1], usual["unresolved"][-1], abs_tol=0.1)


def test_the_belief_points_can_be_set(usual):
    assert usual["certificate"]["belief_points"] == [5, 5]


WRONG_PATHS = {
    "war_cost": "override: `war_cost` is not of the form `name=value`\n  help: write it like `escort_cost=0.02`\n",
    "=3": "override: `=3` is not of the form `name=value`\n",
    "war_costs=1": "unknown-path: there is no `war_costs` in this scenario\n  help: did you mean `war_cost`?\n",
    "state.talks.begin=open": "unknown-path: there is no `begin` in `state.talks`, "
    "so the path `state.talks.begin` does not exist\n",
    "stages.rounds.rate=1": "unknown-path: there is no `rounds` in `stages`\n  help: did you mean `round`?\n",
    "pace=[": "yaml-syntax: this is not valid YAML: ",
    "pace=&a 1": "yaml-feature: the anchor `&a` is not allowed in scenarios\n",
}
WRONG_VALUES = {
    "talks.start=ajar": "unknown-level: `talks` has no level `ajar`\n  at: state.talks.start\n",
    "challenger.discount=2": "discount: the discount of `challenger` is 2\n",
    "challenger.rationality=-1": "rationality: the rationality of `challenger` is -1\n",
    "war_cost=cost": "unknown-name: `cost` is not defined\n",
    "pace=1/0": "not-finite: `1/0` evaluates to inf, which is not a finite number\n",
    "period.horizon=2.5": "horizon: the horizon of 2.5 is 2.5 periods of 1, not a whole number\n",
}
WRONG_FORMS = {
    "war_cost=": "wrong-type: expected a number or a formula, found nothing\n",
    "pace=1e999": "expression-limit: the number `1e999` is too large\n",
    "period.horizon=0": "wrong-value: `0` should be greater than 0\n",
    "players=3": "wrong-type: expected a mapping, found `3`\n",
}
WRONG = [
    WRONG_PATHS,
    WRONG_VALUES,
    WRONG_FORMS,
    {"standoff=2": "version: `2` is not a known version of the language\n"},
    {"nature.clash.hazard=0.1 - mobilised": "negative-rate: `0.1 - mobilised` is `-0.9` in some state\n"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=["paths", "values", "forms", "version", "states"])
def test_every_wrong_change_is_reported_as_it_was_typed(warm, starter, wrong):
    finished = warm("run", starter, *itertools.chain(*(("--set", change) for change in wrong)))
    assert (finished.code, finished.out) == (2, "")
    assert [message for change, message in wrong.items() if f"--set {change}: {message}" not in finished.err] == []
    heads = [line for line in finished.err.splitlines() if not line.startswith("  ")]
    assert len(heads) == len(wrong)


@pytest.mark.parametrize(
    ("horizon", "message"),
    [
        ("-3", "wrong-value: `-3` should be greater than 0"),
        ("5000", "horizon: the horizon is 5000 periods; standoff solves 1 to 1000"),
        ("nan", "wrong-type: expected a number, found `nan`"),
        ("inf", "wrong-type: expected a number, found `inf`"),
        ("1e308", "horizon: the horizon is 1e+308 periods; standoff solves 1 to 1000"),
    ],
)
def test_a_wrong_horizon_is_reported(warm, starter, horizon, message):
    finished = warm("run", starter, "--horizon", horizon)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err


@pytest.mark.parametrize(
    "changes",
    [
        ["period.horizon=1e308", "period.length=1e-308"],
        ["period.horizon=1e300", "period.length=1e300"],
        ["as_of=9999-12-01"],
    ],
    ids=str,
)
def test_a_horizon_that_no_calendar_reaches_is_reported(warm, starter, changes):
    finished = warm("run", starter, *itertools.chain(*(("--set", change) for change in changes)))
    assert (finished.code, finished.out) == (2, "")
    assert ": horizon: the horizon " in finished.err


def test_periods_of_no_length_leave_every_deadline_ahead(warm):
    finished = warm("check", "cuba-1962", "--set", "period.horizon=1e-306", "--set", "period.length=1e-308")
    assert (finished.code, finished.err) == (0, "")


# ------------------------------------------------------------------------------------------------------------ --report


def test_a_report_is_written_and_named(standoff, starter, tmp_path):
    finished = standoff("run", starter, *QUICK, "--report", "brief.html", cwd=tmp_path)
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.endswith("\nbrief written to brief.html\n")
    page = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "A border crisis" in page
    assert [path.name for path in tmp_path.iterdir()] == ["brief.html"]


def test_a_report_leaves_the_document_alone(warm, starter, tmp_path, usual):
    finished = warm("run", starter, *QUICK, "--json", "--report", tmp_path / "brief.html")
    assert (finished.code, finished.err) == (0, "")
    assert finished.document == usual
    assert (tmp_path / "brief.html").exists()


def test_a_report_takes_the_place_of_an_older_one(warm, starter, tmp_path):
    (tmp_path / "brief.html").write_text("old", encoding="utf-8")
    assert warm("run", starter, *QUICK, "--report", tmp_path / "brief.html").code == 0
    assert "A border crisis" in (tmp_path / "brief.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("folder", "the brief cannot be written to `folder`: is a directory\n"),
        ("none/brief.html", "the brief cannot be written to `none/brief.html`: no such file or directory\n"),
        ("file/brief.html", "the brief cannot be written to `file/brief.html`: not a directory\n"),
        ("x" * 300, "file name too long\n"),
        ("/dev/null", "the brief cannot be written to `/dev/null`: it is not an ordinary file\n"),
    ],
)
def test_a_report_that_cannot_be_written_leaves_nothing_behind(standoff, starter, tmp_path, path, message):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine\n", encoding="utf-8")
    finished = standoff("run", starter, *QUICK, "--report", path, cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("cannot-write: ")
    assert message in finished.err
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["file", "folder"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine\n"


# ------------------------------------------------------------------------------------------ when nearly every crisis is over


def test_a_mean_belief_over_too_few_open_crises_is_not_shown(warm, tmp_path):
    long = ("run", "ultimatum", "--horizon", 40)
    found = warm(*long, "--json").document
    assert found["unresolved"][-1] < 1e-4
    (beliefs,) = found["beliefs"].values()
    shown = [belief for belief in beliefs if belief is not None]
    assert beliefs[-1] is None
    assert len(shown) > 5
    assert all(0.0 <= belief <= 1.0 for belief in shown)
    finished = warm(*long, "--report", tmp_path / "brief.html")
    assert finished.code == 0
    text = " ".join(finished.out.split())
    assert "Belief in strong (Holder): 50 % now, too few crises are still open at the horizon for a mean" in text
    page = (tmp_path / "brief.html").read_text(encoding="utf-8")
    assert "Where too few crises are still open for a mean, none is shown." in page
    assert "when last known" in page
