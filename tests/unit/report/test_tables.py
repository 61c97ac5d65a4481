from dataclasses import replace

import numpy as np
import pytest

from standoff.analysis.forecast import Series
from standoff.report.tables import belief_table, move_tables, package_table, probability_table, type_groups, type_table
from standoff.report.wording import SPACE
from unit.report.fakes import some_forecast, some_game
from unit.report.test_timeline import timeline


def texts(row):
    return [cell.text.replace(SPACE, " ") for cell in row.cells]


def test_the_probability_table_has_every_end_what_is_open_and_every_milestone():
    table = probability_table(some_forecast(), timeline())
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
    weekly = probability_table(some_forecast(), timeline())
    halves = probability_table(some_forecast(52, 0.05), timeline(0.5))
    assert halves == weekly


def test_packages_are_listed_by_their_probabilities_with_shares_of_all_agreements():
    deal = some_forecast().outcomes["deal"]
    table = package_table(replace(deal, parts=deal.parts[::-1]), timeline())
    assert [texts(row)[1] for row in table.rows] == ["70 %", "30 %", "<1 %"]


def test_many_packages_are_summed_up_in_a_last_row():
    parts = tuple(Series(f"p{k}", f"package {k}", np.full(26, 0.01)) for k in range(20))
    table = package_table(Series("deal", "Deal", np.full(26, 0.2), parts), timeline())
    assert table.rows[-1].label == "8 other packages"
    assert texts(table.rows[-1]) == ["8 %", "40 %"]


def test_a_deal_that_cannot_come_has_no_shares():
    table = package_table(Series("deal", "Deal", np.zeros(26), (Series("p", "package", np.zeros(26)),)), timeline())
    assert texts(table.rows[0]) == ["0 %", "–"]


def test_probabilities_by_true_type_stand_beside_those_known_now():
    table = type_table(some_forecast(), some_game())
    assert [column for column, _ in table.columns] == ["As known now", *["Northland"] * 2, *["Southland"] * 2]
    assert texts(table.rows[0]) == ["51 %", "61 %", "38 %", "66 %", "41 %"]


def test_a_type_is_described_once_and_not_named_twice():
    groups = type_groups(some_game(), {"north": {"mild": "mild, for whom war is dear"}})
    assert groups[0].player_types[0][:2] == ("mild", "for whom war is dear")
    assert [group.player for group in groups] == ["Northland", "Southland"]


def test_a_decision_shows_what_each_type_does_and_what_it_tells():
    pressure = move_tables(some_forecast(), some_game())[0]
    assert pressure.player == "Northland"
    assert texts(pressure.table.rows[1]) == ["<1 %", "40 %", ">99 %"]
    assert pressure.telling[0] == "stern"
    assert [(kind, label) for kind, label, _ in pressure.summary] == [
        ("mild", "keep up the pressure"),
        ("stern", "keep up the pressure"),
    ]


def test_an_offer_is_told_by_its_terms():
    talks = move_tables(some_forecast(), some_game())[1]
    assert talks.table.rows[1].label == "offer nuclear programme capped, missiles untouched"


def test_a_player_with_one_type_tells_nothing():
    watch = move_tables(some_forecast(), some_game())[2]
    assert len(watch.table.columns) == 1
    assert watch.telling == ("", "")


@pytest.mark.parametrize(("player", "row"), [("Northland: stern", 0), ("Southland: proud", 1)])
def test_beliefs_are_told_from_now_on(player, row):
    table = belief_table(some_forecast(), some_game(), timeline())
    assert table.rows[row].label == player
    assert table.columns[0] == ("Now", "2 Feb 2026")


def test_where_nothing_is_open_there_is_no_belief():
    nowhere = replace(some_forecast(), beliefs={"north": np.r_[0.45, np.full(26, np.nan)]})
    assert texts(belief_table(nowhere, some_game(), timeline()).rows[0])[-1] == "–"
