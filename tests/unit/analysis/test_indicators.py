"""Indicators against an enumeration of the whole tree of the first period, and their sentences."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from standoff import load, solve
from standoff.analysis.happenings import Words
from standoff.analysis.indicators import compute_entropy, indicators
from standoff.catalog.opening import write_starter
from standoff.errors import InputError
from standoff.solve.continuation_probabilities import ContinuationProbabilities, add_met_on_arrival
from standoff.solve.equilibrium import Settings
from standoff.solve.public_steps import list_public_steps
from standoff.solve.target import UNRESOLVED, Target, find_probability

FIVE = Settings(belief_points=5, threads=1)

SECRETS = """
standoff: 1
id: two-secrets
title: Two sides who move at once
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 3}
payoff_unit: the game's own
players:
  a: {label: United Kingdom, types: {mild: 0.6, fierce: 0.4}, rationality: 2, discount: 0.9}
  b: {label: Borduria, types: {meek: 0.3, bold: 0.7}, rationality: 2, discount: 0.9}
state:
  crisis: {label: Crisis, levels: [calm, tense], start: calm}
stages:
  - name: moves
    label: Both move
    rate: 1
    movers: [a, b]
    actions:
      a: {hold: {label: hold back}, escalate: {label: escalate, costs: {a: {mild: 0.3, fierce: 0}}, observed_as: [THREATEN]}}
      b: {hold: {label: hold back}, concede: {label: give way, costs: {b: {meek: 0, bold: 0.5}}, observed_as: [CONCEDE]}}
    together:
      - {a: hold, b: hold}
      - {a: hold, b: concede, leads_to: [{p: 0.2}, {p: 0.8, outcome: deal}]}
      - {a: escalate, b: hold, leads_to: [{p: 0.3, crisis: tense}, {p: 0.5, outcome: war}, {p: 0.2}]}
      - {a: escalate, b: concede, leads_to: [{p: 0.6, outcome: deal}, {p: 0.4, outcome: war}]}
nature:
  scare: {label: A scare on the border, hazard: 0.4, leads_to: [{p: 0.5, crisis: tense}, {p: 0.5}], observed_as: [ACCUSE]}
outcomes:
  deal: {label: Deal, payoffs: {a: 0.9, b: 0.45}}
  war: {label: War, payoffs: {a: {mild: -0.6, fierce: 0.1}, b: -0.9}}
unresolved: {label: Open}
milestones:
  tension: {label: The crisis is tense, when: crisis == tense}
