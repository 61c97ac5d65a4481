"""Plots and sweeps: what is drawn is what was solved, on the axes that were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from standoff import drivers, ensemble, solve, sweep
from standoff.analysis.executor import Threads
from standoff.errors import InputError, SolveError
from tiny import probabilities_of_war, tiny


@pytest.fixture
def axes():
    figure, made = plt.subplots()
    yield made
    plt.close(figure)


@pytest.fixture(scope="module")
def swept():
    return sweep(tiny(), "war", [-1.0, 0.0, 1.0], ["war_ends", "deal@1"], executor=Threads(1))


def test_a_forecast_is_drawn_as_bands_between_the_cumulative_probabilities(axes):
    found = solve(tiny()).forecast
    assert found.plot(axes) is axes
    war, deal, still_open = (band.get_paths()[0].vertices[:, 1] for band in axes.collections)
    first = found.outcomes["war_ends"].cumulative[-1]
    assert (war.min(), war.max()) == pytest.approx((0.0, first))
    assert (deal.min(), deal.max()) == pytest.approx((0.0, 1.0))
    assert still_open.max() == pytest.approx(1.0)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["Open", "Deal", "War"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1 Jan", "2 Jan", "3 Jan"]


def test_a_tornado_has_a_bar_to_each_end_of_every_range(axes):
    found = drivers(solve(tiny()), ["war_ends"], executor=Threads(1))
    assert found.plot(0, axes) is axes
    ends = sorted(float(bar.get_x() + bar.get_width()) for bar in axes.patches)
    known = sorted(probabilities_of_war([-1, 1, 0.5, 0.5], [0.2, 0.2, -1, 1]))
    assert ends == pytest.approx(known, abs=1e-7)


def test_an_ensemble_is_drawn_with_its_median_and_the_values_of_the_file(axes):
    found = ensemble(tiny(), 16, executor=Threads(1))
    assert found.plot("war_ends", axes) is axes
    median, central = (line.get_ydata() for line in axes.lines[:2])
    assert median.tolist() == [0.0, *found.bands[2, :, 0]]
    assert central.tolist() == [0.0, *found.file_probabilities[:, 0]]


def test_a_sweep_follows_the_formula(swept):
    assert swept.probabilities[:, 0] == pytest.approx(probabilities_of_war([-1.0, 0.0, 1.0], 0.2), abs=1e-8)
    assert swept.probabilities.sum(axis=1) == pytest.approx(1.0, abs=1e-8)
    assert swept.to_frame().index.tolist() == [-1.0, 0.0, 1.0]
    assert swept.to_json()["probabilities"] == swept.probabilities.tolist()


def test_a_sweep_is_drawn_with_a_line_for_each_target(swept, axes):
    assert swept.plot(axes) is axes
    assert [line.get_ydata().tolist() for line in axes.lines] == swept.probabilities.T.tolist()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(swept.target_labels)


def test_a_value_without_a_solution_keeps_its_reason():
    broken = tiny(("mover: a", "mover: a\n    rate: 1 - war"))
    found = sweep(broken, "war", [0.5, 2.0], executor=Threads(1))
    assert np.isnan(found.probabilities[1]).all()
    assert found.failures[0] == ""
    assert "the rate is -1" in found.failures[1]
    with pytest.raises(SolveError, match="no value of `war` has a solution"):
        sweep(broken, "war", [2.0], executor=Threads(1))


@pytest.mark.parametrize(
    ("name", "values", "code"), [("wra", [1], "unknown-parameter"), ("war", [], "axis"), ("war", [np.nan], "axis")]
)
def test_a_sweep_over_nothing_is_refused(name, values, code):
    with pytest.raises(InputError, match=code):
        sweep(tiny(), name, values)
