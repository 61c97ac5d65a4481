"""Numbers from papers and other programs, each reached through a scenario file."""

import json
from pathlib import Path

import numpy as np
import pytest

import standoff
from standoff.scenario import parse_scenario
from standoff.solve.equilibrium import Settings

VALUES = json.loads((Path(__file__).parent / "values.json").read_text(encoding="utf-8"))
HEAD = """
standoff: 1
id: textbook
title: A textbook game
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: %s}
payoff_unit: the game's own
"""


def solve(text, horizon=1, points=33):
    return standoff.solve(parse_scenario(HEAD % horizon + text), Settings(belief_points=points))


def strategy(solution, stage, state=None):
    """Strategies of the mover of a stage in the first period, by type, at the prior."""
    from standoff.solve.sample import find_strategy

    game = solution.equilibrium.game
    for s, layer in enumerate(game.epochs[0].layers):
        if layer.name == stage:
            for x in range(layer.num_states):
                levels = dict(zip(layer.fields, layer.levels[x].tolist(), strict=True))
                if layer.mover[x] >= 0 and (state is None or all(levels[k] == v for k, v in state.items())):
                    strategies, _ = find_strategy(solution.equilibrium, 0, s, x, game.prior_belief)
                    own = range(layer.action_start[x], layer.action_start[x + 1])
                    return [
                        {layer.action_names[layer.action_label[a]]: float(p) for a, p in zip(own, row, strict=True)}
                        for row in strategies
                    ]
    raise AssertionError(f"nobody moves in stage {stage}")


POKER = """
players:
  one: {label: One, types: {king: 0.5, queen: 0.5}, rationality: %(L)s, discount: 1}
  two: {label: Two, rationality: %(L)s, discount: 1}
state:
  bet: {label: Bet, levels: ['no', made], start: 'no'}
stages:
  - name: bet
    mover: one
    actions:
      bet: {label: bet, leads_to: {bet: made}}
      fold: {label: fold, leads_to: {outcome: folded}}
  - name: call
    mover: two
    when: bet == made
    actions:
      call: {label: call, leads_to: {outcome: showdown}}
      fold: {label: fold, leads_to: {outcome: taken}}
outcomes:
  folded: {label: One folds, payoffs: {one: -1, two: 1}}
  taken: {label: Two folds, payoffs: {one: 1, two: -1}}
  showdown: {label: Showdown, payoffs: {one: {king: 2, queen: -2}, two: {king: -2, queen: 2}}}
unresolved: {label: Open, payoffs: {}}
"""


@pytest.mark.parametrize("rationality", VALUES["N3"]["values"])
def test_n3_stripped_down_poker(rationality):
    # The pooling node's belief is interpolated: 65 points bring its error below 1e-6 at these rationalities.
    solution = solve(POKER % {"L": rationality}, points=65)
    assert solution.equilibrium.certificate.residual < 1e-8
    king, queen = (row["bet"] for row in strategy(solution, "bet"))
    probabilities = {name: series.cumulative[-1] for name, series in solution.forecast.outcomes.items()}
    call = probabilities["showdown"] / (probabilities["showdown"] + probabilities["taken"])
    assert [king, queen, call] == pytest.approx(VALUES["N3"]["values"][rationality], abs=VALUES["N3"]["tolerance"])


def test_n3_approaches_the_nash_equilibrium():
    queens = []
    for rationality in (3, 6, 10):
        king, queen = (row["bet"] for row in strategy(solve(POKER % {"L": rationality}, points=33), "bet"))
        assert king > 0.999
        queens.append(queen)
    assert queens[0] > queens[1] > queens[2] > 1 / 3
    assert queens[2] == pytest.approx(1 / 3, abs=0.05)


CENTIPEDE = """
players:
  one: {label: One, rationality: %(L)s, discount: 1}
  two: {label: Two, rationality: %(L)s, discount: 1}
stages:
  - {name: first, mover: one, actions: {take: {label: take, leads_to: {outcome: end1}}, pass: {label: pass}}}
  - {name: second, mover: two, actions: {take: {label: take, leads_to: {outcome: end2}}, pass: {label: pass}}}
  - {name: third, mover: one, actions: {take: {label: take, leads_to: {outcome: end3}}, pass: {label: pass}}}
  - {name: fourth, mover: two, actions: {take: {label: take, leads_to: {outcome: end4}}, pass: {label: pass}}}
outcomes:
  end1: {label: End 1, payoffs: {one: 0.80, two: 0.20}}
  end2: {label: End 2, payoffs: {one: 0.40, two: 1.60}}
  end3: {label: End 3, payoffs: {one: 3.20, two: 0.80}}
  end4: {label: End 4, payoffs: {one: 1.60, two: 6.40}}
unresolved: {label: Passed to the end, payoffs: {one: 12.80, two: 3.20}}
"""