"""


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "secrets.yaml"
    path.write_text(SECRETS, encoding="utf-8")
    return solve(load(path), FIVE)


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "crisis.yaml"
    write_starter(path)
    return solve(load(path, overrides=["period.horizon=3"]), FIVE)


@pytest.fixture(scope="module")
def cuba():
    return solve(load("cuba-1962", overrides=["period.horizon=3"]), FIVE)


def histories(probabilities, words):
    """Every history of the first period, one by one: its probability, its happenings, what is expected at its end."""
    game = probabilities.equilibrium.game
    layers = game.epochs[0].layers

    def walk(s, state, beliefs, met, probability, happenings):
        if state < 0 or s == len(layers):
            worth = probabilities.at(1, 0, state=state, beliefs=beliefs, met=dict.fromkeys(met, 0))
            yield probability, happenings, np.append(worth, beliefs)
            return
        after = add_met_on_arrival(game, layers[s], state, met)
        for step in list_public_steps(probabilities.equilibrium, 0, s, state=state, beliefs=beliefs):
            more = happenings
            if step.action >= 0:
                more = (*happenings, words.describe_step(0, s, state=state, action=step.action, target=step.target))
            yield from walk(s + 1, step.target, step.beliefs, after, probability * step.probability, more)

    yield from walk(0, game.start, tuple(game.prior_belief), frozenset(), 1.0, ())


def names_of(happenings):
    """Names of the moves and hazards of a history, as on the watch list."""
    names = {f"{one.layer}.{move.player}.{move.action}" for one in happenings for move in one.moves}
    names |= {one.layer for one in happenings if not one.moves}
    if not any(one.is_visible or one.is_call for one in happenings):
        names.add("quiet")
    return names


@pytest.mark.parametrize("which", ["secrets", "starter", "cuba"])
def test_every_event_is_what_the_whole_tree_says(which, request):
    solution = request.getfixturevalue(which)
    scenario, game = solution.scenario, solution.equilibrium.game
    targets = (
        Target("milestone", game.milestones[0].name, 2),
        Target("outcome", game.outcomes[0], 3),
        Target("outcome", game.outcomes[1], 1),
    )
    found = indicators(solution, targets, smallest_mass=0.0)
    probabilities = ContinuationProbabilities(solution.equilibrium, targets)
    likely = defaultdict(float)
    after = defaultdict(float)
    before = 0.0
    for probability, happenings, worth in histories(probabilities, Words(scenario, game)):
        before = before + probability * worth
        for name in names_of(happenings):
            likely[name] += probability
            after[name] = after[name] + probability * worth
    assert np.append(found.before.targets, found.before.beliefs) == pytest.approx(before, abs=1e-12)
    assert found.before.beliefs == pytest.approx(game.prior_belief, abs=1e-12)  # beliefs are martingales
    by_name = {event.name: event for event in found.events if event.kind in {"move", "hazard", "round", "quiet"}}
    assert set(by_name) == {name for name, probability in likely.items() if probability > 1e-12}
    for name, event in by_name.items():
        assert event.probability == pytest.approx(likely[name], abs=1e-12)
        expected = after[name] / likely[name]
        assert np.append(event.after.targets, event.after.beliefs) == pytest.approx(expected, abs=1e-9)
        without = (before - after[name]) / (1 - likely[name])
        assert np.append(event.without.targets, event.without.beliefs) == pytest.approx(without, abs=1e-9)


@pytest.mark.parametrize("which", ["secrets", "cuba"])
def test_the_law_of_total_probability_holds_over_the_consequences_of_a_move(which, request):
    found = indicators(request.getfixturevalue(which))
    consequences = [event for event in found.events if event.kind == "consequence"]
    moves = [event for event in found.events if event.kind in {"move", "hazard"}]
    checked = 0
    for move in moves:
        own = [one for one in consequences if one.name.startswith(f"{move.name}.")]
        if which == "secrets" and move.kind == "move":  # joint moves: each is a case of both
            own = [one for one in consequences if move.name.removeprefix("moves.") in one.name]
        if len(own) > 1:
            checked += 1
            total = sum(one.probability for one in own)
            assert total == pytest.approx(move.probability, abs=1e-9 + found.cut_mass)
            mean = sum(one.probability * one.after.targets for one in own) / total
            assert mean == pytest.approx(move.after.targets, abs=1e-9)
    assert checked >= 3


def test_the_probabilities_now_are_the_forecast(cuba):
    found = indicators(cuba)
    forecast = [find_probability(cuba.equilibrium, target) for target in found.targets]
    assert found.before.targets == pytest.approx(forecast, abs=found.gap + 1e-12)
    assert found.gap < cuba.equilibrium.certificate.belief_error
    assert found.before.ends.sum() == pytest.approx(1, abs=1e-12)


def test_what_is_cut_short_is_missing_from_events_and_no_more(cuba):
    whole = indicators(cuba, smallest_mass=0.0)
    cut = indicators(cuba, smallest_mass=1e-3)
    assert whole.cut_mass == 0.0
    assert 0.0 < cut.cut_mass < 0.05
    assert cut.num_nodes < whole.num_nodes / 2
    for event in cut.events:
        missing = whole[event.name].probability - event.probability
        assert -1e-12 <= missing <= cut.cut_mass


def test_the_information_of_a_certain_outcome_is_all_there_is(secrets):
    found = indicators(secrets, [Target("outcome", "deal", 1)])
    deals = [event for event in found.events if event.kind == "consequence" and "deal" in event.name.split(".")]
    assert len(deals) == 2  # with the other side holding back, or escalating
    for event in deals:
        p, before = event.probability, found.before.targets[0]
        left = (1 - p) * compute_entropy(np.array([(before - p) / (1 - p), (1 - before) / (1 - p)]))
        assert event.after.targets[0] == pytest.approx(1, abs=1e-12)
        assert event.gain == pytest.approx(compute_entropy(np.array([before, 1 - before])) - left, abs=1e-12)
        assert event.expected_moves[0] == pytest.approx(2 * p * (1 - before), abs=1e-12)


def test_information_is_never_negative_and_never_above_the_uncertainty(cuba):
    found = indicators(cuba)
    for event, k in product(found.events, range(len(found.targets))):
        probabilities = found.before.targets[k]
        assert 0 <= event.gains[k] <= compute_entropy(np.array([probabilities, 1 - probabilities])) + 1e-12
        assert event.end_gain <= compute_entropy(np.array([event.probability, 1 - event.probability])) + 1e-12
    assert [event.gain for event in found.events] == sorted((event.gain for event in found.events), reverse=True)


def test_an_event_tells_about_the_end_what_it_tells_about_a_sole_end(secrets):
    # with the other outcomes lumped together less can be known
    found = indicators(secrets, [Target("outcome", "deal", 2)])
    for event in found.events:
        assert event.end_gain >= event.gains[0] - 1e-12


def test_what_nobody_notices_is_not_on_the_list(cuba):
    found = indicators(cuba)
    assert not found["pressure.usa.wait"].is_visible
    assert found["pressure.usa.tighten"].observed_as == ("COERCE",)
    assert found["building"].is_visible  # no news, but the state shows it
    assert "pressure.usa.wait" not in {event.name for event in found.signs}
    assert found["quiet"].probability > 0.4


def test_what_can_only_follow_a_strike_is_no_sign_of_one(cuba):
    found = indicators(cuba, [Target("milestone", "strike", 3)])
    signs = {event.name for event in found.signs}
    assert {"pressure.usa.strike", "milestone.strike", "building"} <= signs
    for name in ("under_fire.ussr.answer", "truce", "milestone.us_soviet_war"):
        event = found[name]
        assert event.after.targets[0] == 1.0
        assert event.is_aftermath == (name not in signs) == (name != "milestone.us_soviet_war")
    strike = found["pressure.usa.strike"]
    assert strike.just_before.targets[0] == pytest.approx(found.before.targets[0], abs=1e-12)


def test_events_are_described_in_the_words_of_the_file(cuba):
    found = indicators(cuba)
    strike = found["pressure.usa.strike"]
    assert strike.label == "the United States: strike the sites"
    assert strike.sentences[0].startswith("If you see the United States strike the sites (")
    assert strike.sentences[0].endswith(" to 100 %.")
    assert "the probability of “Air strikes on Cuba by 25 October 1962” moves from" in strike.sentences[0]
    assert found["quiet"].sentences[0].startswith("If the day stays quiet (")
    assert found["building"].sentences[0].startswith("If you see this: Missile sites become ready (")
    assert found.end_labels[-2:] == ("General war", "Still open")
    assert found.belief_labels == ("the United States is bold", "the Soviet Union is unbending")


def test_joint_moves_are_described_together(secrets):
    found = indicators(secrets)
    event = next(event for event in found.events if event.name == "moves.a.escalate.b.hold.crisis.tense")
    assert event.label == "the United Kingdom: escalate; Borduria: hold back (Crisis: tense)"
    assert event.sentences[0].startswith(
        "If you see the United Kingdom escalate and Borduria hold back (Crisis: tense) ("
    )


def test_a_milestone_is_an_event(secrets):
    found = indicators(secrets, [Target("milestone", "tension", 1)])
    tension = found["milestone.tension"]
    assert tension.probability == pytest.approx(found.before.targets[0], abs=1e-9)
    assert tension.after.targets[0] == 1.0


def test_a_wrong_target_is_refused(cuba):
    with pytest.raises(InputError, match="the game has no outcome `peace`"):
        indicators(cuba, [Target("outcome", "peace")])


def test_the_last_period_can_be_watched():
    solution = solve(load("cuba-1962", overrides=["period.horizon=1"]), FIVE)
    found = indicators(solution, [Target("outcome", UNRESOLVED)])
    assert found["quiet"].after.targets[0] == pytest.approx(1, abs=1e-12)


def test_a_round_of_talks_is_not_quiet():
    overrides = ["period.horizon=2", "state.talks.start=rounds"]
    solution = solve(load("iran-us-2026", overrides=overrides), FIVE)
    game, words = solution.equilibrium.game, Words(solution.scenario, solution.equilibrium.game)

    def quiet(s, state, beliefs):
        if s == game.num_layers:
            return 1.0
        total = 0.0
        for step in list_public_steps(solution.equilibrium, 0, s, state=state, beliefs=beliefs):
            happening = None
            if step.action >= 0:
                happening = words.describe_step(0, s, state=state, action=step.action, target=step.target)
            if happening is None or not (happening.is_visible or happening.is_call):
                total += step.probability * quiet(s + 1, step.target, step.beliefs)
        return total

    found = indicators(solution, smallest_mass=1e-3)
    expected = quiet(0, game.start, tuple(game.prior_belief))
    assert found["quiet"].probability == pytest.approx(expected, abs=1e-9)
    assert found["round_call"].probability == pytest.approx(0.36, abs=0.05)
