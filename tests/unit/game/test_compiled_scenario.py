"""Draws that change what can happen, checked on a small scenario."""

import numpy as np
import pytest

from same_games import differences
from standoff.errors import ScenarioError
from standoff.game.compile import compile_game
from standoff.game.compiled_scenario import CHUNK, MAX_TEMPLATES, CompiledScenario
from standoff.game.model import Game
from standoff.scenario import apply_overrides, parse_scenario, replace

SMALL = """
standoff: 1
id: small
title: Small
as_of: 2000-01-01
period: {unit: week, length: 0.5, horizon: 3}
payoff_unit: points
players:
  a: {label: A, types: {soft: 1 - hard_prior, hard: hard_prior}, rationality: sharp, discount: patience}
  b: {label: B, types: {weak: 0.5, strong: 0.5}, rationality: 3, discount: 1}
parameters:
  hard_prior: {value: 0.25, judgement: x}
  sharp: {value: 2, judgement: x}
  patience: {value: 0.81, judgement: x}
  up: {value: 0.5, judgement: x}
  stop_from: {value: 2, judgement: x}
  pace: {value: 0.6, unit: 1/week, judgement: x}
  cooling: {value: 0.03, unit: 1/day, judgement: x}
  mid_worth: {value: 1, judgement: x}
  top_worth: {value: 2, judgement: x}
  hot: {value: 2, judgement: x}
  burden: {value: 1, judgement: x}
  sure: {value: 1, judgement: x}
quantities: {weight: {value: burden / (1 + heat)}}
state: {heat: {label: Heat, levels: [low, mid, high], start: mid}}
deadlines: {fuse: {label: Fuse, date: 2000-01-10}}
agenda:
  limit: 4
  issues:
    pie:
      label: Pie
      levels: [none, half, all]
      worth: {a: {half: mid_worth, all: top_worth}, b: {strong: {half: -1, all: -2}, weak: {half: -0.5, all: -3}}}
      red_lines: {b: {strong: [all]}}
stages:
  - name: push
    mover: a
    rate: pace
    actions:
      wait: {label: Wait}
      heat:
        label: Heat
        costs: {a: {soft: 0.3, hard: 0.1}}
        leads_to: [{p: up, heat: +1}, {p: 1 - up, heat: -1, payoffs: {b: 2}}]
      stop: {label: Stop, when: heat >= stop_from, types: [hard], leads_to: [{p: sure, outcome: over}, {p: 1 - sure}]}
  - name: talk
    bargaining:
      between: [a, b]
      proposer: alternate
      accept: {outcome: deal, ratify: {b: {chance: 0.9 - 0.2 * pie, failed: {heat: +1}}}}
      reject: {costs: {b: 0.1 * weight}}
nature:
  cool: {label: Cool, when: heat > low, hazard: cooling * heat, leads_to: {heat: -1}}
flows: {a: -weight + (1 if passed(fuse) else 0)}
outcomes:
  over: {label: Over, payoffs: {a: {weak: weight, strong: 2}, b: {weak: 3, strong: 4 if passed(fuse) else 5}}}
  deal: {label: Deal, payoffs: {a: 0.1 * heat}}
unresolved: {label: Open, payoffs: {a: burden}}
milestones: {hot: {label: Hot, when: heat >= hot}}
"""


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(SMALL)


@pytest.fixture
def compiled(scenario):
    return CompiledScenario.of(scenario)


NUMBERS_ONLY = [
    {},
    {"hard_prior": 0.5, "sharp": 0.0, "patience": 1.0},
    {"burden": 7.0, "pace": 0.2},
    {"cooling": 0.5},
    {"mid_worth": 1.5},
]
OTHER_STRUCTURES = [
    {"up": 0.0},
    {"up": 1.0},
    {"stop_from": 1.0},
    {"pace": 0.0},
    {"cooling": 0.0},
    {"hot": 1.0},
    {"top_worth": 0.5},
]


@pytest.mark.parametrize("draw", NUMBERS_ONLY + OTHER_STRUCTURES, ids=str)
def test_a_draw_is_its_overridden_scenario(scenario, compiled, draw):
    assert differences(compiled.make_game(draw), compile_game(replace(scenario, draw))) == []


