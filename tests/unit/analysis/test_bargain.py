"""Ranges and blocking issues of crises that can be worked out by hand."""

import numpy as np
import pytest

from bargaining_games import demands, fear, solved, town
from standoff import bargain, load
from standoff.errors import InputError
from standoff.game.compile import compile_game
from standoff.scenario import parse_scenario, replace
from standoff.solve.action_values import find_action_values


@pytest.fixture(scope="module")
def fearon():
    return bargain(solved(demands()))


def names(found, packages):
    return [found.packages.names[k] for k in packages]


def test_every_level_is_a_package_and_the_agenda_says_which_can_be_offered(fearon):
    assert fearon.packages.names == ("nothing", "low", "high")
    assert fearon.offered.tolist() == [False, True, True]


def test_war_is_worth_what_the_file_says(fearon):
    assert (fearon.fight.player, fearon.fight.action, fearon.fight.chance) == ("a", "no_offer", 1.0)
    values = fearon.fight.values
    found = [values["a", "a"], values["b", "tough"], values["b", "soft"]]
    assert found == pytest.approx([0.4, 0.4, 0.2], abs=1e-12)


def test_fearons_range_lies_between_the_costs_of_both_sides(fearon):
    # (p - c_A, p + c_B): A keeps 0.59 in front of the tough type, and 0.79 only in front of the soft one
    tough, soft = fearon.pairs
    assert names(fearon, tough.fighting.packages) == ["low"]
    assert names(fearon, soft.fighting.packages) == ["low", "high"]
    assert soft.fighting.closeness == pytest.approx(0.19, abs=1e-12)


def test_a_red_line_forbids_a_package_to_every_pair(fearon):
    assert all(names(fearon, pair.allowed) == ["low", "high"] for pair in fearon.pairs)


def test_priors_of_the_pairs_are_those_of_the_types(fearon):
    assert [pair.prior for pair in fearon.pairs] == pytest.approx([0.5 - 0.25 * 2**0.5, 0.5 + 0.25 * 2**0.5], abs=1e-15)


def test_an_empty_range_says_how_much_is_missing():
    found = bargain(solved(fear()))
    (pair,) = found.pairs
    assert pair.fighting.packages == ()
    assert pair.fighting.closeness == pytest.approx(0.1 - 0.3, abs=1e-12)
    assert pair.points.nash is None
    assert found.packages.ratification["b"].tolist() == [0.5, 0.5]


def test_the_issue_that_blocks_is_the_one_without_which_there_would_be_a_range():
    # war is worth 0.3 to both; arms given up 0.6 to A and 0.6 - 1.2 to B, and A draws a red line at their being kept; the
    # border settled 0.5 to A and 0.35 to B
    scenario = fear()
    border = {
        "label": "Border",
        "levels": ["open", "settled"],
        "worth": {"a": {"settled": 0.5}, "b": {"settled": 0.35}},
    }
    changes = {
        "parameters.fear.value": 1.2,
        "agenda.issues": {**scenario.content["agenda"]["issues"], "border": border},
        "agenda.packages": [{"arms": "given_up", "border": "settled"}],
    }
    (pair,) = bargain(solved(replace(scenario, changes))).pairs
    assert pair.waiting.packages == ()
    assert pair.waiting.closeness == pytest.approx(0.35 - 0.6 - 0.3, abs=1e-9)
    assert pair.blocking_issues == ("arms",)
    arms, other = pair.issues
    assert arms.closeness_if_dropped == pytest.approx(0.35 - 0.3, abs=1e-9)
    assert arms.closeness_if_lifted == pytest.approx(0.35 - 0.3, abs=1e-9)
    assert other.closeness_if_lifted is None
    assert other.closeness_if_dropped == pytest.approx(-0.6 - 0.3, abs=1e-9)


def test_what_is_in_the_range_names_its_levels():
    found = load("cuba-1962", overrides=["period.horizon=3"])
    pair = bargain(solved(found)).pairs[0]
    levels = {effect.issue: effect.levels_in_range for effect in pair.issues}
    assert levels["missiles"] == ("removed",)  # the US draws a red line at their staying


