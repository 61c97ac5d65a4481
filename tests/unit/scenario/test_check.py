import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff.errors import Problem, ScenarioError
from standoff.scenario import parse_scenario
from standoff.scenario.build import build_scenario
from standoff.scenario.reader import read_text
from standoff.scenario.source_map import SourceMap


def faults(text: str) -> tuple[Problem, ...]:
    try:
        parse_scenario(text)
    except ScenarioError as error:
        return error.problems
    return ()


def reported(text: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in faults(text)]


def test_faults_of_form_do_not_hide_faults_of_meaning(good_text: str) -> None:
    text = good_text.replace("payoff_unit: share of the stake\n", "").replace("discount: 0.99\n", "discount: 0.99 +\n")
    text = text.replace("mover: north", "mover: nord").replace("after: first_strike", "after: first_stroke")
    assert reported(text) == [
        ("missing-field", "payoff_unit"),
        ("expression-syntax", "players.north.discount"),
        ("unknown-player", "stages.0.mover"),
        ("unknown-milestone", "milestones.wider_war.after"),
    ]


def test_a_dropped_part_is_not_reported_as_missing(good_text: str) -> None:
    text = good_text.replace("{label: Fighting, levels: [none, limited, regional]", "{label: Fighting, levels: 3")
    assert reported(text) == [("wrong-type", "state.fight.levels")]


def test_a_dropped_entry_leaves_the_paths_of_the_others_alone(good_text: str) -> None:
    text = good_text.replace(
        "          - {p: 1 - widen, fight: limited, payoffs", "          - 3\n          - {p: 1, payoffs"
    )
    text = text.replace("fight: regional, talks: none", "fight: regional, talks: nothing")
    assert reported(text) == [
        ("wrong-type", "stages.0.actions.strike.leads_to.0"),
        ("unknown-level", "stages.0.actions.strike.leads_to.2.talks"),
    ]


def test_a_broken_formula_is_reported_once(good_text: str) -> None:
    assert reported(good_text.replace("hard_prior: {value: 0.4", "hard_prior: {value: 0.4 *")) == [
        ("expression-syntax", "parameters.hard_prior.value")
    ]


def test_a_broken_section_hides_only_itself(good_text: str) -> None:
    text = good_text.replace("agenda:\n", "agenda: 3\nunused_agenda:\n").replace("mover: north", "mover: nord")
    assert reported(text) == [
        ("wrong-type", "agenda"),
        ("unknown-field", "unused_agenda"),
        ("unknown-player", "stages.0.mover"),
    ]


@pytest.mark.parametrize(
    "section", ["parameters", "state", "submodels", "deadlines", "outcomes", "milestones", "documents"]
)
def test_an_unreadable_section_is_reported_once(section: str) -> None:
    plain = {**WRITTEN.content, section: 3}
    with pytest.raises(ScenarioError) as caught:
        build_scenario(plain, SourceMap("good.yaml", WRITTEN.lines))
    assert [problem.path for problem in caught.value.problems] == [section]


def test_three_players_with_two_types_are_too_many(good_text: str) -> None:
    more = "".join(f"  p{n}: {{label: P, types: {{a: 0.5, b: 0.5}}, rationality: 1, discount: 1}}\n" for n in (1, 2))
    assert reported(good_text.replace("parameters:\n", more + "parameters:\n")) == [
        ("too-many-types", "players.p2.types")
    ]


def test_a_parameter_used_only_by_an_unused_one_is_unused(good_text: str) -> None:
    text = good_text.replace("  toll: {value", "  spare: {value: other}\n  other: {value: 1}\n  toll: {value")
    assert reported(text) == [("unused-parameter", "parameters.spare"), ("unused-parameter", "parameters.other")]


def test_state_dependent_probabilities_are_left_to_the_compiler(good_text: str) -> None:
    parse_scenario(good_text.replace("{p: 0.9}, {p: 0.1", "{p: 0.9}, {p: 0.2 * fleet"))


def test_one_constant_probability_outside_bounds_is_reported(good_text: str) -> None:
    text = good_text.replace("{p: 0.9}, {p: 0.1", "{p: 1.2}, {p: 0.2 * fleet")
    assert reported(text) == [("probabilities", "nature.collision.leads_to.0.p")]


def test_a_quantity_is_a_formula_of_the_state(good_text: str) -> None:
    text = good_text.replace("state:\n", "quantities:\n  heat: {value: 2 * glow}\n  glow: {value: fight}\nstate:\n")
    scenario = parse_scenario(text.replace("hazard: 0.01,", "hazard: 0.01 * heat,"))
    assert scenario.quantity_order == ("glow", "heat")


def test_an_outcome_that_is_also_reached_without_a_deal_may_not_use_issues(good_text: str) -> None:
    text = good_text.replace(
        "leads_to: {outcome: withdrawal}", "leads_to: [{p: 0.5, outcome: withdrawal}, {p: 0.5, outcome: deal}]"
    )
    assert reported(text) == [("unknown-name", "outcomes.deal.payoffs.north")]


LINES = (  # enough of the language to reach most of the reading and checking
    "standoff: 1",
    "id: x",
    "title: x",
    "as_of: 2026-02-02",
    "period: {unit: week, horizon: 2}",
    "payoff_unit: x",
    "players: {a: {label: A, rationality: 1, discount: 1}}",
    "players: {A: {}}",
    "unresolved: {label: U}",
    "parameters: {q: {value: q}}",
    "stages: [{name: s, mover: a, actions: {wait: {label: W}}}]",
    "stages: [3, {name: s, bargaining: {between: [a]}}]",
    "state: {t: {label: T, levels: [x], start: y}}",
    "agenda: {issues: {i: {label: I, levels: 1}}}",
    "nature: []",
    "outcomes: {o: 1}",
    "milestones: {m: {label: M, when: t = 1, after: m}}",
    "documents: {1: {date: x}}",
    "flows: {a: {b: c}}",
    "submodels: {s: {kind: x}}",
    "submodels: {s: {}}",
    "deadlines: {d: {date: 2026-01-01}}",
    "7: 8",
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(LINES), unique_by=lambda line: line.split(":")[0]))
def test_any_file_is_read_or_reported(lines: list[str]) -> None:
    assert all(problem.code and problem.message for problem in faults("\n".join(lines)))


WRITTEN = read_text((Path(__file__).parent / "good.yaml").read_text(encoding="utf-8"), "good.yaml")
VALUES = ("", "3", "x", "[]", "{}", "null", "[x, 1]", "{a: b}", "true", "1 +", "none", "2026-01-01", "-1e400")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(path for path in WRITTEN.lines if path)), st.sampled_from(VALUES))
def test_any_replaced_value_is_read_or_reported(path: str, value: str) -> None:
    plain = copy.deepcopy(WRITTEN.content)
    *parents, last = path.split(".")
    here = plain
    for key in parents:
        here = here[int(key)] if isinstance(here, list) else here[key]
    here[int(last) if isinstance(here, list) else last] = read_text(value, "x").content
    try:
        problems = build_scenario(plain, SourceMap("good.yaml", WRITTEN.lines)) and ()
    except ScenarioError as error:
        problems = error.problems
    assert all(problem.line > 0 for problem in problems)
