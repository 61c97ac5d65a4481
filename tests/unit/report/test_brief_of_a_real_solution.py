"""The brief of a crisis that standoff itself has solved: the fakes of the other tests stand for this."""

import re

import pytest

from standoff import solve
from standoff.report import render_html
from standoff.report.typesetting import show_percent
from standoff.scenario import parse_scenario

TEXT = """
standoff: 1
id: two-sides
title: Two sides
as_of: 2031-03-03
period: {unit: week, length: 0.5, horizon: 2}
payoff_unit: 1 is full success
players:
  north: {label: Northland, types: {mild: 0.5, stern: 0.5}, rationality: 2, discount: 0.98}
  south: {label: Southland, rationality: 2, discount: 0.98}
parameters:
  gain: {value: 0.4, judgement: for the test}
agenda:
  issues:
    strait:
      label: The strait
      levels: [closed, open]
      worth: {north: {open: gain}, south: {open: -0.1}}
  packages: all
stages:
  - name: pressure
    label: decision on pressure
    mover: north
    rate: 1/week
    actions:
      hold: {label: hold}
      strike: {label: strike, payoffs: {north: {mild: -0.5, stern: 0.3}}, leads_to: {outcome: war}}
  - name: round
    bargaining:
      between: [north, south]
      proposer: north
      no_offer: {label: offer nothing}
      accept: {label: accept, outcome: deal}
      reject: {label: reject}
outcomes:
  deal: {label: Deal, payoffs: {south: 0.3}}
  war: {label: War, payoffs: {north: -0.2, south: -0.6}}
unresolved: {label: Still open, payoffs: {}}
"""


@pytest.fixture(scope="module")
def solution():
    return solve(parse_scenario(TEXT))


def test_a_solved_crisis_has_a_brief_with_its_own_numbers(solution):
    html = render_html(solution)
    table = html.partition('id="caption-probabilities"')[2].partition("</table>")[0]
    cells = re.findall(
        r'<th scope="row">(.*?)</th>\s*<td[^>]*><span>.*?</span></td>\s*<td[^>]*><span>(.*?)</span>', table
    )
    found = solution.forecast
    by_two_weeks = {series.label: show_percent(float(series.cumulative[3])) for series in found.outcomes.values()}
    assert {name: probabilities.replace("&lt;", "<").replace("&gt;", ">") for name, probabilities in cells} == (
        by_two_weeks | {"Still open": show_percent(float(found.unresolved[3]))}
    )


def test_the_moves_of_a_solved_crisis_stand_with_the_beliefs_after_them(solution):
    html = render_html(solution).replace("\xa0", " ")
    assert "in stern after the move; now 50 %" in html
    assert "offer The strait: open" in html


def test_a_solved_crisis_names_what_made_it(solution):
    html = render_html(solution)
    assert solution.scenario.scenario_hash in html
    assert "standoff" in html.partition("Made with")[2]