@pytest.mark.parametrize("rationality", VALUES["N4"]["values"])
def test_n4_centipede(rationality):
    solution = solve(CENTIPEDE % {"L": rationality})
    found = [strategy(solution, name)[0]["take"] for name in ("first", "second", "third", "fourth")]
    assert found == pytest.approx(VALUES["N4"]["values"][rationality], abs=VALUES["N4"]["tolerance"])


# A offers B a share x of the good; B fights where it likes that better. p = 0.5, A's cost of war 0.1, B's 0.1 or 0.3.
# A keeps x and B gets 1 - x; war gives A p - c_A and B 1 - p - c_B.
ULTIMATUM = """
players:
  a: {label: A, rationality: %(L)s, discount: 1}
  b: {label: B, types: {tough: %(q)s, soft: 1 - %(q)s}, rationality: %(L)s, discount: 1}
state:
  demand: {label: Demand, levels: [none, low, high], start: none}
stages:
  - name: offer
    mover: a
    actions:
      low: {label: keep 0.6, leads_to: {demand: low}}
      high: {label: keep 0.8, leads_to: {demand: high}}
  - name: answer
    mover: b
    actions:
      accept: {label: accept, leads_to: {outcome: deal}}
      fight: {label: fight, leads_to: {outcome: war}}
outcomes:
  deal: {label: Deal, payoffs: {a: "by(demand, 0, 0.6, 0.8)", b: "1 - by(demand, 0, 0.6, 0.8)"}}
  war: {label: War, payoffs: {a: 0.4, b: {tough: 0.4, soft: 0.2}}}
unresolved: {label: Open, payoffs: {}}
"""


@pytest.mark.parametrize("rationality", VALUES["N7c"]["values"])
def test_n7_offers_before_war_in_logit(rationality):
    solution = solve(ULTIMATUM % {"L": rationality, "q": 0.5})
    low = strategy(solution, "offer")[0]["low"]
    war = next(series.cumulative[-1] for series in solution.forecast.outcomes.values() if series.name == "war")
    assert [low, war] == pytest.approx(VALUES["N7c"]["values"][rationality], abs=VALUES["N7c"]["tolerance"])


@pytest.mark.parametrize(("tough", "takes_the_risk"), [(0.35, True), (0.65, False)])
def test_n7_the_risk_is_taken_where_the_tough_type_is_rare_enough(tough, takes_the_risk):
    # Threshold 1 - (c_L + c_A)/(c_H + c_A) = 0.5 with demands just inside what each type accepts, at high rationality.
    text = (ULTIMATUM % {"L": 400, "q": tough}).replace("0.6, 0.8", "0.59, 0.79")
    high = strategy(solve(text), "offer")[0]["high"]
    assert (high > 0.5) == takes_the_risk


def test_n7_the_best_demand_against_uniform_costs():
    # x* = p + (C - c_A)/2 = 0.65, P(war) = 1/2 - c_A/(2C) = 0.375, U = 0.55625: the solver's two-type game at each cost
    # pair, averaged, must have its best demand there. Each type's answer comes from the solver.
    demands = np.array([0.55, 0.6, 0.65, 0.7, 0.75])
    levels = ", ".join(f"d{k}" for k in range(len(demands)))
    amounts = ", ".join(f"{x:g}" for x in demands)
    total = np.zeros(len(demands))
    war = np.zeros(len(demands))
    pairs = [(0.02 + 0.04 * k, 0.22 + 0.04 * k) for k in range(5)]
    for low, high in pairs:
        moves = "\n".join(f"      o{k}: {{label: demand, leads_to: {{demand: d{k}}}}}" for k in range(len(demands)))
        text = f"""
players:
  a: {{label: A, rationality: 1, discount: 1}}
  b: {{label: B, types: {{tough: 0.5, soft: 0.5}}, rationality: 2000, discount: 1}}
state:
  demand: {{label: Demand, levels: [none, {levels}], start: none}}
stages:
  - name: offer
    mover: a
    actions:
{moves}
  - name: answer
    mover: b
    actions:
      accept: {{label: accept, leads_to: {{outcome: deal}}}}
      fight: {{label: fight, leads_to: {{outcome: war}}}}
outcomes:
  deal: {{label: Deal, payoffs: {{a: "by(demand, 0, {amounts})", b: "1 - by(demand, 0, {amounts})"}}}}
  war: {{label: War, payoffs: {{a: 0.4, b: {{tough: {0.5 - low:g}, soft: {0.5 - high:g}}}}}}}
unresolved: {{label: Open, payoffs: {{}}}}
"""
        solution = solve(text, points=5)
        for k, demand in enumerate(demands):
            tough, soft = strategy(solution, "answer", {"demand": k + 1})
            accept = 0.5 * (tough["accept"] + soft["accept"])
            total[k] += (accept * demand + (1 - accept) * 0.4) / len(pairs)
            war[k] += (1 - accept) / len(pairs)
    assert demands[total.argmax()] == 0.65
    assert war[total.argmax()] == pytest.approx(0.375, abs=0.03)  # ten types stand for the continuum
    assert total.max() == pytest.approx(0.55625, abs=0.01)


