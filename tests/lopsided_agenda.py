"""A crisis about two issues whose packages, red lines and payoffs are worked out by hand. Nothing in it is symmetric.

The mediator stands first among the players and is not at the table; B, the last, is the first negotiator. Each package is
worth, to (A soft, A hard, B weak, B strong),

    package                 soft   hard   weak   strong     red lines
    NN  land:none  unpaid    0      0      0      0         hard, strong
    NP  land:none  paid     -1.5   -1.5    2      1         hard
    SN  land:some  unpaid    2      3     -1     -2         strong
    SP  land:some  paid      0.5    1.5    1     -1
    AN  land:all   unpaid    5      4     -3     -6         strong
    AP  land:all   paid      3.5    2.5   -1     -5         strong

and 7 per level of land to the mediator. The efficient packages of each pair of types, from the worst to the best for B:

    weak, soft      AN AP SP NP     (SP dominates NN, AP dominates SN)
    weak, hard      AN SN SP        (SN dominates AP)
    strong, soft    SP NP
    strong, hard    SP
"""

from standoff.scenario import parse_scenario

NAMES = {
    "NN": "land:none+money:unpaid",
    "NP": "land:none+money:paid",
    "SN": "land:some+money:unpaid",
    "SP": "land:some+money:paid",
    "AN": "land:all+money:unpaid",
    "AP": "land:all+money:paid",
}
WORTH = {
    "NN": {"soft": 0.0, "hard": 0.0, "weak": 0.0, "strong": 0.0},
    "NP": {"soft": -1.5, "hard": -1.5, "weak": 2.0, "strong": 1.0},
    "SN": {"soft": 2.0, "hard": 3.0, "weak": -1.0, "strong": -2.0},
    "SP": {"soft": 0.5, "hard": 1.5, "weak": 1.0, "strong": -1.0},
    "AN": {"soft": 5.0, "hard": 4.0, "weak": -3.0, "strong": -6.0},
    "AP": {"soft": 3.5, "hard": 2.5, "weak": -1.0, "strong": -5.0},
}
FORBIDDEN = {"soft": set(), "hard": {"NN", "NP"}, "weak": set(), "strong": {"NN", "SN", "AN", "AP"}}

TEXT = """
standoff: 1
id: lopsided
title: Land for money
as_of: 2000-01-01
period: {unit: day, length: 1, horizon: 1}
payoff_unit: points
players:
  mediator: {label: Mediator, rationality: 0.5, discount: 1}
  a: {label: A, types: {soft: 0.25, hard: 0.75}, rationality: 0.25, discount: 1}
  b: {label: B, types: {weak: 0.6, strong: 0.4}, rationality: 0.75, discount: 1}
state:
  conflict: {label: Fighting, levels: [none, skirmish, war], start: none}
agenda:
  limit: 8
  packages: efficient
  issues:
    land:
      label: Land
      levels: [none, some, all]
      worth:
        mediator: {some: 7, all: 14}
        a: {soft: {some: 2, all: 5}, hard: {some: 3, all: 4}}
        b: {weak: {some: -1, all: -3}, strong: {some: -2, all: -6}}
      red_lines: {a: {hard: [none]}, b: {strong: [all]}}
    money:
      label: Money
      levels: [unpaid, paid]
      worth: {a: {paid: -1.5}, b: {weak: {paid: 2}, strong: {paid: 1}}}
      red_lines: {b: {strong: [unpaid]}}
stages:
  - name: raid
    mover: b
    rate: 0.5
    actions:
      stand: {label: Stand}
      raid: {label: Raid, leads_to: [{p: 0.7, conflict: war}, {p: 0.3, conflict: skirmish}]}
  - name: pressure
    mover: a
    when: conflict == none
    rate: 0.8
    actions:
      hold: {label: Hold}
      warn: {label: Warn, leads_to: [{p: 0.4, conflict: war}, {p: 0.6}]}
      strike: {label: Strike, costs: {a: {soft: 0.2, hard: 0.1}, b: 0.3}, leads_to: {conflict: war}}
  - name: talks
    when: conflict < war
    bargaining:
      between: [b, a]
      proposer: b
      no_offer: {label: Nothing}
      accept: {label: Accept, outcome: deal}
      reject: {label: Reject}
outcomes:
  deal: {label: Deal, payoffs: {a: 0.5, b: -1}}
unresolved: {label: Open, payoffs: {mediator: -conflict, a: {soft: -1 - conflict, hard: 0.5 - conflict / 4},
                                    b: {weak: -2 - conflict / 2, strong: -5 + conflict / 2}}}
milestones:
  ceasefire: {label: Fire ceases, when: conflict < war, after: war}
  war: {label: War, when: conflict == war}
"""


def lopsided(*changes):
    """The scenario, with some of its text changed: (old, new) pairs."""
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_scenario(text, "lopsided.yaml")
