"""Scenarios whose states could be more numerous than 63 bits can count."""

import numpy as np
import pytest

from solving import forecast_of, solve_text
from standoff.errors import ScenarioError
from standoff.game import layer_template
from standoff.game.compile import compile_game
from standoff.scenario import parse_scenario


def write_scenario(num_pads):
    """A warning, a spark and an answer; the spark also moves tracks that matter to nothing."""
    pads = "".join(f"  pad{k}: {{label: Pad, levels: [no, yes], start: no}}\n" for k in range(num_pads))
    moved = "".join(f", pad{k}: yes" for k in range(num_pads))
    return f"""
standoff: 1
id: wrap
title: Wrap
as_of: 2026-01-01
period: {{unit: week, length: 1, horizon: 8}}
payoff_unit: one
players:
  a: {{label: A, rationality: 4, discount: 0.99}}
  b: {{label: B, rationality: 4, discount: 0.99}}
state:
  early: {{label: Early warning, levels: [no, yes], start: no}}
  fire: {{label: Fire, levels: [no, yes], start: no}}
{pads}stages:
  - name: watch
    mover: a
    when: fire == no
    actions:
      wait: {{label: wait}}
      warn: {{label: warn, leads_to: {{early: yes}}}}
  - name: answer
    mover: b
    when: fire == yes
    actions:
      hold: {{label: hold}}
      war: {{label: war, payoffs: {{b: 2 if early == no else -2}}, leads_to: {{outcome: war}}}}
      peace: {{label: peace, payoffs: {{b: 2 if early == yes else -2}}, leads_to: {{outcome: peace}}}}
nature:
  spark: {{label: Spark, when: fire == no, hazard: 0.3, leads_to: {{fire: yes{moved}}}}}
outcomes:
  war: {{label: War, payoffs: {{}}}}
  peace: {{label: Peace, payoffs: {{}}}}
unresolved: {{label: Open, payoffs: {{}}}}
"""


@pytest.fixture(scope="module")
def few():
    return forecast_of(solve_text(write_scenario(2)))


@pytest.mark.parametrize("num_pads", [60, 61, 62, 63, 64, 130])
def test_tracks_that_matter_to_nothing_change_no_probability(few, num_pads):
    found = forecast_of(solve_text(write_scenario(num_pads)))
    for name, series in few.outcomes.items():
        assert found.outcomes[name].cumulative == pytest.approx(series.cumulative, abs=1e-12), name


@pytest.mark.parametrize("num_pads", [2, 64])
def test_states_are_in_the_order_of_their_levels(num_pads):
    game = compile_game(parse_scenario(write_scenario(num_pads)))
    for layer in game.epochs[0].layers:
        rows = layer.levels.tolist()
        assert rows == sorted(rows)
        assert len(np.unique(layer.levels, axis=0)) == len(rows)


def test_a_stage_with_too_many_actions_to_number_is_refused_with_their_number(monkeypatch):
    monkeypatch.setattr(layer_template, "LARGEST_INDEX", 3)
    with pytest.raises(ScenarioError) as caught:
        compile_game(parse_scenario(write_scenario(2)))
    (problem,) = caught.value.problems
    assert problem.code == "too-many-actions"
    assert "`watch` has 4 actions and 4 branches in all of its states; at most 3" in problem.message
