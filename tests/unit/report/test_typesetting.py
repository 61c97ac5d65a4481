from datetime import date

import pytest

from standoff.report.typesetting import (
    show_change,
    show_count,
    show_day,
    show_number,
    show_percent,
    show_points,
    show_small,
)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (show_percent(0.125), "13\xa0%"),
        (show_percent(float("nan")), "–"),
        (show_change(-0.0813), "−8.1"),
        (show_points(-0.126), "−13"),
        (show_number(-0.26), "−0.26"),
        (show_number(-0.0), "0"),
        (show_small(3.24e-12), "3.2\xa0×\xa010⁻¹²"),
        (show_count(26.0, "week"), "26\xa0weeks"),
        (show_day(date(2026, 3, 1)), "1\xa0March\xa02026"),
    ],
)
def test_a_number_stays_on_one_line_and_has_a_true_minus_sign(shown, expected):
    assert shown == expected
