"""Numbers of games in which two move at the same time, once or for ever, each made with the builder."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from standoff.game import Action, GameBuilder, markov_game, matrix_game
from standoff.solve.equilibrium import solve

VALUES = json.loads((Path(__file__).parent / "simultaneous_values.json").read_text(encoding="utf-8"))
PENNIES = ([[1.1141, 0], [0, 0.2785]], [[0, 1.1141], [1.1141, 0]])
LOGISTIC = ([[1, 0], [0, 0]], [[0, 0], [1, 0]])  # the first row gains by q, the first column by 1 - p
STAG_HUNT = ([[10, 1], [8, 5]], [[10, 8], [1, 5]])


def first_probabilities(tables, rationality):
    """P(first row) and P(first column), read off the probabilities of the four cells."""
    equilibrium = solve(matrix_game(*tables, float(rationality)))
    assert equilibrium.certificate.residual < 1e-8
    assert equilibrium.certificate.regret >= 0
    cells = equilibrium.sweep.absorbed[-1, :, 0].reshape(2, 2)
    assert cells.sum() == pytest.approx(1, abs=1e-12)
    row, column = cells.sum(axis=1), cells.sum(axis=0)
    assert cells == pytest.approx(np.outer(row, column), abs=1e-12)  # neither sees what the other does
    return [row[0], column[0]]


@pytest.mark.parametrize("rationality", VALUES["N1"]["values"])
def test_n1_asymmetric_matching_pennies(rationality):
    found = first_probabilities(PENNIES, rationality)
    assert found == pytest.approx(VALUES["N1"]["values"][rationality], abs=VALUES["N1"]["tolerance"])


def test_n1_approaches_the_nash_equilibrium():
    gaps = [np.abs(np.subtract(first_probabilities(PENNIES, L), VALUES["N1"]["nash"])).max() for L in (3, 10, 30, 100)]
    assert all(later < 0.6 * earlier for earlier, later in pairwise(gaps))
    assert gaps[-1] < 0.02


@pytest.mark.parametrize("rationality", VALUES["N2"]["values"])
def test_n2_a_game_in_closed_form(rationality):
    found = first_probabilities(LOGISTIC, rationality)
    assert found == pytest.approx(VALUES["N2"]["values"][rationality], abs=VALUES["N2"]["tolerance"])
    p, q = found
    L = float(rationality)
    assert [p, q] == pytest.approx([1 / (1 + np.exp(-L * q)), 1 / (1 + np.exp(-L * (1 - p)))], abs=1e-8)


@pytest.mark.parametrize("rationality", VALUES["N10"]["values"])
def test_n10_stag_hunt_on_the_branch_from_the_centroid(rationality):
    expected = VALUES["N10"]["values"][rationality]
    assert first_probabilities(STAG_HUNT, rationality) == pytest.approx([expected] * 2, abs=VALUES["N10"]["tolerance"])


# N9: talks, mobilised, deal, war. A holds or escalates, B holds or concedes. The ends pay in every period from the next on.
DISCOUNT = 0.9
ACTIONS = (("hold", "escalate"), ("hold", "concede"))
PAID = (1 - DISCOUNT) * np.array(
    [
        [[[0.2, 0.2], [0.1, 0.1]], [[-0.1, -0.1], [-0.1, -0.1]]],
        [[[0.6, 0.6], [0.4, 0.4]], [[0.2, 0.2], [0.2, 0.2]]],
    ]
)
TRANSITIONS = np.array(
    [
        [[[1, 0, 0, 0], [0.2, 0, 0.8, 0]], [[0.2, 0.8, 0, 0], [0.1, 0.4, 0.5, 0]]],
        [[[0.5, 0.5, 0, 0], [0.1, 0.1, 0.8, 0]], [[0, 0.3, 0, 0.7], [0, 0.1, 0.6, 0.3]]],
    ]
)
STATES = ("talks", "mobilised")
ENDS = {"deal": (DISCOUNT * 1, DISCOUNT * 0.5), "war": (DISCOUNT * -0.5, DISCOUNT * -1)}


@pytest.fixture(scope="module")
def crisis():
    game = markov_game(
        STATES, PAID, TRANSITIONS, 1.0, DISCOUNT, num_periods=60, outcomes=ENDS, actions=ACTIONS, players=("a", "b")
    )
    equilibrium = solve(game)
    assert equilibrium.certificate.residual < 1e-8
    return equilibrium


def test_n9_the_values_of_talks(crisis):
    expected = VALUES["N9"]["values"]["start_values"]
    assert crisis.start_values == pytest.approx(expected, abs=VALUES["N9"]["tolerance"])


def test_n9_the_probabilities_of_the_outcomes(crisis):
    ends = VALUES["N9"]["values"]["ends"]
    found = crisis.sweep.absorbed[-1, :, 0]
    expected = [ends[name] for name in crisis.game.outcomes]
    assert found == pytest.approx(expected, abs=VALUES["N9"]["tolerance"])


@pytest.mark.parametrize("periods", VALUES["N9"]["values"]["open"])
def test_n9_how_long_the_crisis_stays_open(crisis, periods):
    still_open = crisis.sweep.open_mass[int(periods)].sum()
    assert still_open == pytest.approx(VALUES["N9"]["values"]["open"][periods], abs=1e-5)  # one in the last digit given


def test_n9_does_not_depend_on_the_horizon(crisis):
    short = markov_game(
        STATES, PAID, TRANSITIONS, 1.0, DISCOUNT, num_periods=2, outcomes=ENDS, actions=ACTIONS, players=("a", "b")
    )
    assert solve(short).start_values == pytest.approx(crisis.start_values, abs=1e-8)


@pytest.mark.parametrize("start", STATES)
def test_n9_strategies(start):
    # the same game in two stages, so that every pair of actions is a public state whose probabilities are those of a milestone
    builder = GameBuilder(1, start=start, continues=True)
    builder.player("a", rationality=1, discount=DISCOUNT)
    builder.player("b", rationality=1, discount=DISCOUNT)
    for name, worth in ENDS.items():
        builder.outcome(name, dict(zip("ab", worth, strict=True)))
    moves, follows = builder.stage("moves"), builder.stage("follows")
    names = [*STATES, *ENDS]
    for x, state in enumerate(STATES):
        pairs = {(own, other): f"{state}: {own}, {other}" for own in ACTIONS[0] for other in ACTIONS[1]}
        paid = PAID[:, x].reshape(2, 4).T
        moves.simultaneous(
            state,
            ("a", "b"),
            {pair: Action(pairs[pair], {"a": u, "b": v}) for pair, (u, v) in zip(pairs, paid, strict=True)},
        )
        for place, probabilities in zip(pairs.values(), TRANSITIONS[x].reshape(4, 4), strict=True):
            follows.chance(place, list(zip(probabilities, names, strict=True)))
            builder.milestone(place, [place])
    equilibrium = solve(builder.build())
    assert equilibrium.certificate.residual < 1e-8
    met = dict(zip([m.name for m in equilibrium.game.milestones], equilibrium.sweep.milestones[0], strict=True))
    cells = np.array([[met[f"{start}: {own}, {other}"] for other in ACTIONS[1]] for own in ACTIONS[0]])
    found = [cells.sum(axis=1)[0], cells.sum(axis=0)[0]]
    assert found == pytest.approx(VALUES["N9"]["values"][start], abs=VALUES["N9"]["tolerance"])
