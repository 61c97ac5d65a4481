"""The deterrence game: its formulas by simulation, limits, recovery of a known parameter, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standoff.errors import SolveError
from standoff.history.deterrence import (
    DeterrenceCounts,
    DeterrenceGame,
    compute_log_likelihood,
    compute_logit,
    compute_probit,
    fit_logit,
    fit_probit,
)

GAME = DeterrenceGame(0.2, 1.0, -0.5, -0.3, 0.1)


def test_probit_probabilities_are_what_players_with_drawn_shocks_do():
    rng, draws, sigma = np.random.default_rng(2), 2_000_000, 0.7
    probabilities = compute_probit(GAME, sigma)
    concession, defence = sigma * rng.standard_normal((2, draws))
    defends = GAME.defender_defence + defence > GAME.defender_concession + concession
    assert defends.mean() == pytest.approx(probabilities.defend, abs=4.5 * 0.5 / math.sqrt(draws))
    quo, won, fought = sigma * rng.standard_normal((3, draws))
    lottery = (1 - probabilities.defend) * (GAME.attacker_concession + won) + probabilities.defend * (
        GAME.attacker_defence + fought
    )
    attacks = lottery > GAME.attacker_status_quo + quo
    assert attacks.mean() == pytest.approx(probabilities.attack, abs=4.5 * 0.5 / math.sqrt(draws))


def test_rationality_zero_is_uniform():
    probabilities = compute_logit(GAME, 0)
    assert (probabilities.attack, probabilities.defend) == (0.5, 0.5)


def test_without_noise_the_better_move_is_taken():
    for probabilities in (compute_probit(GAME, 1e-3), compute_logit(GAME, 1e4)):
        assert (probabilities.attack, probabilities.defend) == (0.0, 1.0)


@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_only_payoffs_per_unit_of_noise_matter(scale, sigma):
    scaled = DeterrenceGame(*(scale * payoff for payoff in (0.2, 1.0, -0.5, -0.3, 0.1)))
    first, second = compute_probit(GAME, sigma), compute_probit(scaled, scale * sigma)
    assert (first.attack, first.defend) == pytest.approx((second.attack, second.defend), abs=1e-12)


@pytest.mark.parametrize("sigma", [0.2, 0.8])
def test_a_known_sigma_is_recovered_within_its_standard_error(sigma):
    probabilities, number = compute_probit(GAME, sigma), 1_000_000
    attacked = round(number * probabilities.attack)
    counts = DeterrenceCounts(
        number - attacked, round(attacked * (1 - probabilities.defend)), round(attacked * probabilities.defend)
    )
    fit = fit_probit(GAME, counts)
    assert fit.value == pytest.approx(sigma, abs=0.1 * fit.standard_error)


def test_the_standard_error_is_the_spread_of_estimates():
    rng, sigma, number = np.random.default_rng(3), 0.5, 4000
    probabilities = compute_probit(GAME, sigma)
    ends = [
        1 - probabilities.attack,
        probabilities.attack * (1 - probabilities.defend),
        probabilities.attack * probabilities.defend,
    ]
    fits = [fit_probit(GAME, DeterrenceCounts(*map(int, rng.multinomial(number, ends)))) for _ in range(60)]
    spread = np.std([fit.value for fit in fits], ddof=1)
    # the standard deviation of 60 draws is known to within a tenth, one standard error
    assert np.mean([fit.standard_error for fit in fits]) == pytest.approx(spread, rel=0.35)


def test_at_the_maximum_the_slope_of_the_log_likelihood_vanishes():
    counts = DeterrenceCounts(700, 120, 180)
    for fit, probabilities in ((fit_probit, compute_probit), (fit_logit, compute_logit)):
        best, step = fit(GAME, counts).value, 1e-4
        up, down = (compute_log_likelihood(probabilities(GAME, best * (1 + side * step)), counts) for side in (1, -1))
        assert (up - down) / (2 * step) == pytest.approx(0.0, abs=1e-4)


def test_counts_that_only_pure_choice_explains_have_no_maximum():
    with pytest.raises(SolveError, match="do not bound it"):
        fit_logit(GAME, DeterrenceCounts(50, 0, 0))


def test_what_was_observed_but_cannot_happen_has_likelihood_zero():
    assert compute_log_likelihood(compute_logit(GAME, 1e6), DeterrenceCounts(1, 1, 0)) == -math.inf


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.inf, math.nan])
def test_a_sigma_that_is_no_spread_is_refused(sigma):
    with pytest.raises(ValueError, match="sigma must be a positive number"):
        compute_probit(GAME, sigma)


@pytest.mark.parametrize("rationality", [-1.0, math.inf, math.nan])
def test_a_rationality_below_zero_or_without_bound_is_refused(rationality):
    with pytest.raises(ValueError, match="rationality must be"):
        compute_logit(GAME, rationality)


@pytest.mark.parametrize("counts", [(-1, 2, 3), (1.5, 2, 3), (True, 2, 3), (0, 0, 0)])
def test_counts_that_count_nothing_are_refused(counts):
    with pytest.raises(ValueError, match=r"whole number|nothing was observed"):
        DeterrenceCounts(*counts)


def test_payoffs_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="attacker_defence must be a finite number"):
        DeterrenceGame(0, 0, math.inf, 0, 0)