RUBINSTEIN = """
players:
  a: {label: A, rationality: %(L)s, discount: %(da)s}
  b: {label: B, rationality: %(L)s, discount: %(db)s}
agenda:
  issues:
    pie:
      label: Pie
      levels: [%(levels)s]
      worth:
        a: {%(worth_a)s}
        b: {%(worth_b)s}
  packages: all
  limit: 64
stages:
  - name: round
    bargaining:
      between: [a, b]
      proposer: alternate
      accept: {outcome: deal}
      reject: {}
outcomes:
  deal: {label: Deal, payoffs: {}}
unresolved: {label: No deal, payoffs: {}}
"""


@pytest.mark.parametrize("discounts", VALUES["N8"]["values"])
def test_n8_alternating_offers(discounts):
    coarse, fine = (alternating_share(discounts, steps) for steps in (30, 60))
    delta_a, delta_b = map(float, discounts.split(","))
    exact = VALUES["N8"]["values"][discounts]
    # Each offer gives up to one step more than needed, in every later round too: a geometric sum.
    for share, steps in ((coarse, 30), (fine, 60)):
        assert abs(share - exact) <= (1 + delta_b) / (1 - delta_a * delta_b) / steps
    assert abs(fine - exact) <= abs(coarse - exact) + 1 / 60


def alternating_share(discounts, steps):
    delta_a, delta_b = discounts.split(",")
    levels = [f"s{k}" for k in range(steps + 1)]
    text = RUBINSTEIN % {
        "L": 2000,
        "da": delta_a,
        "db": delta_b,
        "levels": ", ".join(levels),
        "worth_a": ", ".join(f"s{k}: {k / steps:.6f}" for k in range(steps + 1)),
        "worth_b": ", ".join(f"s{k}: {1 - k / steps:.6f}" for k in range(steps + 1)),
    }
    solution = solve(text, horizon=80)
    offers = strategy(solution, "round_offer")[0]
    return sum(p * int(name.removeprefix("s")) / steps for name, p in offers.items() if name != "no_offer")


# Each side stays or concedes; the other concedes with a hazard that nature holds fixed. In equilibrium that hazard makes
# staying and conceding worth the same. (The mutual fixed point needs simultaneous moves, which come later.)
ATTRITION = """
parameters: {hazard: {value: %(hazard)s, judgement: closed form}}
players:
  a: {label: A, rationality: %(L)s, discount: 1}
stages:
  - {name: stand, mover: a, actions: {stay: {label: stay}, concede: {label: concede, leads_to: {outcome: lost}}}}
nature:
  other: {label: The other concedes, hazard: -log(1 - hazard), leads_to: {outcome: won}}
flows: {a: -0.25}
outcomes:
  lost: {label: Concede, payoffs: {a: 0}}
  won: {label: The other concedes, payoffs: {a: 1}}
unresolved: {label: Open, payoffs: {}}
"""


@pytest.mark.parametrize("rationality", [1, 10, 100])
def test_n11_the_equilibrium_hazard_makes_staying_and_conceding_worth_the_same(rationality):
    hazard = VALUES["N11"]["values"]["hazard"]
    solution = solve(ATTRITION % {"L": rationality, "hazard": hazard}, horizon=30)
    assert strategy(solution, "stand")[0]["stay"] == pytest.approx(0.5, abs=1e-12)
    assert solution.equilibrium.start_values[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("hazard", "stays"), [(0.19, False), (0.21, True)])
def test_n11_any_other_hazard_tips_the_scales(hazard, stays):
    solution = solve(ATTRITION % {"L": 100, "hazard": hazard}, horizon=30)
    assert (strategy(solution, "stand")[0]["stay"] > 0.5) == stays


def test_n11_mean_duration_where_both_concede_at_the_equilibrium_hazard():
    text = """
players:
  a: {label: A, rationality: 1, discount: 1}
stages:
  - {name: watch, mover: a, actions: {wait: {label: wait}}}
nature:
  first: {label: A concedes, hazard: -log(0.8), leads_to: {outcome: over}}
  second: {label: B concedes, hazard: -log(0.8), leads_to: {outcome: over}}
outcomes: {over: {label: Over, payoffs: {}}}
unresolved: {label: Open, payoffs: {}}
"""
    assert solve(text, horizon=100).forecast.mean_duration == pytest.approx(
        VALUES["N11"]["values"]["duration"], abs=1e-4
    )
