"""The filter on a game small enough to be worked out by hand: one player, who strikes or waits with probability 1/2 each."""

import math
from dataclasses import replace

import numpy as np
import pytest

from standoff.belief.filter import Filter, PeriodReports
from standoff.belief.likelihood import ReportingModel, ReportLikelihood
from standoff.belief.reportable import ReportableEvent, ReportableEvents
from standoff.errors import InputError
from standoff.game import GameBuilder
from standoff.solve.equilibrium import Settings, solve

ENDS = 0.3  # a strike ends the crisis with this probability, else the crisis stays hot
RATE = 0.9  # a strike is reported with this probability
NOISE = 0.2  # background reports that are expected in a period
REPORT = ReportLikelihood(np.array([0.6]), 0.25)


@pytest.fixture(scope="module")
def own():
    game = GameBuilder(num_periods=3)
    game.player("a", rationality=0)
    game.outcome("quiet", {"a": 0})
    game.outcome("war", {"a": 0})
    stage = game.stage("act")
    for state in ("calm", "hot"):
        stage.decision(state, "a", {"strike": [(ENDS, "war"), (1 - ENDS, "hot")], "wait": state})
    equilibrium = solve(game.build(), Settings(threads=1))
    (layer,) = equilibrium.game.epochs[0].layers
    strike = layer.action_names.index("strike")
    kinds = np.stack([np.where(layer.action_label == strike, 0, -1), np.full(layer.num_actions, -1)], axis=1)
    event = ReportableEvent("act.a.strike", "a strike", ("ASSAULT",), (), ())
    model = ReportingModel.with_one_rate(RATE, background_per_week=NOISE)
    return Filter(equilibrium, ReportableEvents((event,), frozenset(), ((kinds,),)), model, period_days=7.0)


def weights_by_hand(*num_reports):
    """Weight of calm, hot and ended after periods with none or one report each."""
    calm, hot, ended = 1.0, 0.0, 0.0
    for count in num_reports:
        silent = math.exp(-NOISE)
        background = silent * (NOISE * REPORT.background) ** count
        strike = (1 - RATE) * background
        if count:
            strike += RATE * REPORT.by_event[0] * silent
        calm, hot, ended = (
            calm * 0.5 * background,
            hot * 0.5 * background + (calm + hot) * 0.5 * (1 - ENDS) * strike,
            ended * background + (calm + hot) * 0.5 * ENDS * strike,
        )
    return np.array([calm, hot, ended])


def weights_of(own, found):
    """The same by the filter: where the crisis is open, its state says what it is."""
    game = own.equilibrium.game
    start = game.start
    hot = 1 - start
    war = game.terminals.outcome == game.outcomes.index("war")
    assert found.ended[~war, 0].sum() == 0.0
    return np.array([found.mass[start, 0].sum(), found.mass[hot, 0].sum(), found.ended[war, 0].sum()])


@pytest.mark.parametrize("num_reports", [(0,), (1,), (0, 1), (1, 0), (1, 1), (0, 0, 1)])
def test_every_state_and_the_outcome_have_the_weight_computed_by_hand(own, num_reports):
    found = own.run(own.start(), [PeriodReports((REPORT,) * count) for count in num_reports])[-1]
    expected = weights_by_hand(*num_reports)
    assert weights_of(own, found) == pytest.approx(expected / expected.sum(), abs=1e-12)
    assert found.log_likelihood == pytest.approx(math.log(expected.sum()), abs=1e-12)


def test_after_the_end_a_report_can_only_be_background(own):
    # a report that the background does not explain rules out that the crisis had ended before
    sure = replace(REPORT, background=0.0)
    found = own.run(own.start(), [PeriodReports(), PeriodReports((sure,))])[-1]
    calm, hot, _ = weights_by_hand(0)
    strike = (calm + hot) * 0.5 * RATE * sure.by_event[0] * math.exp(-NOISE)
    assert weights_of(own, found) == pytest.approx([0.0, 1 - ENDS, ENDS], abs=1e-12)
    assert found.log_likelihood == pytest.approx(math.log(strike), abs=1e-12)


def test_if_the_crisis_is_known_to_be_open_the_ended_mass_leaves_the_marginal_likelihood(own):
    last = own.run(own.start(), [PeriodReports((REPORT,)), PeriodReports()])[-1]
    known = own.condition(last, np.ones(2), is_open=True)
    calm, hot, _ = weights_by_hand(1, 0)
    assert weights_of(own, known) == pytest.approx([calm / (calm + hot), hot / (calm + hot), 0.0], abs=1e-12)
    assert known.log_likelihood == pytest.approx(math.log(calm + hot), abs=1e-12)


def test_a_known_state_leaves_it_possible_that_the_crisis_has_ended(own):
    last = own.run(own.start(), [PeriodReports((REPORT,)), PeriodReports()])[-1]
    is_hot = np.array([float(state != own.equilibrium.game.start) for state in range(2)])
    known = own.condition(last, is_hot, is_open=False)
    _, hot, ended = weights_by_hand(1, 0)
    assert weights_of(own, known) == pytest.approx([0.0, hot / (hot + ended), ended / (hot + ended)], abs=1e-12)
    assert known.log_likelihood == pytest.approx(math.log(hot + ended), abs=1e-12)


def test_a_state_that_cannot_be_reached_is_refused(own):
    with pytest.raises(InputError, match="impossible"):
        own.condition(
            own.start(), np.array([float(state != own.equilibrium.game.start) for state in range(2)]), is_open=True
        )


@pytest.mark.parametrize("elapsed", [0.0, 0.25, 1.0])
def test_only_the_elapsed_part_of_a_period_can_have_been_reported(own, elapsed):
    found = own.run(own.start(), [PeriodReports(elapsed=elapsed)])[-1]
    strike = 0.5 * (1 - RATE * elapsed)
    expected = np.array([0.5, strike * (1 - ENDS), strike * ENDS])
    assert weights_of(own, found) == pytest.approx(expected / expected.sum(), abs=1e-12)
    assert found.log_likelihood == pytest.approx(math.log(expected.sum()) - NOISE * elapsed, abs=1e-12)
