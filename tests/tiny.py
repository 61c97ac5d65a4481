"""A crisis of one decision whose probabilities are a formula, so that what is made of many draws of it can be known."""

import numpy as np

from standoff.scenario import parse_scenario

RATIONALITY = 2.0
TEXT = """
standoff: 1
id: tiny
title: One decision
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 2}
payoff_unit: the game's own
players:
  a: {label: A, rationality: 2, discount: 1}
parameters:
  war: {value: 0.5, range: [-1, 1], judgement: for a test}
  peace: {value: 0.2, range: [-1, 1], judgement: for a test}
stages:
  - name: choice
    mover: a
    actions:
      fight: {label: fight, leads_to: {outcome: war_ends}}
      settle: {label: settle, leads_to: {outcome: deal}}
outcomes:
  war_ends: {label: War, payoffs: {a: war}}
  deal: {label: Deal, payoffs: {a: peace}}
unresolved: {label: Open}
"""


def tiny(*changes):
    """The scenario, with some of its text changed: (old, new) pairs."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_scenario(text, "tiny.yaml")


def probabilities_of_war(war, peace):
    """The logit formula."""
    return 1.0 / (1.0 + np.exp(-RATIONALITY * (np.asarray(war) - np.asarray(peace))))
