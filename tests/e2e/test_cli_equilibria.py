"""`standoff equilibria`, and crises in which two move at the same time and that have no end, from the file to the answer."""

import pytest

# Anchor N9 as a scenario: talks or mobilised; A holds or escalates, B holds or concedes; deal and war end it.
STATIONARY = """
standoff: 1
id: stationary
title: A small stationary crisis
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 12, continues: true}
payoff_unit: the game's own
players:
  a: {label: A, rationality: 1, discount: 0.9}
  b: {label: B, rationality: 1, discount: 0.9}
state:
  crisis: {label: Crisis, levels: [talks, mobilised], start: talks}
stages:
  - name: moves
    movers: [a, b]
    actions:
      a: {hold: {label: hold}, escalate: {label: escalate}}
      b: {hold: {label: hold}, concede: {label: concede}}
    together:
      - a: hold
        b: hold
        payoffs: {a: "0.1 * by(crisis, 0.2, -0.1)", b: "0.1 * by(crisis, 0.6, 0.2)"}
        leads_to: [{p: "by(crisis, 1, 0.5)", crisis: talks}, {p: "by(crisis, 0, 0.5)", crisis: mobilised}]
      - a: hold
        b: concede
        payoffs: {a: "0.1 * by(crisis, 0.2, -0.1)", b: "0.1 * by(crisis, 0.6, 0.2)"}
        leads_to:
          - {p: "by(crisis, 0.2, 0.1)", crisis: talks}
          - {p: "by(crisis, 0, 0.1)", crisis: mobilised}
          - {p: 0.8, outcome: deal}
      - a: escalate
        b: hold
        payoffs: {a: "0.1 * by(crisis, 0.1, -0.1)", b: "0.1 * by(crisis, 0.4, 0.2)"}
        leads_to:
          - {p: "by(crisis, 0.2, 0)", crisis: talks}
          - {p: "by(crisis, 0.8, 0.3)", crisis: mobilised}
          - {p: "by(crisis, 0, 0.7)", outcome: war}
      - a: escalate
        b: concede
        payoffs: {a: "0.1 * by(crisis, 0.1, -0.1)", b: "0.1 * by(crisis, 0.4, 0.2)"}
        leads_to:
          - {p: "by(crisis, 0.1, 0)", crisis: talks}
          - {p: "by(crisis, 0.4, 0.1)", crisis: mobilised}
          - {p: "by(crisis, 0.5, 0.6)", outcome: deal}
          - {p: "by(crisis, 0, 0.3)", outcome: war}
outcomes:
  deal: {label: Deal, payoffs: {a: 0.9, b: 0.45}}
  war: {label: War, payoffs: {a: -0.45, b: -0.9}}
unresolved: {label: Open}
"""

STAG_HUNT = """
standoff: 1
id: stag-hunt
title: Stag hunt
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 1}
payoff_unit: the game's own
players:
  a: {label: A, rationality: 2, discount: 1}
  b: {label: B, rationality: 2, discount: 1}
stages:
  - name: hunt
    movers: [a, b]
    actions:
      a: {stag: {label: stag}, hare: {label: hare}}
      b: {stag: {label: stag}, hare: {label: hare}}
    together:
      - {a: stag, b: stag, leads_to: {outcome: both}}
      - {a: stag, b: hare, leads_to: {outcome: left}}
      - {a: hare, b: stag, leads_to: {outcome: right}}
      - {a: hare, b: hare, leads_to: {outcome: none}}
outcomes:
  both: {label: Both hunt the stag, payoffs: {a: 10, b: 10}}
  left: {label: A alone, payoffs: {a: 1, b: 8}}
  right: {label: B alone, payoffs: {a: 8, b: 1}}
  none: {label: Two hares, payoffs: {a: 5, b: 5}}
unresolved: {label: Open}
"""


@pytest.fixture
def stationary(tmp_path):
    path = tmp_path / "stationary.yaml"
    path.write_text(STATIONARY, encoding="utf-8")
    return path


def test_a_stationary_crisis_of_simultaneous_moves_from_a_file(warm, stationary):
    found = warm("run", str(stationary), "--json").document
    values = {entry["player"]: entry["value"] for entry in found["start_values"]}
    assert [values["a"], values["b"]] == pytest.approx([0.687191, 0.366977], abs=1e-6)
    assert [found["unresolved"][k] for k in (0, 5, 11)] == pytest.approx([0.64993, 0.02848, 0.00064], abs=1e-5)
    moves = {(move["player"]): move["strategy"] for move in found["first_moves"]}
    assert moves["a"]["hold"] == pytest.approx(0.538074, abs=1e-6)
    assert moves["b"]["hold"] == pytest.approx(0.470722, abs=1e-6)
    assert found["certificate"]["residual"] < 1e-8
    assert 0 < found["certificate"]["stationary_change"] < 1e-8


def test_the_table_says_that_the_crisis_is_stationary(warm, stationary):
    shown = warm("run", str(stationary)).out
    assert "stationary: one more period changes no value" in shown


def test_equilibria_prints_the_certificate_of_the_reported_one(warm):
    shown = warm("equilibria", "iran-us-2026", "--set", "period.horizon=2").out
    assert "branch unique" in shown
    assert "no other equilibrium" in shown


def test_every_equilibrium_of_the_stag_hunt_is_found(warm, tmp_path):
    path = tmp_path / "hunt.yaml"
    path.write_text(STAG_HUNT, encoding="utf-8")
    found = warm("equilibria", str(path), "--starts", "12", "--json").document
    stag = []
    for equilibrium in found["equilibria"]:
        probabilities = {outcome["name"]: outcome["cumulative"][-1] for outcome in equilibrium["outcomes"]}
        stag.append(probabilities["both"] + probabilities["left"])
        assert equilibrium["certificate"]["residual"] < 1e-8
    assert found["equilibria"][0]["certificate"]["branch"] == "node-wise"
    assert {equilibrium["certificate"]["branch"] for equilibrium in found["equilibria"][1:]} == {"other"}
    assert stag[0] == pytest.approx(0.000337, abs=1e-6)
    assert sorted(stag[1:]) == pytest.approx([0.765045, 0.976213], abs=1e-6)
    shown = warm("equilibria", str(path), "--starts", "12").out
    assert "2 other equilibria found from 12 starting points" in shown


def test_where_every_node_is_unique_nothing_is_searched(warm):
    shown = warm("equilibria", "cuba-1962", "--set", "period.horizon=2", "--starts", "5").out
    assert "No search is needed: with these belief points no other equilibrium exists." in shown


@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_wrong_number_of_starts_is_refused(warm, number):
    refused = warm("equilibria", "cuba-1962", "--starts", number)
    assert refused.code == 2
    assert "--starts" in refused.err