def test_the_worth_of_a_package_is_what_the_compiled_game_pays():
    scenario = load("cuba-1962", overrides=["period.horizon=3"])
    found = bargain(solved(scenario))
    terminals = compile_game(scenario).terminals
    for k, package in enumerate(compile_game(scenario).packages):
        (ends,) = np.nonzero(terminals.package == k)
        row = found.packages.names.index(package)
        assert terminals.payoff[ends[0]] == pytest.approx(found.packages.payoff[row], abs=1e-12)


def test_a_milestone_that_no_move_brings_leaves_nothing_to_fight_with():
    found = bargain(solved(load("cuba-1962", overrides=["period.horizon=3"])), "ships_halt")
    assert (found.fight.player, found.fight.action) == ("ussr", "halt")
    assert bargain(solved(load("cuba-1962", overrides=["period.horizon=3"])), "private_channel").fight is None


def test_an_unknown_milestone_is_refused():
    with pytest.raises(InputError, match="there is no milestone `wat`"):
        bargain(solved(town()), "wat")


def test_where_nobody_bargains_there_is_no_table():
    text = """
standoff: 1
id: quiet
title: Nobody talks
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 1}
payoff_unit: one
players: {a: {label: A, rationality: 1, discount: 1}}
stages: [{name: moves, mover: a, actions: {stay: {label: stay}, go: {label: go}}}]
unresolved: {label: Open}
"""
    with pytest.raises(InputError, match="nobody bargains in `quiet`"):
        bargain(solved(parse_scenario(text)))


LATER = """
standoff: 1
id: later
title: War in a later stage
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 2}
payoff_unit: the prize
players:
  a: {label: A, types: {mild: 0.5, stern: 0.5}, rationality: 3, discount: 1}
  b: {label: B, rationality: 3, discount: 1}
state:
  words: {label: Words, levels: [calm, loud], start: calm}
  conflict: {label: Fighting, levels: [none, war], start: none}
agenda:
  issues:
    arms: {label: Arms, levels: [kept, given_up], worth: {a: {given_up: 0.6}, b: {given_up: 0.1}}, red_lines: {a: [kept]}}
  packages: [{arms: given_up}]
stages:
  - name: speak
    mover: a
    actions:
      wait: {label: Wait}
      threaten: {label: Threaten, payoffs: {a: {mild: -0.5, stern: 0.2}}, leads_to: {words: loud}}
  - name: act
    mover: a
    when: conflict == none
    actions:
      hold: {label: Hold}
      attack: {label: Attack, leads_to: {conflict: war}}
  - name: talks
    rate: 1
    when: conflict == none
    bargaining: {between: [a, b], proposer: a, accept: {outcome: deal}, reject: {}}
outcomes:
  deal: {label: Deal, payoffs: {}}
unresolved: {label: Open, payoffs: {a: {mild: -0.3 * conflict, stern: 0.1 * conflict}, b: -0.4 * conflict}}
milestones:
  war: {label: War, when: conflict == war}
"""


def test_fighting_is_found_in_a_later_stage_of_the_period_too():
    solution = solved(parse_scenario(LATER))
    fight = bargain(solution).fight
    assert (fight.stage, fight.player, fight.action, fight.chance) == ("act", "a", "attack", 1.0)
    # war is worth the same whatever comes after it: what is said in the second period costs the mild type something
    assert fight.values["b", "b"] == pytest.approx(-0.4, abs=1e-9)
    assert fight.values["a", "stern"] > 0.1 > -0.3 > fight.values["a", "mild"]


def test_before_a_later_stage_nothing_public_changes():
    solution = solved(parse_scenario(LATER))
    equilibrium = solution.equilibrium
    waited = next(move for move in solution.forecast.first_moves if move.stage == "speak").posteriors["wait"]
    s = [layer.name for layer in equilibrium.game.epochs[0].layers].index("act")
    calm = equilibrium.game.start
    values = find_action_values(equilibrium, 0, s, calm, (waited,)).values[1]
    assert list(bargain(solution).fight.values.values()) == pytest.approx(values, abs=1e-9)
