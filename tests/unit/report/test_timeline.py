from datetime import date, timedelta

import pytest

from standoff.report.timeline import Timeline


def timeline(length=1.0, horizon=26.0, unit="week", days=7.0):
    start = date(2026, 2, 2)
    return Timeline(unit, length, round(horizon / length), lambda k: start + timedelta(days=int(k * length * days)))


@pytest.mark.parametrize(
    ("length", "horizon", "periods"),
    [
        (1.0, 26.0, [1, 2, 4, 8, 13, 26]),
        (1.0, 10.0, [1, 2, 4, 8, 10]),
        (0.5, 26.0, [2, 4, 8, 16, 26, 52]),
        (0.1, 1.0, [10]),
        (2.0, 26.0, [1, 2, 4, 13]),
        (1.0, 30.0, [1, 2, 4, 8, 13, 26, 30]),
        (0.5, 0.5, [1]),
    ],
)
def test_tables_give_probability_at_whole_units_that_end_a_period_and_at_the_horizon(length, horizon, periods):
    assert [mark.period for mark in timeline(length, horizon).place_table_marks()] == periods


def test_a_half_week_mark_has_the_date_and_length_of_its_end():
    mark = timeline(0.5).make_mark(13)
    assert (mark.units, mark.short_date) == (6.5, "19 Mar 2026")


@pytest.mark.parametrize(("length", "horizon"), [(1.0, 26.0), (0.5, 26.0), (1.0, 1.0), (1.0, 52.0), (1.0, 1000.0)])
@pytest.mark.parametrize("most", [4, 8])
def test_an_axis_begins_now_and_has_no_more_ticks_than_fit(length, horizon, most):
    ticks = timeline(length, horizon).place_ticks(most)
    assert ticks[0].period == 0
    assert len(ticks) <= most
