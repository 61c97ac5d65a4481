"""Every cell of every table of the brief, found by the labels of its row and column, against the solution that it shows.

The page is read as a reader reads it: by the labels and dates in the heads of rows and columns, which come from the scenario.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import numpy as np
import pytest

from solving import brief_of_drivers, forecast_of, full_brief_of, solve_text
from standoff.report import render_html

AS_OF = dt.date(2031, 3, 3)
WEEKS = (1, 2, 4, 5)  # the usual dates, and the horizon
PERIODS = [2 * week for week in WEEKS]
HEAD = """
standoff: 1
id: two-sides
title: Two sides
as_of: 2031-03-03
period: {unit: week, length: 0.5, horizon: 5}
payoff_unit: 1 is full success
"""
TYPED = """
players:
  east: {label: Eastland, rationality: 2, discount: 0.97}
  north:
    label: Northland
    types: {mild: 0.7, very_stern: 0.3}
    type_labels: {mild: "mild, whom war frightens", very_stern: very stern}
    rationality: 2
    discount: 0.98
  south: {label: Southland, types: {soft: 0.4, proud: 0.6}, rationality: 3, discount: 0.99}
"""
UNTYPED = """
players:
  north: {label: Northland, rationality: 2, discount: 0.98}
  south: {label: Southland, rationality: 3, discount: 0.99}
  east: {label: Eastland, rationality: 2, discount: 0.97}
"""
REST = """
parameters:
  gain: {value: 0.4, range: [0.1, 0.9], label: Gain of the strait, judgement: for the test}
  pay: {value: 0.25, judgement: for the test}
state:
  fleet: {label: Fleet, levels: [home, out], start: home}
  fighting: {label: Fighting, levels: [none, skirmish], start: none}
agenda:
  issues:
    strait:
      label: The strait
      levels: [closed, half, open]
      worth: {north: {half: 0.2, open: 4 * gain}, south: {half: -0.05, open: -0.2}}
    aid:
      label: Aid
      levels: [none, given]
      worth: {north: {given: -0.1}, south: {given: pay}}
  packages: all
stages:
  - name: pressure
    label: decision on pressure
    mover: north
    rate: 0.3/week
    actions:
      hold: {label: hold back}
      sail: {label: send the fleet, when: fleet == home, payoffs: {north: NORTH_SAIL}, leads_to: {fleet: out}}
      strike: {label: strike, payoffs: {north: NORTH_STRIKE}, leads_to: [{p: 0.7, fighting: skirmish}, {p: 0.3, outcome: war}]}
  - name: answer
    label: answer of the South
    mover: south
    rate: 0.15/week
    actions:
      wait: {label: wait}
      yield: {label: give in, payoffs: {south: SOUTH_YIELD}, leads_to: {outcome: surrender}}
  - name: good_offices
    label: good offices
    mover: east
    rate: 0.1/week
    actions:
      stand_by: {label: stand by}
      intervene: {label: step in, payoffs: {east: 0.1}, leads_to: {outcome: truce}}
  - name: round
    label: round of talks
    rate: 0.2/week
    bargaining:
      between: [north, south]
      proposer: north
      no_offer: {label: offer nothing}
      accept: {label: accept, outcome: deal}
      reject: {label: reject}
nature:
  spark: {label: A spark, when: fighting == skirmish, hazard: 0.6/week, leads_to: {outcome: war}}
outcomes:
  war: {label: Open war, payoffs: {north: -0.2, south: -0.6, east: -0.3}}
  deal: {label: Treaty, payoffs: {south: 0.3}}
  surrender: {label: South yields, payoffs: {north: 0.8, south: -0.5}}
  truce: {label: Truce, payoffs: {north: 0.1, south: 0.1}}
unresolved: {label: No end yet, payoffs: {}}
milestones:
  fleet_out: {label: The fleet is out, when: fleet == out}
  skirmish: {label: First skirmish, when: fighting == skirmish}
