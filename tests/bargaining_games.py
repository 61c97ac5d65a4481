"""Small crises about one deal, whose answers can be worked out by hand: take it or leave it, and war if it is left."""

from standoff import solve
from standoff.scenario import parse_scenario
from standoff.solve.equilibrium import Settings

# A offers once; B accepts, or there is war. War pays A `war_a`, and B by its type. Rationality so high that an advantage of
# 0.01 is taken in all but e^-4 of decisions.
HEAD = """
standoff: 1
id: one-deal
title: One deal or war
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 1}
payoff_unit: the prize
"""
WAR = """
state:
  conflict: {label: Fighting, levels: [none, war], start: none}
stages:
  - name: talks
    bargaining:
      between: [a, b]
      proposer: a
      no_offer: {label: attack, leads_to: {conflict: war}}
      accept: {label: accept, outcome: deal%(ratify)s}
      reject: {leads_to: {conflict: war}}
outcomes:
  deal: {label: Deal, payoffs: {}}
unresolved: {label: War or nothing, payoffs: {a: "%(war_a)s * conflict", b: %(war_b)s}}
milestones:
  war: {label: War, when: conflict == war}
"""
NO_RATIFICATION = ""
EVEN_RATIFICATION = ", ratify: {b: {chance: 0.5, failed: {conflict: war}}}"

# Anchor N7: demands just inside what each type of B accepts; its costs of war are 0.1 and 0.3, A's 0.1.
DEMANDS = (
    HEAD
    + """
players:
  a: {label: A, rationality: 400, discount: 1}
  b: {label: B, types: {tough: %(q)s, soft: 1 - %(q)s}, rationality: 400, discount: 1}
agenda:
  issues:
    demand:
      label: What A keeps
      levels: [nothing, low, high]
      worth: {a: {low: 0.59, high: 0.79}, b: {low: 0.41, high: 0.21}}
      red_lines: {a: [nothing]}
  packages: [{demand: low}, {demand: high}]
"""
    + WAR % {"ratify": NO_RATIFICATION, "war_a": 0.4, "war_b": '{tough: "0.4 * conflict", soft: "0.2 * conflict"}'}
)

# A deal is worth 0.6 to both, but B fears what A does with the arms that B gives up.
FEAR = (
    HEAD
    + """
players:
  a: {label: A, rationality: 400, discount: 1}
  b: {label: B, rationality: 400, discount: 1}
parameters:
  fear: {value: 0.5, judgement: more than the deal brings}
agenda:
  issues:
    arms: {label: Arms, levels: [kept, given_up], worth: {a: {given_up: 0.6}, b: {given_up: 0.6 - fear}}, red_lines: {a: [kept]}}
  packages: [{arms: given_up}]
%(commitment)s"""
    + WAR
)
COMMITMENT = "  commitment: {set: [fear=0], note: B fears an attack without its arms}\n"

# The prize is a town: all of it or nothing. B would rather fight (0.3) than have nothing, A rather fight (0.5) than give it.
TOWN = (
    HEAD
    + """
players:
  a: {label: A, rationality: 400, discount: 1}
  b: {label: B, rationality: 400, discount: 1}
agenda:
  issues:
    town: {label: The town, levels: [divided, for_a, for_b], worth: {a: {for_a: 1, for_b: 0}, b: {for_a: 0, for_b: 1}},
           red_lines: {a: [divided], b: [divided]}}
  packages: [{town: for_a}, {town: for_b}]
"""
    + WAR % {"ratify": NO_RATIFICATION, "war_a": 0.5, "war_b": "0.3 * conflict"}
)


RARE = 0.5 - 0.25 * 2**0.5
"""A prior of the tough type below the threshold of N7b; that of the soft type is then one of five belief points, so the
kink in A's value between the demands brings no error."""


def demands(tough=RARE):
    return parse_scenario(DEMANDS % {"q": tough})


def fear(*, ratify=EVEN_RATIFICATION, commitment=COMMITMENT):
    values = {"ratify": ratify, "commitment": commitment, "war_a": 0.3, "war_b": '"0.3 * conflict"'}
    return parse_scenario(FEAR % values)


def town():
    return parse_scenario(TOWN)


def solved(scenario, points=5):
    return solve(scenario, Settings(belief_points=points, belief_tolerance=0.1))
