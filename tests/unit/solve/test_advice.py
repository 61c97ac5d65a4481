"""A failed solve names a remedy that the game has."""

import pytest

from games import random_game
from solving import solve_game
from standoff.errors import SolveError
from standoff.game import matrix_game
from standoff.solve.backward_pass import _refuse
from standoff.solve.result import Settings

SAME_SIDE = [[1, 0], [0, 1]]
"""Both want to do the same; the uniform equilibrium splits into three at rationality 2."""


def test_where_two_equilibria_meet_the_advice_is_to_move_away_from_there():
    with pytest.raises(SolveError) as caught:
        solve_game(matrix_game(SAME_SIDE, SAME_SIDE, 2.0))
    message = str(caught.value)
    assert "(the branch traced from rationality 0 was lost): two equilibria meet at this rationality" in message
    assert "lower the rationality (now row 2, column 2) a little, or make the payoffs of the players less" in message
    assert "belief point" not in message


@pytest.mark.parametrize("rationality", [1.9, 2.1])
def test_next_to_the_meeting_point_the_game_is_solved(rationality):
    found = solve_game(matrix_game(SAME_SIDE, SAME_SIDE, rationality))
    assert found.certificate.residual < 1e-8
    assert found.certificate.regret < 1e-8


@pytest.mark.parametrize("lost", [0, 3])
def test_more_belief_points_are_advised_only_where_there_can_be_more(lost):
    game = random_game(0, types=(2, 1))
    given = [str(_refuse(game, "s", 0, 1.0, lost, Settings(belief_points=points))) for points in (None, 17, 129)]
    assert ["set more belief points" in message for message in given] == [True, True, False]


def test_a_tolerance_below_the_accuracy_of_numbers_may_be_raised():
    game = random_game(0, types=(1, 1))
    assert "set a larger tolerance" in str(_refuse(game, "s", 0, 1e-13, 0, Settings(tolerance=1e-15)))
    assert "set a larger tolerance" not in str(_refuse(game, "s", 0, 1.0, 0, Settings()))