"""
OUTCOMES = {"war": "Open war", "deal": "Treaty", "surrender": "South yields", "truce": "Truce"}
MILESTONES = {"fleet_out": "The fleet is out", "skirmish": "First skirmish"}
OPEN = "No end yet"
PLAYERS = {"north": "Northland", "south": "Southland", "east": "Eastland"}
TYPES = {"north": ("mild", "very_stern"), "south": ("soft", "proud")}
MOVES = {
    "pressure": {"hold": "hold back", "sail": "send the fleet", "strike": "strike"},
    "answer": {"wait": "wait", "yield": "give in"},
    "good_offices": {"stand_by": "stand by", "intervene": "step in"},
}
BY_TYPE = {
    "NORTH_SAIL": "{mild: -0.1, very_stern: 0.1}",
    "NORTH_STRIKE": "{mild: -0.5, very_stern: 0.3}",
    "SOUTH_YIELD": "{soft: 0.3, proud: -0.2}",
}
SETTINGS = {"belief_points": 5, "belief_tolerance": 0.1}
ALIKE = {"NORTH_SAIL": "0.1", "NORTH_STRIKE": "0.2", "SOUTH_YIELD": "0.1"}


@dataclass
class Table:
    """A table of the page: heads of its columns after the first, and cells by the head of the row."""

    heads: list[str] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    tops: dict[str, list[bool]] = field(default_factory=dict)

    def cell(self, row, head):
        """The cell in a row, under the one head that contains some words."""
        (column,) = [k for k, words in enumerate(self.heads) if head in words]
        return self.rows[row][column]


class Page(HTMLParser):
    """The tables of a page."""

    def __init__(self, html):
        super().__init__()
        self.tables, self.rows, self.scope, self.words = [], [], None, ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "table":
            self.tables.append(Table())
        elif tag == "th" and known.get("scope") in {"col", "row"}:
            self.scope, self.words = known["scope"], ""
        elif tag == "td":
            self.scope, self.words = "cell", ""
            self.tables[-1].tops[self.rows[-1]].append("top" in (known.get("class") or "").split())

    def handle_data(self, data):
        self.words += data

    def handle_endtag(self, tag):
        words = " ".join(self.words.split())
        if tag not in {"th", "td"} or self.scope is None:
            return
        if self.scope == "col":
            self.tables[-1].heads.append(words)
        elif self.scope == "row":
            self.rows.append(words)
            self.tables[-1].rows[words], self.tables[-1].tops[words] = [], []
        else:
            self.tables[-1].rows[self.rows[-1]].append(words)
        self.scope = None


@dataclass
class Brief:
    """A page with the solution that it shows."""

    html: str
    solution: object

    @property
    def forecast(self):
        return forecast_of(self.solution)

    @property
    def players(self):
        return {player.name: player for player in self.solution.equilibrium.game.players}

    def table(self, rows, head=""):
        """The one table with exactly the given rows, in any order, and some words in the head of a column."""
        found = [
            one for one in Page(self.html).tables if set(one.rows) == set(rows) and any(head in h for h in one.heads)
        ]
        assert len(found) == 1, [(one.heads, list(one.rows)) for one in Page(self.html).tables]
        found[0].heads = found[0].heads[1:]
        return found[0]


def brief_of(players, payoffs):
    text = REST
    for name, worth in payoffs.items():
        text = text.replace(name, worth)
    solution = solve_text(HEAD + players + text, **SETTINGS)
    return Brief(render_html(solution), solution)


@pytest.fixture(scope="module")
def typed():
    return brief_of(TYPED, BY_TYPE)


@pytest.fixture(scope="module")
def untyped():
    return brief_of(UNTYPED, ALIKE)


@pytest.fixture(scope="module", params=["typed", "untyped"])
def brief(request):
    return request.getfixturevalue(request.param)


def percent(p):
    """Whole per cent; what is possible is never 0 and what may fail never 100."""
    whole = int(np.floor(100 * p + 0.5))
    if 0 < p < 1:
        return "<1 %" if whole == 0 else ">99 %" if whole == 100 else f"{whole} %"
    return f"{whole} %"


def date_after(weeks):
    when = AS_OF + dt.timedelta(weeks=weeks)
    return f"{when.day} {when:%b %Y}"


def words(slug):
    return slug.replace("_", " ")


def test_the_numbers_of_the_fixture_differ(typed):
    # a table that showed a neighbour's number would be seen
    rows = [
        series.cumulative[[p - 1 for p in PERIODS]]
        for series in (*typed.forecast.outcomes.values(), *typed.forecast.milestones.values())
    ]
    shown = [tuple(map(percent, row)) for row in rows]
    assert len(set(shown)) == len(shown)
    assert all(len(set(row)) == len(row) for row in shown)


def test_probabilities_stand_by_outcome_and_date(brief):
    table = brief.table([*OUTCOMES.values(), OPEN, *MILESTONES.values()])
    assert [head.split(maxsplit=2)[-1] for head in table.heads] == [date_after(week) for week in WEEKS]
    series = {
        one.name: one.cumulative for one in (*brief.forecast.outcomes.values(), *brief.forecast.milestones.values())
    }
    for week, period in zip(WEEKS, PERIODS, strict=True):
        for name, label in (OUTCOMES | MILESTONES).items():
            assert table.cell(label, date_after(week)) == percent(series[name][period - 1]), (label, week)
        assert table.cell(OPEN, date_after(week)) == percent(brief.forecast.unresolved[period - 1]), week


def test_packages_stand_with_their_probability_and_share_the_most_likely_first(brief):
    deal = next(series for series in brief.forecast.outcomes.values() if series.name == "deal")
    table = brief.table([part.label for part in deal.parts])
    by_probability = sorted(deal.parts, key=lambda part: -part.cumulative[-1])
    assert list(table.rows) == [part.label for part in by_probability]
    assert len(deal.parts) > 2
    for part in deal.parts:
        last = part.cumulative[-1]
        assert table.rows[part.label] == [percent(last), percent(last / deal.cumulative[-1])], part.label


def test_probabilities_by_true_type_stand_by_outcome_and_type(typed):
    table = typed.table([*OUTCOMES.values(), OPEN], "Northland mild")
    pairs = [(player, own) for player in TYPES for own in TYPES[player]]
    assert table.heads[1:] == [f"{PLAYERS[player]} {words(own)}" for player, own in pairs]
    known = dict.fromkeys(pairs, 0.0)
    for series in typed.forecast.outcomes.values():
        label = OUTCOMES[series.name]
        assert table.rows[label][0] == percent(series.cumulative[-1]), label
        for player, own, cumulative in series.by_type:
            assert table.cell(label, f"{PLAYERS[player]} {words(own)}") == percent(cumulative[-1]), (label, player, own)
            known[player, own] += cumulative[-1]
    assert table.rows[OPEN] == [percent(typed.forecast.unresolved[-1]), *(percent(1 - known[pair]) for pair in pairs)]


def test_each_type_is_introduced_with_its_prior(typed):
    introduced = re.findall(r"<dd><strong>(.*?)</strong>, (.*?) at the start", typed.html.replace("\xa0", " "))
    assert introduced == [("mild", "70 %"), ("very stern", "30 %"), ("soft", "40 %"), ("proud", "60 %")]


def test_beliefs_stand_by_player_and_date(typed):
    table = typed.table(["Northland: very stern", "Southland: proud"])
    for player, (_, second) in TYPES.items():
        beliefs = typed.forecast.beliefs[player]
        expected = [percent(beliefs[period]) for period in (0, *PERIODS)]
        assert table.rows[f"{PLAYERS[player]}: {words(second)}"] == expected, player
    assert table.cell("Northland: very stern", date_after(0)) == "30 %"
    assert [table.heads[k + 1].endswith(date_after(week)) for k, week in enumerate(WEEKS)] == [True] * len(WEEKS)


def test_first_moves_stand_by_move_and_type_with_what_each_reveals(brief):
    for stage, labels in MOVES.items():
        moves = [move for move in brief.forecast.first_moves if move.stage == stage]
        table = brief.table(labels.values())
        for name, label in labels.items():
            cells = [percent(move.strategy[name]) for move in moves]
            revealed = [percent(moves[0].posteriors[name])] if moves[0].posteriors else []
            assert table.rows[label] == cells + revealed, (stage, name)
            best = [name == max(move.strategy, key=move.strategy.get) for move in moves]
            assert table.tops[label] == best + [False] * len(revealed), (stage, name)
        if len(moves) == 2:
            assert [
                head.startswith(words(move.player_type)) for head, move in zip(table.heads, moves, strict=False)
            ] == [True] * 2
            second = brief.players[moves[0].player]
            assert words(second.player_types[1]) in table.heads[2]
            assert percent(second.prior[1]) in table.heads[2]


def test_offers_stand_by_their_terms(brief):
    moves = [move for move in brief.forecast.first_moves if move.stage == "round"]
    terms = {
        part.name: f"offer {part.label}"
        for part in next(o for o in brief.forecast.outcomes.values() if o.name == "deal").parts
    }
    labels = {name: terms.get(name, "offer nothing") for name in moves[0].strategy}
    table = brief.table(labels.values())
    for name, label in labels.items():
        assert table.rows[label][: len(moves)] == [percent(move.strategy[name]) for move in moves], name


def test_a_crisis_without_private_types_has_no_table_of_types_or_beliefs(untyped):
    heads = [head for table in Page(untyped.html).tables for head in table.heads]
    assert not [head for head in heads if "mild" in head or "proud" in head]
    assert untyped.forecast.beliefs == {}
    with pytest.raises(AssertionError):
        untyped.table([*OUTCOMES.values(), OPEN])


def test_the_numbers_of_the_certificate_are_those_of_the_solution(typed):
    certificate = typed.solution.equilibrium.certificate
    cells = [cell for table in Page(typed.html).tables for row in table.rows.values() for cell in row]
    assert f"{certificate.nodes:,}" in cells
    assert f"{certificate.unique:,}" in cells
    assert "5 and 5" in cells
    assert certificate.branch in cells


def test_each_assumption_stands_with_its_value_and_range(typed):
    table = typed.table(["Gain of the strait gain", "pay"])
    assert table.rows["Gain of the strait gain"][:2] == ["0.4", "0.1 to 0.9"]
    assert table.rows["pay"][0] == "0.25"


def test_the_large_numbers_are_those_of_their_dates(brief):
    large = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", brief.html.replace("\xa0", " "))

    def value(label, date):
        (found,) = [number for words, number in large if label in words and date in words]
        return found.replace("&lt;", "<").replace("&gt;", ">")

    forecast, month = brief.forecast, PERIODS[WEEKS.index(4)]
    assert value("The fleet is out", "31 March 2031") == percent(forecast.milestones["fleet_out"].cumulative[month - 1])
    assert value("Treaty", "31 March 2031") == percent(forecast.outcomes["deal"].cumulative[month - 1])
    assert value(OPEN, "7 April 2031") == percent(forecast.unresolved[-1])
    assert large[3][1] == f"{forecast.median_duration / 2:g} weeks"


def typed_text(gain="0.4"):
    text = HEAD + TYPED + REST.replace("gain: {value: 0.4", f"gain: {{value: {gain}")
    for name, worth in BY_TYPE.items():
        text = text.replace(name, worth)
    return text


@pytest.fixture(scope="module")
def full():
    """The brief with the answers to more questions, and these answers."""
    answers = full_brief_of(
        typed_text(),
        ["More to gain: gain=0.8"],
        ("ensemble", "drivers", "indicators", "bargain"),
        num_draws=16,
        **SETTINGS,
    )
    assert answers.missing == ()
    return Brief(render_html(answers), answers.solution), answers


def signed(points):
    return f"{points:+d}".replace("-", "−") if points else "0"


def by_the_horizon(gain="0.4"):
    """Probability of everything by the horizon where the strait is worth something else."""
    found = forecast_of(solve_text(typed_text(gain), **SETTINGS))
    rows = {series.label: series.cumulative[-1] for series in (*found.outcomes.values(), *found.milestones.values())}
    return rows | {OPEN: found.unresolved[-1]}


def test_a_variant_stands_with_its_own_probabilities_and_how_far_they_move(full):
    brief, answers = full
    table = brief.table([*OUTCOMES.values(), OPEN, *MILESTONES.values()], "More to gain")
    before, after = by_the_horizon(), by_the_horizon("0.8")
    known = answers.whatif.differences[0].probability_error
    changed = {label: after[label] - before[label] for label in before}
    assert any(abs(change) > known for change in changed.values())
    for label, change in changed.items():
        moved = signed(round(100 * change)) if abs(change) > known else "="
        assert table.rows[label] == [percent(before[label]), f"{percent(after[label])} ({moved})"], label


def test_bands_stand_by_what_happens_and_by_the_share_of_draws_below(full):
    brief, answers = full
    ensemble = answers.ensemble
    table = brief.table([*OUTCOMES.values(), OPEN, *MILESTONES.values()], "25 %")
    period = answers.targets[0].periods or 10
    assert [head.split(" of ")[0] for head in table.heads[1:]] == ["5 %", "25 %", "50 %", "75 %", "95 %"]
    for k, name in enumerate(ensemble.names):
        bands = np.quantile(ensemble.probabilities[:, period - 1, k], (0.05, 0.25, 0.5, 0.75, 0.95))
        file = ensemble.file_probabilities[period - 1, k]
        assert table.rows[name.label] == [percent(file), *map(percent, bands)], name.label


def test_a_driver_stands_with_its_value_its_range_and_what_the_ends_do(full):
    brief, answers = full
    table = next(t for t in Page(brief.html).tables if "Gain of the strait" in t.rows and len(t.heads) > 4)
    value, spread, _, *moves = table.rows["Gain of the strait"]
    assert (value, spread) == ("0.4", "0.1 to 0.9")
    assert len(moves) == len(answers.targets) == 2
    ends = [forecast_of(solve_text(typed_text(gain), **SETTINGS)) for gain in ("0.1", "0.9")]
    for target, shown, head in zip(answers.targets, moves, table.heads[-2:], strict=True):
        before, low, high = ({**one.outcomes, **one.milestones}[target.name] for one in (brief.forecast, *ends))
        period = (target.periods or 10) - 1
        points = [round(100 * (end.cumulative[period] - before.cumulative[period])) for end in (low, high)]
        low, high = map(signed, points)
        assert shown == f"{low} to {high} points"
        assert before.label in head


def test_a_driver_whose_ends_were_not_solved_stands_with_the_effect_by_its_derivative(full):
    brief, _ = full
    html = render_html(brief_of_drivers(brief.solution, ["deal", "skirmish"]))
    table = next(t for t in Page(html).tables if "Gain of the strait" in t.rows and len(t.heads) > 4)
    below, above = by_the_horizon("0.39"), by_the_horizon("0.41")
    for label, cell in zip(("Treaty", "First skirmish"), table.rows["Gain of the strait"][-2:], strict=True):
        slope = (above[label] - below[label]) / 0.02
        low, high = (signed(round(100 * slope * step)) for step in (0.1 - 0.4, 0.9 - 0.4))
        assert cell == f"≈ {low} to {high} points", label


def test_what_to_watch_for_stands_with_its_probability_and_what_would_follow(full):
    brief, answers = full
    (table,) = [t for t in Page(brief.html).tables if "bits" in " ".join(t.heads)]
    signs = answers.indicators.signs
    shown = {f"{one.label}: {one.changes}" if one.changes else one.label: one for one in signs}
    assert len(table.rows) > 4
    for label, cells in table.rows.items():
        event = shown[label]
        assert cells[:-1] == [percent(event.probability), *map(percent, event.after.targets)], label
        assert float(cells[-1].replace("−", "-")) == pytest.approx(event.gain, rel=0.051), label
    gains = [float(cells[-1]) for label, cells in table.rows.items() if shown[label].kind != "quiet"]
    assert gains == sorted(gains, reverse=True)


def test_the_bargaining_range_stands_by_the_true_types(full):
    brief, answers = full
    pairs = {"mild and soft": 0.28, "mild and proud": 0.42, "very stern and soft": 0.12, "very stern and proud": 0.18}
    table = brief.table(pairs)
    for one in answers.bargain.pairs:
        label = " and ".join(map(words, one.player_types))
        packages = f"{len(one.waiting.packages)} of {len(one.allowed)}"
        assert table.rows[label][:2] == [percent(pairs[label]), packages], label


def test_each_obstacle_stands_with_the_probabilities_without_it(full):
    brief, answers = full
    remedies = {one.label: one for one in answers.no_deal.remedies}
    table = brief.table(remedies)
    assert any(one.applies for one in remedies.values())
    for label, one in remedies.items():
        for k, cell in enumerate(table.rows[label]):
            expected = f"{percent(one.probabilities[k])} (" if one.applies else "does not apply"
            assert cell.startswith(expected), (label, k)
            if one.applies:
                points = round(-100 * one.removed[k]) or 0
                assert f"({points} points".replace("-", "−") in cell, (label, k)
