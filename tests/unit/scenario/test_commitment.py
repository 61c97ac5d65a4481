"""What a binding deal changes, and side payments, as changes to a scenario."""

import pytest

from standoff import load
from standoff.errors import ScenarioError
from standoff.scenario import parse_scenario, replace
from standoff.scenario.commitment import list_ratification_changes, make_deals_binding, remove_power_shift
from standoff.scenario.side_payments import PAYMENT_ISSUE, add_side_payments

PACKAGES = "  packages: [{passage: open, tolls: kept}, {passage: open, tolls: dropped}]\n"


@pytest.fixture
def committed(good_text):
    lifted = "'agenda.issues.tolls.red_lines.north.hard=[]', 'agenda.issues.tolls.worth.north.hard={dropped: 0}'"
    added = f"  commitment: {{set: [{lifted}], note: the toll is what is feared}}\n"
    return parse_scenario(good_text.replace(PACKAGES, PACKAGES + added))


def test_a_scenario_without_a_commitment_is_unchanged(good):
    assert remove_power_shift(good) is good


def test_the_changes_are_made_once(committed):
    changed = remove_power_shift(committed)
    assert changed.agenda.commitment is None
    assert not changed.agenda.issues["tolls"].is_red_line("dropped", "north", "hard")
    assert committed.agenda.issues["tolls"].is_red_line("dropped", "north", "hard")


def test_a_commitment_is_part_of_the_scenario_hash(good, committed):
    assert good.scenario_hash != committed.scenario_hash


def test_a_commitment_survives_other_changes(committed):
    assert replace(committed, {"period.horizon": 13}).agenda.commitment == committed.agenda.commitment


def test_an_override_that_breaks_the_commitment_is_reported():
    with pytest.raises(ScenarioError, match="unknown-path"):
        load("iran-us-2026", overrides=["agenda.commitment.set=[deterent_worth=0]"])


def test_binding_deals_are_carried_through():
    scenario = load("iran-us-2026")
    assert len(list_ratification_changes(scenario)) == 2
    bound = make_deals_binding(scenario)
    ratify = bound.stages[3].bargaining.accept.ratify
    assert [ratify[player].chance.written for player in ("usa", "iran")] == [1, 1]
    assert bound.agenda.issues["missiles"].get_worth("reduced", "iran").written == 0
    assert not bound.agenda.issues["missiles"].is_red_line("reduced", "iran", "hardline")


def test_a_payment_costs_one_side_what_the_other_gains():
    scenario = load("cuba-1962")
    packages = [{"missiles": "removed", "invasion": "open", "jupiters": "stay"}]
    paid = add_side_payments(scenario, packages, [0.1, 0.3])
    issue = paid.agenda.issues[PAYMENT_ISSUE]
    assert len(paid.agenda.packages) == len(issue.levels) == 5
    worth = [[issue.get_worth(level, player).written for level in issue.levels] for player in ("usa", "ussr")]
    assert worth == [[0, -0.1, -0.3, 0.1, 0.3], [0, 0.1, 0.3, -0.1, -0.3]]
    unpaid = add_side_payments(scenario, packages, [0.1, 0.3], are_paid=False)
    assert {unpaid.agenda.issues[PAYMENT_ISSUE].get_worth(level, "usa").written for level in issue.levels} == {0}
    assert unpaid.agenda.packages == paid.agenda.packages
