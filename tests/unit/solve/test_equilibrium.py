from dataclasses import replace

import numpy as np
import pytest

from games import random_game
from standoff.errors import SolveError
from standoff.solve.equilibrium import BELIEF_LADDER, Settings, solve


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tolerance", 0.0),
        ("tolerance", float("nan")),
        ("belief_points", 2),
        ("belief_points", 1000),
        ("belief_tolerance", -1.0),
        ("belief_tolerance", float("inf")),
        ("belief_points", 9.5),
        ("belief_points", float("nan")),
        ("anchor", (0.5, 1.5)),
        ("anchor", (float("nan"),)),
        ("threads", 1.5),
        ("start", 0.5),
        ("max_periods", float("inf")),
    ],
)
def test_settings_out_of_range_are_refused(field, value):
    with pytest.raises(ValueError, match=field):
        Settings(**{field: value})


def test_belief_points_are_raised_until_the_tolerance_is_met():
    game = random_game(2, interdependent=False)
    loose, tight = solve(game, Settings(belief_tolerance=1e-2)), solve(game, Settings(belief_tolerance=1e-5))
    assert loose.certificate.belief_points < tight.certificate.belief_points
    assert tight.certificate.belief_error <= 1e-5
    assert tight.certificate.belief_points[0] in BELIEF_LADDER


def test_a_game_that_misses_the_belief_tolerance_is_refused_with_advice():
    with pytest.raises(SolveError, match="lower the rationality"):
        solve(random_game(2, interdependent=False), Settings(belief_tolerance=1e-15))


def test_a_game_with_folds_is_refused_when_more_points_do_not_help():
    game = random_game(1, num_states=(4, 5, 6), num_periods=5)
    found = solve(game, Settings(belief_points=17))
    assert found.certificate.folds > 0
    assert found.certificate.belief_error > 5e-3
    with pytest.raises(SolveError, match="with 33 belief points the estimated error of the probabilities is still"):
        solve(game, Settings(belief_tolerance=1e-3))


def test_a_solve_that_does_not_converge_is_refused_with_advice():
    with pytest.raises(SolveError, match=r"stage `layer\d` in period \d+ did not converge .* lower the rationality"):
        solve(random_game(2, interdependent=False), Settings(tolerance=1e-30, belief_points=5))


def test_progress_ends_at_one():
    shares = []
    solve(random_game(1), Settings(belief_points=5), shares.append)
    assert shares[-1] == pytest.approx(1.0)
    assert all(0 <= share <= 1 for share in shares)


def test_the_same_game_gives_the_same_bytes():
    one, other = (solve(random_game(5), Settings(belief_points=9)) for _ in range(2))
    assert one.start_values.tobytes() == other.start_values.tobytes()
    assert one.sweep.absorbed.tobytes() == other.sweep.absorbed.tobytes()


def test_an_epoch_with_other_payoffs_counts_from_its_start():
    game = random_game(2, num_periods=4, num_milestones=0)
    (epoch,) = game.epochs
    later = replace(epoch, start=2, flow=epoch.flow + 1.0)
    patient = tuple(replace(player, discount=1.0) for player in game.players)
    before = solve(replace(game, players=patient), Settings(belief_points=9))
    after = solve(replace(game, players=patient, epochs=(epoch, later)), Settings(belief_points=9))
    assert np.all(after.start_values > before.start_values)
    never = replace(epoch, start=4)
    same = solve(replace(game, players=patient, epochs=(epoch, never)), Settings(belief_points=9))
    assert np.array_equal(same.start_values, before.start_values)


def test_a_milestone_after_another_never_comes_first():
    sweep = solve(random_game(4, num_periods=6), Settings(belief_points=9)).sweep
    assert np.all(sweep.milestones[:, 1] <= sweep.milestones[:, 0] + 1e-12)
