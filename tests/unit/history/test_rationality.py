"""Maximum-likelihood rationality in explicit games: recovery of what made the counts, and what is refused."""

import math

import pytest

from standoff.errors import SolveError
from standoff.game.builder import GameBuilder
from standoff.history.rationality import (
    ActionCounts,
    RationalityFit,
    compute_log_likelihood,
    compute_public_strategy,
    fit_rationality,
)
from standoff.solve.equilibrium import Settings, solve

TRUE = 1.5
PLAYS = 1_000_000


def poker(rationality, caller_rationality=None):
    """Stripped-down poker: the first player knows whether it holds a king; a bet may be a bluff."""
    builder = GameBuilder()
    builder.player("one", types={"king": 0.5, "queen": 0.5}, rationality=rationality)
    builder.player("two", rationality=rationality if caller_rationality is None else caller_rationality)
    builder.outcome("folded", {"one": -1, "two": 1})
    builder.outcome("taken", {"one": 1, "two": -1})
    builder.outcome("showdown", {"one": {"king": 2, "queen": -2}, "two": {"king": -2, "queen": 2}})
    builder.stage("betting").decision("dealt", "one", {"bet": "bet made", "fold": "folded"})
    builder.stage("calling").decision("bet made", "two", {"call": "showdown", "fold": "taken"})
    return builder.build()


@pytest.fixture(scope="module")
def known():
    return solve(poker(TRUE), Settings(belief_points=17))


def counted(equilibrium, observation):
    """The observation with the counts that are expected of many plays."""
    strategy = compute_public_strategy(equilibrium, observation)
    counts = {action: round(PLAYS * p) for action, p in strategy.items()}
    return ActionCounts(**{**vars(observation), "counts": counts})


BET = ActionCounts("betting", "one", {})
KING = ActionCounts("betting", "one", {}, player_type="king")
QUEEN = ActionCounts("betting", "one", {}, player_type="queen")


def fitted(observations, **options) -> RationalityFit:
    bounds = {"low": 0.1, "high": 4.0} | options
    return fit_rationality(poker(9.0), observations, settings=Settings(belief_points=17), **bounds)


def posterior_of_queen(known):
    kings, queens = (compute_public_strategy(known, point)["bet"] for point in (KING, QUEEN))
    return queens / (kings + queens)


def test_the_public_strategy_is_that_of_both_types_by_the_belief(known):
    by_type = [compute_public_strategy(known, point)["bet"] for point in (KING, QUEEN)]
    assert compute_public_strategy(known, BET)["bet"] == pytest.approx(0.5 * sum(by_type), abs=1e-12)
    at_belief = ActionCounts("betting", "one", {}, beliefs=(0.0,))
    sure = ActionCounts("betting", "one", {}, beliefs=(0.0,), player_type="king")
    assert compute_public_strategy(known, at_belief) == compute_public_strategy(known, sure)


@pytest.mark.parametrize("points", [[BET], [KING, QUEEN]], ids=["types unknown", "types known"])
def test_what_players_of_known_rationality_do_gives_it_back(known, points):
    calls = ActionCounts("calling", "two", {}, beliefs=(posterior_of_queen(known),))
    fit = fitted([counted(known, point) for point in (*points, calls)])
    assert fit.estimate.value == pytest.approx(TRUE, abs=0.05 * fit.estimate.standard_error)
    assert fit.certificate.residual <= 1e-8
    assert fit.equilibrium.game.players[0].rationality == fit.estimate.value
    assert fit.estimate.num_observations == pytest.approx(PLAYS * (len(points) + 1), abs=5)


def test_the_rationality_of_one_player_can_be_fitted_alone():
    known = solve(poker(TRUE, caller_rationality=4.0), Settings(belief_points=17))
    game = poker(9.0, caller_rationality=4.0)
    fit = fit_rationality(game, [counted(known, BET)], players=["one"], high=4.0, settings=Settings(belief_points=17))
    assert fit.estimate.value == pytest.approx(TRUE, abs=0.05 * fit.estimate.standard_error)
    assert [player.rationality for player in fit.equilibrium.game.players] == [fit.estimate.value, 4.0]


def test_the_log_likelihood_at_the_fit_is_that_of_its_equilibrium(known):
    observations = [counted(known, BET)]
    fit = fitted(observations)
    assert compute_log_likelihood(fit.equilibrium, observations) == pytest.approx(
        fit.estimate.log_likelihood, rel=1e-12
    )


def test_an_action_that_is_left_out_was_never_taken(known):
    short, full = (ActionCounts("betting", "one", counts) for counts in ({"bet": 3}, {"bet": 3, "fold": 0}))
    assert compute_log_likelihood(known, [short]) == compute_log_likelihood(known, [full])


def test_choices_that_are_worse_than_chance_have_no_rationality():
    with pytest.raises(SolveError, match="do not bound it"):
        fitted([ActionCounts("betting", "one", {"bet": 1, "fold": 9}, player_type="king")])


REFUSED = [
    (ActionCounts("bidding", "one", {"bet": 1}), "there is no layer `bidding`: use one of `betting`, `calling`"),
    (ActionCounts("betting", "three", {"bet": 1}), "there is no player `three`: use one of `one`, `two`"),
    (ActionCounts("betting", "two", {"bet": 1}), "`two` does not move in state 0 of `betting`"),
    (ActionCounts("betting", "one", {"bat": 1}), "there is no action `bat`: did you mean `bet`"),
    (ActionCounts("betting", "one", {"bet": -1}), "the count of `bet` must be a number of at least 0, not -1"),
    (ActionCounts("betting", "one", {"bet": math.nan}), "the count of `bet` must be a number of at least 0, not nan"),
    (ActionCounts("betting", "one", {"bet": 0}), "nothing was observed"),
    (ActionCounts("betting", "one", {"bet": 1}, state=7), "there is no state 7 in `betting`"),
    (ActionCounts("betting", "one", {"bet": 1}, period=1), "there is no period 1; the game has 1"),
    (ActionCounts("betting", "one", {"bet": 1}, player_type="ace"), "there is no type `ace`"),
    (ActionCounts("betting", "one", {"bet": 1}, beliefs=(0.5, 0.5)), "beliefs must be 1 numbers from 0 to 1"),
    (ActionCounts("betting", "one", {"bet": 1}, beliefs=(1.5,)), "beliefs must be 1 numbers from 0 to 1"),
]


@pytest.mark.parametrize(("observation", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_an_observation_of_nothing_in_the_game_is_refused(observation, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        fitted([observation])


def test_players_and_bounds_are_checked():
    with pytest.raises(ValueError, match="there is no player `three`"):
        fitted([BET], players=["three"])
    with pytest.raises(ValueError, match="low and high must be positive and in order"):
        fitted([BET], low=2.0, high=1.0)


def test_a_solve_that_fails_on_the_way_says_where_the_fit_looked():
    with pytest.raises(SolveError, match=r"the fit tried rationalities from 100 to 5000; narrow them"):
        fitted([ActionCounts("betting", "one", {"bet": 3, "fold": 1})], low=100.0, high=5000.0)
