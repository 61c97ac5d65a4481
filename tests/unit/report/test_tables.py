from dataclasses import replace

import numpy as np
import pytest

from standoff.analysis.forecast import Series
from standoff.report.tables import (
    list_types,
    tabulate_beliefs,
    tabulate_moves,
    tabulate_packages,
    tabulate_probabilities,
    tabulate_types,
)
from unit.report.fakes import some_forecast, some_game
from unit.report.test_timeline import timeline


def texts(row):
    return [cell.text.replace("\xa0", " ") for cell in row.cells]


def test_the_probability_table_has_every_outcome_the_unresolved_crisis_and_every_milestone():
    table = tabulate_probabilities(some_forecast(), timeline())
    assert [row.label for row in table.rows] == [
        "Deal",
        "Northland withdraws without a deal",
        "Southland yields",
        "Long war",
        "Still open",
    ]
    assert len(table.more_rows) == 4
    assert texts(table.rows[0]) == ["5 %", "10 %", "18 %", "30 %", "40 %", "51 %"]


def test_half_week_periods_give_the_probabilities_of_the_same_dates():
    weekly = tabulate_probabilities(some_forecast(), timeline())
    halves = tabulate_probabilities(some_forecast(52, 0.05), timeline(0.5))
    assert halves == weekly


def test_packages_are_listed_by_probability_with_shares_of_all_deals():
    deal = some_forecast().outcomes["deal"]
    table = tabulate_packages(replace(deal, parts=deal.parts[::-1]), timeline())
    assert [texts(row)[1] for row in table.rows] == ["70 %", "30 %", "<1 %"]


def test_many_packages_are_summed_up_in_a_last_row():
    parts = tuple(Series(f"p{k}", f"package {k}", np.full(26, 0.01)) for k in range(20))
    table = tabulate_packages(Series("deal", "Deal", np.full(26, 0.2), parts), timeline())
    assert table.rows[-1].label == "8 other packages"
    assert texts(table.rows[-1]) == ["8 %", "40 %"]


def test_an_impossible_deal_has_no_shares():
    table = tabulate_packages(Series("deal", "Deal", np.zeros(26), (Series("p", "package", np.zeros(26)),)), timeline())
    assert texts(table.rows[0]) == ["0 %", "–"]


def test_probabilities_by_type_stand_next_to_the_overall_ones():
    table = tabulate_types(some_forecast(), some_game())
    assert [column for column, _ in table.columns] == ["Overall", *["Northland"] * 2, *["Southland"] * 2]
    assert texts(table.rows[0]) == ["51 %", "61 %", "38 %", "66 %", "41 %"]


def test_a_type_is_described_once_and_not_named_twice():
    groups = list_types(some_game(), {"north": {"mild": "mild, for whom war is costly"}})
    assert groups[0].player_types[0][:2] == ("mild", "for whom war is costly")
    assert [group.player for group in groups] == ["Northland", "Southland"]


def test_a_decision_shows_what_each_type_does_and_reveals():
    pressure = tabulate_moves(some_forecast(), some_game())[0]
    assert pressure.player == "Northland"
    assert texts(pressure.table.rows[1]) == ["<1 %", "40 %", ">99 %"]
    assert pressure.revealing[0] == "stern"
    assert [(kind, label) for kind, label, _ in pressure.summary] == [
        ("mild", "keep up the pressure"),
        ("stern", "keep up the pressure"),
    ]


def test_an_offer_is_named_by_its_terms():
    talks = tabulate_moves(some_forecast(), some_game())[1]
    assert talks.table.rows[1].label == "offer nuclear programme capped, missiles untouched"


def test_a_player_with_one_type_reveals_nothing():
    watch = tabulate_moves(some_forecast(), some_game())[2]
    assert len(watch.table.columns) == 1
    assert watch.revealing == ("", "")


@pytest.mark.parametrize(("player", "row"), [("Northland: stern", 0), ("Southland: proud", 1)])
def test_beliefs_start_now(player, row):
    table = tabulate_beliefs(some_forecast(), some_game(), timeline())
    assert table.rows[row].label == player
    assert table.columns[0] == ("Now", "2 Feb 2026")


def test_a_crisis_that_has_surely_ended_has_no_belief():
    nowhere = replace(some_forecast(), beliefs={"north": np.r_[0.45, np.full(26, np.nan)]})
    assert texts(tabulate_beliefs(nowhere, some_game(), timeline()).rows[0])[-1] == "–"
