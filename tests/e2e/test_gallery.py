"""The gallery shows what the literature says: what goes up, what goes down, and values worked out by hand."""

import math
import re

import pytest

from standoff import load
from standoff.catalog import list_scenarios
from standoff.scenario import measure_coverage

GALLERY = list_scenarios("gallery")
SCENARIOS = {name: load(name) for name in GALLERY}
EXERCISES = [exercise for scenario in SCENARIOS.values() for exercise in scenario.exercises]


@pytest.fixture(scope="module")
def ask(warm):
    """Return the JSON of a command; each command runs once."""
    known = {}

    def asked(*words):
        if words not in known:
            finished = warm(*words, "--json")
            assert finished.code == 0, finished.err
            known[words] = finished.document
        return known[words]

    return asked


@pytest.fixture(scope="module")
def run(ask):
    """Forecast a crisis with some values changed."""

    def forecast(name, *overrides):
        return ask("run", name, *(word for override in overrides for word in ("--set", override)))

    return forecast


def by_period(document, name):
    """Probability of an outcome or milestone by the end of each period; `unresolved` is that of no outcome."""
    if name == "unresolved":
        return document["unresolved"]
    rows = document["outcomes"] + document["milestones"]
    return next(row["cumulative"] for row in rows if row["name"] == name)


def last(document, name):
    return by_period(document, name)[-1]


def first_move(document, stage, player_type):
    """What a type does at its first decision; the only type of a player has the name of the player."""
    moves = document["first_moves"]
    return next(move["strategy"] for move in moves if (move["stage"], move["player_type"]) == (stage, player_type))


def logistic(x):
    return 1 / (1 + math.exp(-x))


# ------------------------------------------------------------------------------------------------------- every scenario


def test_the_gallery_has_eight_crises():
    assert len(GALLERY) == 8


@pytest.mark.parametrize("name", GALLERY)
def test_every_number_has_a_reason(name):
    assert measure_coverage(SCENARIOS[name]).unsourced == ()


@pytest.mark.parametrize("name", GALLERY)
def test_every_number_that_is_no_unit_has_a_range(name):
    without = [key for key, parameter in SCENARIOS[name].parameters.items() if parameter.range is None]
    fixed = {"discount", "small", "half", "large", "low", "middle", "high", "all"}  # no impatience; shares on offer
    units = {key for key in without if "Sets the unit" in (SCENARIOS[name].parameters[key].judgement or "")}
    derived = {key for key in without if SCENARIOS[name].parameters[key].value.names}
    assert set(without) - units - derived - fixed == set()