def test_many_draws_are_each_alone(scenario, compiled):
    draws = (NUMBERS_ONLY + OTHER_STRUCTURES) * 7
    assert len(draws) > CHUNK
    games = list(compiled.make_games(draws))
    expected = [compile_game(replace(scenario, draw)) for draw in draws[: len(draws) // 7]] * 7
    assert [differences(*pair) for pair in zip(games, expected, strict=True)] == [[]] * len(draws)


def test_draws_that_differ_in_numbers_share_one_template(compiled):
    games = list(compiled.make_games(NUMBERS_ONLY))
    assert compiled.num_templates == 1
    assert games[1].epochs[0].layers[0].branch_target is games[2].epochs[0].layers[0].branch_target


@pytest.mark.parametrize("draw", OTHER_STRUCTURES, ids=str)
def test_a_draw_in_which_something_else_can_happen_is_noticed(compiled, draw):
    compiled.make_game(draw)
    assert compiled.num_templates == 2
    compiled.make_game(draw)
    assert compiled.num_templates == 2


def test_no_more_templates_are_kept_than_the_limit(compiled, monkeypatch):
    monkeypatch.setattr("standoff.game.compiled_scenario.MAX_TEMPLATES", 3)
    assert all(isinstance(game, Game) for game in compiled.make_games(OTHER_STRUCTURES))
    assert compiled.num_templates == 3 < MAX_TEMPLATES


def test_values_are_in_the_unit_of_the_parameter(compiled):
    layer = compiled.make_game({"cooling": 0.1}).epochs[0].layers[-1]
    high = layer.levels[:, 0] == 2
    assert layer.arrival[high] == pytest.approx(1 - np.exp(-0.1 * 2 * 3.5))


@pytest.mark.parametrize("layers", [1, 2])
def test_epochs_share_what_the_date_does_not_change(compiled, layers):
    first, second = compiled.make_game({}).epochs
    assert first.layers[0] is not second.layers[0]  # it may end in `over`, whose payoff depends on the date
    assert first.layers[layers] is second.layers[layers]


BAD = [
    ({"up": 1.5}, "probabilities"),
    ({"sharp": -1.0}, "rationality"),
    ({"patience": 1.1}, "discount"),
    ({"hard_prior": 2.0}, "priors"),
    ({"pace": -1.0}, "rate"),
    ({"stop_from": 9.0, "sure": 1.5}, "probabilities"),  # of what can never happen
    ({"burden": float("nan")}, "not-finite"),
    ({"burden": float("inf")}, "not-finite"),
]


@pytest.mark.parametrize(("draw", "code"), BAD, ids=str)
def test_a_draw_that_makes_no_game_has_the_error_of_its_overridden_scenario(scenario, compiled, draw, code):
    with pytest.raises(ScenarioError) as error:
        compiled.make_game(draw)
    assert code in {problem.code for problem in error.value.problems}
    with pytest.raises(ScenarioError) as expected:
        compile_game(replace(scenario, draw))
    assert str(error.value) == str(expected.value)


@pytest.mark.parametrize(("draw", "code"), BAD, ids=str)
def test_among_others_it_is_a_value_and_spoils_none_of_them(compiled, scenario, draw, code):
    first, bad, last = compiled.make_games([{"burden": 2.0}, draw, {"burden": 3.0}])
    assert isinstance(bad, ScenarioError)
    assert code in {problem.code for problem in bad.problems}
    assert differences(first, compile_game(replace(scenario, {"burden": 2.0}))) == []
    assert differences(last, compile_game(replace(scenario, {"burden": 3.0}))) == []


def test_an_unknown_parameter_is_refused_with_the_nearest_name(compiled):
    with pytest.raises(ScenarioError, match="did you mean `burden`"):
        compiled.make_game({"burdn": 1.0})


def test_an_overridden_scenario_can_be_drawn_from(scenario):
    changed = apply_overrides(scenario, ["state.heat.start=high", "burden=4"])
    draw = {"pace": 0.3}
    game = CompiledScenario.of(changed).make_game(draw)
    assert differences(game, compile_game(replace(changed, draw))) == []


def test_a_submodel_that_refuses_one_draw_refuses_that_one_alone():
    market = "{kind: oil, flow: 20, bypass: 2, world: 100, supply_elasticity: 0.1, demand_elasticity: -0.1, price: 70}"
    text = SMALL.replace("quantities:", f"submodels: {{oil: {market}}}\nquantities:")
    text = text.replace("burden / (1 + heat)", "burden * oil.price_change(closure * heat / 2)")
    text = text.replace("  burden:", "  closure: {value: 0.5, judgement: x}\n  burden:")
    scenario = parse_scenario(text)
    sound, bad = CompiledScenario.of(scenario).make_games([{"closure": 0.9}, {"closure": 1.1}])
    assert isinstance(bad, ScenarioError)
    assert bad.problems[0].code == "submodel"
    assert differences(sound, compile_game(replace(scenario, {"closure": 0.9}))) == []


def test_there_is_one_terminal_for_each_state_that_payoffs_mention(compiled):
    # `deal` mentions heat, which can have three levels, beside the package; `over` mentions the date
    game = compiled.make_game({"stop_from": 2.0})
    deals = game.terminals.package[game.terminals.outcome == game.outcomes.index("deal")]
    assert np.bincount(deals).tolist() == [3] * len(game.packages)
    assert int((game.terminals.outcome == game.outcomes.index("over")).sum()) == 2
