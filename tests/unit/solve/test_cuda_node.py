import numpy as np
import pytest

from standoff.solve.branch import trace
from standoff.solve.chebyshev import axis_of_points, clenshaw, coefficient_matrix
from standoff.solve.cuda_node import SOLVED, climb, settle, solve_node
from standoff.solve.node import POSTERIOR, Q1, Q2, S1, S2, WORK_ROWS, evaluate, is_unique, slope_samples

NUM_POINTS = 5


def random_node(seed, num_actions=3, rationality=2.0):
    rng = np.random.default_rng(seed)
    lines = rng.normal(0, 1, (num_actions, 3, NUM_POINTS))
    coefficients = np.einsum("ci,ahi->hac", coefficient_matrix(NUM_POINTS), lines[:, :2]).copy()
    allowed = np.ones((num_actions, 2), dtype=np.bool_)
    allowed[-1, int(rng.integers(2))] = rng.random() < 0.5
    return float(rng.uniform(0.05, 0.95)), rationality, coefficients, allowed, lines


def rooms(num_actions=3):
    return np.zeros(num_actions), np.zeros((WORK_ROWS, num_actions)), np.zeros(num_actions)


def test_a_walk_that_arrives_ends_where_the_traced_branch_does():
    arrived = []
    for seed in range(40):
        belief, rationality, coefficients, allowed, _ = random_node(seed, rationality=1.0)
        ell, work, start = rooms()
        traced = np.zeros(3)
        tries, _ = trace(belief, rationality, traced, coefficients, allowed, 1e-10, np.zeros((WORK_ROWS, 3)))
        assert tries > 0
        if climb(belief, rationality, ell, coefficients, allowed, work, start) > 0:
            arrived.append(np.abs(ell - traced).max())
    assert len(arrived) >= 20
    # a walk ends with |H| of 3e-5, and its determinant keeps away from zero by 0.02
    assert max(arrived) <= 3e-5 / 0.02


@pytest.mark.parametrize("seed", range(20))
def test_a_mild_node_is_solved(seed):
    belief, rationality, coefficients, allowed, _ = random_node(seed, rationality=0.3)
    is_proved = is_unique(rationality, coefficients, allowed, slope_samples(NUM_POINTS))
    ell, work, start = rooms()
    ell[:] = 0.3
    assert solve_node(belief, rationality, is_proved, ell, coefficients, allowed, work, start) > 0
    assert evaluate(belief, rationality, ell, coefficients, allowed, np.zeros((WORK_ROWS, 3))) <= SOLVED


def test_a_node_without_proof_does_not_depend_on_the_guess():
    belief, rationality, coefficients, allowed, _ = random_node(4, rationality=0.3)
    found = []
    for guess in (-4.0, 4.0):
        ell, work, start = rooms()
        ell[:] = guess
        assert solve_node(belief, rationality, False, ell, coefficients, allowed, work, start) > 0
        found.append(ell)
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_a_fold_is_not_passed():
    lost = []
    for seed in range(40):
        belief, rationality, coefficients, allowed, _ = random_node(seed, rationality=30.0)
        traced = np.zeros(3)
        tries, folds = trace(belief, rationality, traced, coefficients, allowed, 1e-8, np.zeros((WORK_ROWS, 3)))
        if tries > 0 and folds > 0:
            ell, work, start = rooms()
            lost.append(solve_node(belief, rationality, False, ell, coefficients, allowed, work, start))
    assert len(lost) >= 5
    assert max(lost) < 0


@pytest.mark.parametrize("belief", [0.0, 1.0])
def test_a_certain_belief_needs_one_evaluation_and_stays(belief):
    _, rationality, coefficients, _, lines = random_node(0)
    allowed = np.ones((3, 2), dtype=np.bool_)
    ell, work, start = rooms()
    ell[:] = 800.0
    assert solve_node(belief, rationality, False, ell, coefficients, allowed, work, start) == 1
    values = np.zeros(3)
    settle(belief, rationality, 0, axis_of_points(NUM_POINTS), lines, allowed, work, np.zeros(NUM_POINTS), values)
    assert work[POSTERIOR].tolist() == [belief] * 3
    q = lines[:, int(belief), -1 if belief else 0]
    probabilities = np.exp(rationality * q)
    assert work[S1 + int(belief)] == pytest.approx(probabilities / probabilities.sum(), abs=1e-14)


def test_values_are_those_at_the_posteriors():
    belief, rationality, coefficients, allowed, lines = random_node(1)
    ell, work, start = rooms()
    solve_node(belief, rationality, False, ell, coefficients, allowed, work, start)
    values = np.zeros(3)
    residual, regret = settle(
        belief, rationality, 0, axis_of_points(NUM_POINTS), lines, allowed, work, np.zeros(NUM_POINTS), values
    )
    share = np.stack([work[S1], work[S2], (1 - belief) * work[S1] + belief * work[S2]])
    third = coefficient_matrix(NUM_POINTS) @ lines[:, 2].T
    q = [
        [clenshaw(c, 2 * b - 1)[0] for c, b in zip(plane, work[POSTERIOR], strict=True)]
        for plane in (coefficients[0], coefficients[1], third.T.copy())
    ]
    assert values == pytest.approx((share * q).sum(axis=1), abs=1e-12)
    assert residual <= 1e-10
    assert regret > 0
    # what is left in these rows is how far the two ways to interpolate lie apart, in units of L
    assert np.abs(work[[Q1, Q2]]).max() <= 1e-10
