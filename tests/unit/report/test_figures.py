import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.analysis.plots import PALETTE
from standoff.report.chart import spread_apart
from standoff.report.figures import Curve, Fan, chart_bands, chart_fan, chart_lines, chart_values
from unit.report.fakes import HOSTILE
from unit.report.test_timeline import timeline

WEEKS = timeline()
RISING = np.linspace(0.0, 0.6, 27)


def lines(*labels, probabilities=RISING):
    return chart_lines([Curve(label, probabilities) for label in labels], WEEKS, name="c", title="t", whole=False)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.12)), min_size=1, max_size=8))
def test_labels_never_lie_over_another_nor_outside(labels):
    wanted, heights = zip(*labels, strict=True)
    placed = sorted(zip(spread_apart(wanted, heights), heights, strict=True))
    assert placed[0][0] - placed[0][1] / 2 >= -1e-8
    assert placed[-1][0] + placed[-1][1] / 2 <= 1 + 1e-8
    gaps = [b - a - (ha + hb) / 2 for (a, ha), (b, hb) in itertools.pairwise(placed)]
    assert min(gaps, default=0.0) >= -1e-8


def test_every_band_is_named_with_its_probabilities_beside_it():
    chart = chart_bands(
        [Curve("Deal", RISING)], Curve("Still open", 1 - RISING), WEEKS, name="ends", title="How it ends"
    )
    text = re.sub(r"<[^>]*>|\s+", " ", str(chart.wide))
    assert "Deal 60 %" in text
    assert "Still open 40 %" in text


def test_bands_differ_in_hatching_as_well_as_in_colour():
    half = RISING / 2
    chart = chart_bands([Curve("a", half), Curve("b", half)], Curve("open", 1 - RISING), WEEKS, name="ends", title="t")
    assert str(chart.wide).count("<pattern") == 1  # the first is plain, the second hatched


def test_lines_differ_in_dashes_as_well_as_in_colour():
    svg = str(lines("a", "b").wide)
    assert all(colour.lower() in svg for colour in PALETTE[1:3])
    assert "stroke-dasharray" in svg


def test_a_chart_has_a_title_and_its_main_numbers_for_screen_readers():
    svg = str(lines("Strike").wide)
    assert '<title id="c-wide-title">t</title>' in svg
    assert "Strike 60" in svg.partition("<desc")[2].partition("</desc>")[0]


def test_a_label_is_text_and_never_markup_or_a_formula():
    svg = str(lines(HOSTILE).wide)
    assert "<script" not in svg
    assert "$\\frac$" in svg


def test_a_character_that_the_drawing_font_lacks_gives_no_warning():
    assert "伊朗" in str(lines("伊朗").wide)


def test_no_line_is_drawn_where_there_are_no_probabilities():
    nothing = np.full(27, np.nan)
    chart = chart_lines([Curve("a", RISING), Curve("b", nothing)], WEEKS, name="c", title="t", whole=True)
    assert "nan" not in str(chart.wide)


def test_ids_of_different_charts_differ():
    ids = [re.findall(r'\bid="([^"]+)"', str(svg)) for svg in (lines("a").wide, lines("a").narrow)]
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize("colour", ["#010203", "#010204", "#010205"])
def test_no_placeholder_colour_is_left(colour):
    assert colour not in str(lines("a").wide)


def test_the_same_chart_has_the_same_bytes():
    assert lines("a", "b") == lines("a", "b")


FAN = Fan("Strike", np.outer([0.2, 0.4, 0.5, 0.7, 1.0], RISING), RISING / 3)


def test_a_fan_names_its_quantiles_and_the_probabilities_of_the_file():
    text = re.sub(r"<[^>]*>|\s+", " ", str(chart_fan(FAN, WEEKS, name="fan", title="t").wide))
    for words in ("95 % of draws below: 60 %", "median: 30 %", "5 % below: 12 %", "central values"):
        assert words in text


def test_a_chart_of_values_shows_zero_and_losses_with_a_minus_sign():
    chart = chart_values([Curve("resolved", RISING - 0.9)], WEEKS, name="v", title="t", axis="Gain in payoff")
    assert "resolved −0.3" in re.sub(r"<[^>]*>|\s+", " ", str(chart.wide))
    assert chart.description == "Gain in payoff by 3 August 2026: resolved −0.3.".replace(" August ", "\xa0August\xa0")


@pytest.mark.parametrize(("kind", "first"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_chart_becomes_a_file_with_the_same_bytes_each_time(kind, first):
    chart = lines("Strike")
    assert chart.encode(kind).startswith(first)
    assert chart.encode(kind) == chart.encode(kind)


def test_a_file_has_the_colours_of_a_printed_page_and_its_description():
    svg = lines("Strike").encode("svg").decode()
    assert "#1f2328" in svg
    assert not [colour for colour in ("#010203", "#010204", "#010205", "currentColor") if colour in svg]
    assert "<desc>By " in svg
