import pytest

from standoff.errors import ScenarioError
from standoff.scenario import parse_scenario

CRISIS = """\
standoff: 1
id: ford
title: A dispute over a ford
as_of: 2026-02-02
period: {{unit: week, horizon: 6}}
payoff_unit: 1 is the ford
players:
  upper: {{label: Upper valley, rationality: 4, discount: 0.98}}
state:
  guard: {{label: Guard, levels: [none, few], start: none}}
outcomes:
  feud: {{label: Feud, payoffs: {{upper: 1}}}}
unresolved: {{label: Open}}
stages: {stages}
"""
STAGE = (
    "{{name: watch, mover: upper, rate: {rate}, {rest}, "
    "actions: {{wait: {{label: wait}}, raid: {{label: raid, leads_to: {{outcome: feud}}}}}}}}"
)


def reported_paths(text):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("rest", "reported"),
    [
        ("when: guard = none", ("stages.0.when", "expression-syntax")),
        ("actoins: 1", ("stages.0.actoins", "unknown-field")),
        ("label: [a]", ("stages.0.label", "wrong-type")),
    ],
)
def test_a_fault_in_the_only_stage_is_not_also_an_empty_list_of_stages(rest, reported):
    stage = STAGE.format(rate="0.5/week", rest=rest)
    assert reported_paths(CRISIS.format(stages=f"[{stage}]")) == [reported]


def test_a_fault_of_form_in_the_only_stage_hides_no_fault_of_meaning_there():
    stage = STAGE.format(rate="spread", rest="when: guard = none")
    assert set(reported_paths(CRISIS.format(stages=f"[{stage}]"))) == {
        ("stages.0.when", "expression-syntax"),
        ("stages.0.rate", "unknown-name"),
    }


def test_an_empty_list_of_stages_is_reported():
    assert ("stages", "wrong-value") in reported_paths(CRISIS.format(stages="[]"))


def test_a_fault_in_the_only_issue_is_not_also_an_agenda_without_issues():
    agenda = "agenda: {issues: {ford: {label: Ford, levels: [shut, open], wroth: {}}}}\n"
    stage = STAGE.format(rate="0.5/week", rest="label: Watch")
    reported = reported_paths(CRISIS.format(stages=f"[{stage}]") + agenda)
    assert ("agenda.issues.ford.wroth", "unknown-field") in reported
    assert "agenda.issues" not in [path for path, _ in reported]
