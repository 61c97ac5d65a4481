"""A crisis of one decision, whose probabilities are known in closed form: P(war) = 1 / (1 + exp(-sharpness * gain))."""

import pytest

from standoff.scenario import parse_scenario

CHOICE = """
standoff: 1
id: choice
title: One decision
as_of: 2026-02-02
period: {unit: week, horizon: 4}
payoff_unit: the stake
documents:
  gazette: {title: Ships gather, publisher: Gazette, date: 2026-02-01}
players:
  north: {label: North, rationality: sharpness, discount: 1}
parameters:
  gain: {value: 0.3, range: [-1, 1], judgement: a guess, label: What pressing on is worth}
  sharpness:
    value: 2
    range: [1, 3]
    evidence: [{document: gazette, place: paragraph 1, says: "it chooses well"}]
  spare: {value: 0.1}
state:
  mood: {label: Mood, levels: [calm], start: calm}
stages:
  - name: decide
    mover: north
    actions:
      press: {label: Press on, payoffs: {north: gain}, leads_to: {outcome: war}}
      wait: {label: Wait, payoffs: {north: 0 * spare}, leads_to: {outcome: peace}}
outcomes:
  war: {label: War}
  peace: {label: Peace}
unresolved: {label: Still open}
"""


@pytest.fixture
def choice():
    return parse_scenario(CHOICE)
