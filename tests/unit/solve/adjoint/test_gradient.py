"""Derivatives near and at the rationality at which an equilibrium splits, where they have a closed form.

Signalling: both types of the sender are as likely, what one gains by being trusted the other loses, and the receiver trusts by
the posterior. Meaningless signals are an equilibrium at every rationality L. With v the slope of trust in the posterior (of the
polynomial through the belief points), a payoff e added to the signal "a" of the second type moves the strategies u, d of both
types by

    du - dd = (L e / 4) / (1 - L v / 2),     du + dd = L e / 4,

so that dT/de = L/16 + (1 - x)/(8 x) for T = P(trusted after a), where L = (1 - x) L*, and L* = 2 / v is where signals begin to
mean something. For the first type the second term has the other sign.

Coordination: both want to meet, rows and columns alike. Mixing evenly is an equilibrium at every L, and for T = P(both take the
first action) and e added to the row player's payoff there dT/de = (L/16) / (1 - L/2); L* = 2.
"""

import numpy as np
import pytest

from standoff.game import GameBuilder, matrix_game
from standoff.solve.adjoint.gradient import NotDifferentiableError, differentiate
from standoff.solve.adjoint.sensitivity import LARGEST_REACH, SAFE_REACH
from standoff.solve.equilibrium import Settings, solve
from standoff.solve.target import Target

SPLIT = 2 / np.tanh(1.0)
"""L* of the signalling game at three belief points: trust is 1 / (1 + exp(-2 (2b - 1))), so v = trust(1) - trust(0) = tanh(1)."""


def signalling(rationality):
    builder = GameBuilder()
    builder.player("sender", types={"down": 0.5, "up": 0.5}, rationality=rationality)
    builder.player("receiver", rationality=2.0)
    reply = builder.stage("signal"), builder.stage("reply")
    reply[0].decision("start", "sender", {"a": "seen a", "b": "seen b"})
    for signal in "ab":
        stakes = {"sender": {"down": -1, "up": 1}, "receiver": {"down": -1, "up": 1}}
        builder.outcome(f"trusted {signal}", stakes)
        builder.outcome(f"doubted {signal}", {"sender": 0, "receiver": 0})
        reply[1].decision(f"seen {signal}", "receiver", {"trust": f"trusted {signal}", "doubt": f"doubted {signal}"})
    return solve(builder.build(), Settings(belief_points=3, threads=1))


def coordination(rationality):
    return solve(matrix_game(np.eye(2), np.eye(2), rationality), Settings(threads=1))


def by_first_payoff(equilibrium, outcome):
    """Derivatives of the probability of an outcome by the payoffs of the first action, by plane."""
    (found,) = differentiate(equilibrium, [Target("outcome", outcome)])
    return found.layers[0][0].action_payoff[0]


# the reach of the node is 1 / x: up to SAFE_REACH by the Sherman-Morrison formula, above by elimination with pivots
@pytest.mark.parametrize("x", [0.5, 1e-2, 2 / SAFE_REACH, 0.5 / SAFE_REACH, 1e-4, 1e-5, 2 / LARGEST_REACH])
def test_derivatives_of_signals_have_the_closed_form_up_to_the_bifurcation(x):
    down, up, _ = by_first_payoff(signalling((1 - x) * SPLIT), "trusted a")
    own, meant = (1 - x) * SPLIT / 16, (1 - x) / (8 * x)
    # L* is known to rounding, and 1 / x multiplies what is lost
    assert up == pytest.approx(own + meant, rel=1e-14 / x)
    assert down == pytest.approx(own - meant, rel=1e-14 / x)


@pytest.mark.parametrize("x", [0.5 / LARGEST_REACH, 1e-9, 0.0])
def test_a_signalling_equilibrium_has_no_derivative_at_its_bifurcation(x):
    with pytest.raises(NotDifferentiableError, match=r"in stage `signal` in period 1 .* lower the rationality"):
        by_first_payoff(signalling((1 - x) * SPLIT), "trusted a")


@pytest.mark.parametrize("x", [0.5, 1e-2, 1e-4, 1e-5])
def test_derivatives_of_simultaneous_moves_have_the_closed_form_up_to_the_bifurcation(x):
    row, column = by_first_payoff(coordination(2 * (1 - x)), "r0, c0")
    expected = (1 - x) / (8 * x)
    assert row == pytest.approx(expected, rel=1e-14 / x)
    assert column == pytest.approx(expected, rel=1e-14 / x)


@pytest.mark.parametrize("x", [1e-7, 1e-9])
def test_simultaneous_moves_have_no_derivative_at_their_bifurcation(x):
    with pytest.raises(NotDifferentiableError, match=r"in stage `moves` in period 1 .* at a fold of the equilibrium"):
        by_first_payoff(coordination(2 * (1 - x)), "r0, c0")