def formulas(value):
    """Yield every formula and number of plain data outside parameters and texts."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"label", "level_labels", "type_labels", "levels", "start", "note"}:
                yield from formulas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from formulas(inner)
    elif value is not None:
        yield str(value)


@pytest.mark.parametrize("name", GALLERY)
def test_no_number_stands_outside_the_parameters(name):
    plain = SCENARIOS[name].model_dump(mode="json", exclude_defaults=True)
    sections = ("players", "quantities", "agenda", "stages", "nature", "flows", "outcomes", "unresolved", "milestones")
    written = [text for section in sections for text in formulas(plain.get(section, {}))]
    numbers = {number for text in written for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)}
    assert {float(number) for number in numbers} <= {0, 1, 2}


@pytest.mark.parametrize("name", GALLERY)
def test_a_crisis_of_the_gallery_names_its_literature_and_has_exercises(name):
    scenario = SCENARIOS[name]
    years = {str(document.date.year) for document in scenario.documents.values()}
    assert years
    assert {year for year in years if year not in scenario.summary} == set()
    assert len(scenario.exercises) >= 2


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.command)
def test_the_command_of_an_exercise_runs(warm, exercise):
    start, *words = exercise.command.split()
    assert start == "standoff"
    finished = warm(*words)
    assert finished.code == 0, finished.err


# ----------------------------------------------------------------------------------------------------- entry deterrence


def test_the_last_post_is_challenged_by_the_formula_of_logit_choice(run):
    # A weak power loses 1 by fighting, a tough one by giving way; a challenger gains b = 0.5 or loses 1 - b.
    found = run("entry-deterrence", "period.horizon=1")
    fights = 0.9 * logistic(6 * -1) + 0.1 * logistic(6 * 1)
    gain = (1 - fights) * 0.5 + fights * -0.5
    assert first_move(found, "challenge", "challenger")["enter"] == pytest.approx(logistic(6 * gain), abs=1e-6)


def test_a_power_known_to_be_weak_is_challenged_and_gives_way_at_once(run):
    found = run("entry-deterrence", "tough_prior=0")
    assert by_period(found, "first_challenge")[0] > 0.9
    assert by_period(found, "exposed")[0] > 0.9


def test_a_small_doubt_deters_until_few_posts_are_left(run):
    challenged = by_period(run("entry-deterrence"), "first_challenge")
    assert challenged[3] < 0.2
    assert challenged[-1] > 0.9


def test_a_challenge_now_is_more_likely_the_fewer_posts_are_left(run):
    by_posts = [
        first_move(run("entry-deterrence", f"period.horizon={n}"), "challenge", "challenger")["enter"]
        for n in (1, 2, 3)
    ]
    assert (
        by_posts[0]
        > by_posts[1]
        > by_posts[2]
        > first_move(run("entry-deterrence"), "challenge", "challenger")["enter"]
    )


def test_deterrence_lasts_longer_the_more_likely_the_power_is_tough(run):
    by_month_six = [
        by_period(run("entry-deterrence", f"tough_prior={prior}"), "first_challenge")[5] for prior in (0.05, 0.1, 0.3)
    ]
    assert by_month_six[0] > by_month_six[1] > by_month_six[2]


# -------------------------------------------------------------------------------------------------------- costly signal


def test_the_reported_equilibrium_is_the_one_in_which_a_fleet_says_nothing(run):
    # Both types then send it equally often, so the defender answers by the prior and sending only costs its 0.5.
    found = run("costly-signal")
    for player_type in ("opportunist", "resolved"):
        assert first_move(found, "signal", player_type)["send"] == pytest.approx(logistic(12 * -0.5), abs=1e-9)
    assert last(found, "yielded") == pytest.approx(logistic(12 * (0.3 * 1 - 0.5)), abs=1e-9)


def test_a_search_finds_the_equilibrium_in_which_only_a_resolved_challenger_sends_its_fleet(ask):
    principal, other = ask("equilibria", "costly-signal", "--starts", "40")["equilibria"]
    assert other["certificate"]["residual"] < 1e-8
    yielded = next(row for row in other["outcomes"] if row["name"] == "yielded")
    opportunist, resolved = (row["cumulative"][-1] for row in yielded["by_type"])
    assert resolved > 0.9 > 0.1 > opportunist
    assert last(other, "fleet_sent") == pytest.approx(0.3, abs=0.05)
    assert last(principal, "fleet_sent") < 0.01


def test_at_low_rationality_there_is_one_equilibrium(ask):
    found = ask("equilibria", "costly-signal", "--starts", "40", "--set", "rationality=3")
    assert len(found["equilibria"]) == 1
    assert found["equilibria"][0]["certificate"]["is_unique"]


# ------------------------------------------------------------------------------------------------------------ ultimatum


def test_one_round_is_the_ultimatum_game_by_the_formula_of_logit_choice(run):
    found = run("ultimatum", "period.horizon=1", "discount=1")
    accepts = {s: 0.5 * logistic(15 * (s - 0.1)) + 0.5 * logistic(15 * (s - 0.4)) for s in (0.25, 0.5, 0.75)}
    worth = {0: 0.3} | {s: p * (1 - s) + (1 - p) * 0.3 for s, p in accepts.items()}
    total = sum(math.exp(15 * value) for value in worth.values())
    agreement = sum(math.exp(15 * worth[s]) / total * p for s, p in accepts.items())
    assert last(found, "agreement") == pytest.approx(agreement, abs=1e-6)


def hazards(document):
    """Probability that a crisis that is still open ends in a period."""
    open_before = [1.0, *by_period(document, "unresolved")[:-1]]
    return [1 - after / before for before, after in zip(open_before, by_period(document, "unresolved"), strict=True)]


def test_agreements_come_just_before_the_deadline(run):
    *earlier, final = hazards(run("ultimatum"))
    assert final > 2 * max(earlier)


def test_a_cost_of_delay_brings_agreements_forward(run):
    assert by_period(run("ultimatum", "discount=0.8"), "agreement")[0] > 2 * by_period(run("ultimatum"), "agreement")[0]


def test_those_who_let_every_day_pass_are_strong(run):
    found = run("ultimatum")
    weak, strong = (row["cumulative"][-1] for row in found["outcomes"][0]["by_type"])
    assert weak > strong


# ----------------------------------------------------------------------------------------------------- war of attrition


def test_without_audiences_the_hazard_of_conceding_is_the_one_worked_out_by_hand(run):
    # Each side concedes with probability p: hold p V + (1 - p) (d W - c), concede p V / 2, W = the logit mean of the two.
    found = run("war-of-attrition", "audience_north=0", "audience_south=0")
    p = 0.3
    worth = 0.0
    for _ in range(2_000):
        hold, concede = p + (1 - p) * (0.98 * worth - 0.1), p / 2
        p = 0.5 * p + 0.5 * logistic(2 * (concede - hold))
        worth = p * concede + (1 - p) * hold
    for side in ("north", "south"):
        assert first_move(found, "hold_out", side)["concede"] == pytest.approx(p, abs=1e-6)


def test_the_side_with_the_larger_audience_costs_gives_way_less(run):
    found = run("war-of-attrition")
    assert last(found, "north_concedes") < last(found, "south_concedes")
    reverse = run("war-of-attrition", "audience_north=0")
    assert last(reverse, "north_concedes") > last(reverse, "south_concedes")


def test_more_audience_costs_make_a_side_hold_and_its_opponent_concede(run):
    costs = [run("war-of-attrition", f"audience_north={cost}") for cost in (0, 0.3, 0.6)]
    north, south = ([last(found, f"{side}_concedes") for found in costs] for side in ("north", "south"))
    assert north[0] > north[1] > north[2]
    assert south[0] < south[1] < south[2]


def test_a_costlier_wait_is_a_shorter_crisis(run):
    assert last(run("war-of-attrition", "waiting_cost=0.2"), "sworn") < last(run("war-of-attrition"), "sworn")


# --------------------------------------------------------------------------------------------------- commitment problem


@pytest.fixture(scope="module")
def bargained(ask):
    return ask("bargain", "commitment-problem", "--target", "attack", "--payment", "0.1")


def test_no_division_beats_fighting_for_both_although_fighting_costs_both(bargained):
    # even the whole territory today is worth 0.2 + 0.8 * 0.15 = 0.32 to the old power, war 0.7 - 0.15 = 0.55
    (pair,) = bargained["bargain"]["pairs"]
    assert pair["fighting"]["packages"] == []
    assert pair["fighting"]["closeness"] == pytest.approx(0.32 - 0.55, abs=1e-9)


def test_commitment_is_why_there_is_no_deal(bargained):
    remedies = {remedy["name"]: remedy for remedy in bargained["no_deal"]["remedies"]}
    assert not remedies["information"]["applies"]
    assert remedies["commitment"]["share_removed"][0] > 0.5
    assert abs(remedies["indivisibility"]["share_removed"][0]) < 0.05


def test_without_a_shift_of_power_there_are_deals(run):
    assert last(run("commitment-problem"), "deal") < 0.01
    assert last(run("commitment-problem", "win_later=0.7"), "deal") > 0.5


# ------------------------------------------------------------------------------------------------------- closing window


def test_the_window_is_open_today_and_closes(ask):
    (attacker,) = ask("window", "closing-window")["window"]["types"]
    assert attacker["advantage"][0] > 0 > attacker["advantage"][8]


def test_the_window_closes_because_the_plants_move_underground(ask):
    (attacker,) = ask("window", "closing-window")["window"]["types"]
    parts = {part["name"]: part["values"][8] for part in attacker["parts"]}
    assert parts["plants"] < 0
    assert abs(parts["plants"]) > 10 * max(abs(value) for name, value in parts.items() if name != "plants")


def test_the_attacker_waits_more_often_if_the_plants_stay_in_the_open(run):
    strikes = [
        first_move(run("closing-window", *overrides), "decision", "attacker")["strike"]
        for overrides in ((), ("dig_rate=0.01",))
    ]
    assert strikes[0] > strikes[1]


def test_at_rationality_0_a_strike_is_a_coin_toss(run):
    found = run("closing-window", "rationality=0")
    assert first_move(found, "decision", "attacker")["strike"] == pytest.approx(0.5, abs=1e-12)


# ---------------------------------------------------------------------------------------------------- mobilisation 1914


def test_war_is_more_likely_the_larger_the_advantage_of_being_first(run):
    war = [last(run("mobilisation-1914", f"first_advantage={gain}"), "war") for gain in (0, 0.15, 0.3, 0.5)]
    assert war == sorted(war)
    assert war[0] < 0.25 < 0.75 < war[2]


def test_trust_gives_way_within_a_narrow_range(run):
    none, half, full = (last(run("mobilisation-1914", f"first_advantage={gain}"), "war") for gain in (0, 0.15, 0.3))
    assert half - none < 0.25 * (full - none)


def test_faster_mediation_means_fewer_mobilisations(run):
    fast, base = run("mobilisation-1914", "mediation_rate=0.3"), run("mobilisation-1914")
    assert first_move(fast, "orders", "central")["mobilise"] < first_move(base, "orders", "central")["mobilise"]
    assert last(fast, "war") < last(base, "war")


def test_two_alliances_alike_act_alike(run):
    found = run("mobilisation-1914")
    central, entente = (first_move(found, "orders", side) for side in ("central", "entente"))
    assert central["mobilise"] == pytest.approx(entente["mobilise"], abs=1e-9)


# ------------------------------------------------------------------------------------------------------ endless rivalry


def test_the_horizon_of_an_endless_crisis_changes_no_decision(run):
    far, near = run("endless-rivalry"), run("endless-rivalry", "period.horizon=12")
    assert by_period(far, "fighting")[:12] == pytest.approx(by_period(near, "fighting"), abs=1e-9)


def test_a_truce_with_a_known_end_unravels(run):
    known_end, endless = run("endless-rivalry", "period.continues=false"), run("endless-rivalry")
    assert last(known_end, "fighting") > 0.5 > 0.2 > last(endless, "fighting")
    breaks = [
        b - a for a, b in zip(by_period(known_end, "fighting"), by_period(known_end, "fighting")[1:], strict=False)
    ]
    assert max(breaks[-6:]) > 10 * max(breaks[:6])


def test_the_truce_lives_on_patience(run):
    by_discount = [last(run("endless-rivalry", f"discount={d}"), "fighting") for d in (0.7, 0.8, 0.9, 0.95)]
    assert by_discount == sorted(by_discount, reverse=True)


def test_faster_mediation_undermines_the_truce(run):
    assert last(run("endless-rivalry", "mediation_rate=0.5"), "fighting") > last(run("endless-rivalry"), "fighting")
