from dataclasses import replace

import numpy as np
import pytest

from chain_sweep import sweep_chain
from games import random_game
from small_trees import with_second_movers
from standoff.errors import InputError
from standoff.export.induced_chain import make_induced_chain
from standoff.game.model import NATURE, Epoch, Game, Layer, Milestone, Player, Terminals
from standoff.solve.equilibrium import Settings, solve

KEPT = Settings(keep_values=True, belief_points=17)


def collect_probabilities(equilibrium):
    """What the solver's own forward pass says, by the labels of the chain."""
    game, sweep = equilibrium.game, equilibrium.sweep
    outcomes = {
        f"outcome_{name}": sweep.absorbed[:, game.terminals.outcome == k, 0].sum(axis=1)
        for k, name in enumerate(game.outcomes)
    }
    milestones = {f"milestone_{part.name}": sweep.milestones[:, m] for m, part in enumerate(game.milestones)}
    return outcomes | milestones


def gap(equilibrium, belief_points):
    """Largest difference between the probabilities of the chain and those of the solver."""
    found = sweep_chain(make_induced_chain(equilibrium, belief_points=belief_points))
    return max(
        float(np.max(np.abs(found[name] - probabilities)))
        for name, probabilities in collect_probabilities(equilibrium).items()
    )


def patrol(num_periods):
    """One layer, two states, and nature goes back and forth: out, home, out, home."""
    layer = Layer(
        name="patrol",
        stage="patrol",
        is_chance=True,
        fields=("place",),
        levels=np.array([[0], [1]], dtype=np.int32),
        mover=np.full(2, NATURE, dtype=np.int32),
        arrival=np.ones(2),
        skip=np.array([0, 1], dtype=np.int32),
        action_start=np.array([0, 1, 2], dtype=np.int32),
        action_label=np.zeros(2, dtype=np.int32),
        action_names=("move",),
        action_allowed=np.ones((2, 2), dtype=np.bool_),
        action_payoff=np.zeros((2, 1)),
        branch_start=np.array([0, 1, 2], dtype=np.int32),
        branch_probability=np.ones(2),
        branch_target=np.array([1, 0], dtype=np.int32),
        milestone_holds=np.array([[True, True, True], [False, False, False]]),
    )
    return Game(
        players=(Player("p", "P", ("only",), (1.0,), 1.0, 1.0),),
        epochs=(Epoch(0, (layer,), np.zeros((2, 1))),),
        num_periods=num_periods,
        start=0,
        terminals=Terminals(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros((0, 1, 2, 2))),
        unresolved_payoff=np.zeros((2, 1)),
        outcomes=(),
        milestones=(Milestone("out", "Out"), Milestone("again", "Out again", 0), Milestone("thrice", "Thrice", 1)),
    )


# ---------------------------------------------------------------------------------------------------- what must be exact


@pytest.mark.parametrize("seed", range(6))
def test_without_private_types_the_chain_is_exact(seed):
    equilibrium = solve(random_game(seed, types=(1, 1), num_milestones=4, num_periods=5), Settings(keep_values=True))
    assert gap(equilibrium, 2) < 1e-12


@pytest.mark.parametrize(("types", "seed"), [((2, 1), 9), ((1, 2), 11), ((2, 2), 1), ((2, 2), 9)])
def test_probabilities_of_blind_players_are_linear_in_beliefs_so_splitting_costs_nothing(types, seed):
    # at rationality 0 strategies do not depend on beliefs; an action that one type lacks still moves them
    game = random_game(seed, types=types, num_milestones=3, rationality=0.0)
    equilibrium = solve(game, KEPT)
    chain = make_induced_chain(equilibrium, belief_points=2)
    open_beliefs = chain.beliefs[: chain.step_start[-1]]
    assert any(len(np.unique(column)) == 3 for column in open_beliefs.T)
    assert gap(equilibrium, 2) < 1e-12


@pytest.mark.parametrize("seed", range(3))
def test_without_private_types_the_chain_of_simultaneous_moves_is_exact(seed):
    game = with_second_movers(random_game(seed, types=(1, 1), num_milestones=4), seed)
    assert any(layer.second is not None and (layer.second.mover >= 0).any() for layer in game.epochs[0].layers)
    assert gap(solve(game, Settings(keep_values=True)), 2) < 1e-12


@pytest.mark.parametrize(("types", "seed"), [((2, 1), 2), ((1, 2), 0), ((2, 2), 0)])
def test_splitting_costs_nothing_where_blind_players_move_at_the_same_time(types, seed):
    # each of the two axes of belief moves with the own action of its player, in whichever order they stand
    game = random_game(seed, types=types, num_milestones=3, rationality=0.0, num_states=(2, 2, 2))
    equilibrium = solve(with_second_movers(game, seed), replace(KEPT, belief_points=5))
    chain = make_induced_chain(equilibrium, belief_points=2)
    open_beliefs = chain.beliefs[: chain.step_start[-1]]
    assert all(len(np.unique(column)) == 3 for column in open_beliefs.T)
    assert gap(equilibrium, 2) < 1e-12


@pytest.mark.parametrize("seed", range(2))
def test_finer_grids_bring_the_chain_of_simultaneous_moves_to_the_forecast(seed):
    game = with_second_movers(random_game(seed, rationality=1.0, num_states=(2, 2), num_periods=2), seed)
    equilibrium = solve(game, replace(KEPT, belief_points=9))
    coarse, fine = gap(equilibrium, 3), gap(equilibrium, 9)
    assert 1e-6 < coarse < 1e-3
    assert fine < coarse / 3


def test_coefficients_of_a_later_epoch_count_from_its_start():
    game = random_game(2, types=(1, 1), num_periods=4)
    (epoch,) = game.epochs
    layers = tuple(
        replace(layer, action_payoff=-layer.action_payoff, arrival=layer.arrival / 2) for layer in epoch.layers
    )
    changed = solve(replace(game, epochs=(epoch, Epoch(2, layers, epoch.flow))), Settings(keep_values=True))
    unchanged = solve(game, Settings(keep_values=True))
    assert gap(changed, 2) < 1e-12
    assert (
        np.abs(
            collect_probabilities(changed)["outcome_end_a"] - collect_probabilities(unchanged)["outcome_end_a"]
        ).max()
        > 1e-3
    )


def test_a_crisis_that_continues_without_end_has_a_chain_up_to_the_horizon():
    game = replace(random_game(5, types=(1, 1), num_periods=4), continues=True)
    assert gap(solve(game, Settings(keep_values=True)), 2) < 1e-12


def test_a_milestone_that_waits_for_another_is_met_at_a_later_arrival():
    equilibrium = solve(patrol(5), Settings(keep_values=True))
    found = sweep_chain(make_induced_chain(equilibrium))
    # the start is an arrival: out in periods 0, 2, 4, which end at arrivals 1..5
    assert found["milestone_out"].tolist() == [1, 1, 1, 1, 1]
    assert found["milestone_again"].tolist() == [0, 1, 1, 1, 1]
    assert found["milestone_thrice"].tolist() == [0, 0, 0, 1, 1]
    assert gap(equilibrium, 2) == 0.0


# -------------------------------------------------------------------------------------------- what splitting beliefs costs


@pytest.mark.parametrize(("types", "seeds", "grids"), [((2, 1), range(8), (5, 65)), ((2, 2), range(1, 5), (5, 17))])
def test_the_error_of_splitting_falls_at_least_threefold_when_the_mesh_is_halved(types, seeds, grids):
    # fourfold in the limit, less while beliefs jump by less than the mesh; measured here: 4.0 and 6.1
    gaps = []
    for seed in seeds:
        game = random_game(seed, types=types, num_milestones=3, num_periods=5 if types == (2, 1) else 3)
        equilibrium = solve(game, Settings(keep_values=True, belief_points=33 if types == (2, 1) else 17))
        assert equilibrium.certificate.belief_error < 1e-3  # else the solver's own points would set the gap
        gaps.append([gap(equilibrium, points) for points in grids])
    coarse, fine = np.max(gaps, axis=0)
    halvings = np.log2((grids[1] - 1) / (grids[0] - 1))
    assert 1e-4 < coarse < 1e-2
    assert coarse / fine > 3.0**halvings


# --------------------------------------------------------------------------------------------------------- what a chain is


@pytest.fixture(scope="module", params=[(1, 1), (2, 1), (2, 2)], ids=str)
def chain(request):
    return make_induced_chain(solve(random_game(4, types=request.param, num_milestones=4), KEPT), belief_points=6)


def test_probabilities_are_positive_and_sum_to_one(chain):
    assert chain.probability.min() > 0.0
    assert np.add.reduceat(chain.probability, chain.row_start[:-1]) == pytest.approx(1.0, abs=1e-14)


def test_every_chain_state_but_the_start_is_reached_from_the_step_before(chain):
    source = np.repeat(np.arange(chain.num_states), np.diff(chain.row_start))
    step = np.searchsorted(chain.step_start, np.arange(chain.num_states), side="right") - 1
    moving = source != chain.column
    assert np.unique(chain.column[moving]).tolist() == [*range(1, chain.num_states)]
    ends = chain.column >= chain.step_start[-1]
    assert np.all((step[chain.column] == step[source] + 1) | ends | ~moving)
    assert np.all(source[~moving] >= chain.step_start[-2])


def test_every_path_ends_or_is_unresolved_at_the_horizon(chain):
    probabilities = sweep_chain(chain)
    total = (
        sum(probabilities[name][-1] for name in probabilities if name.startswith("outcome_"))
        + probabilities["unresolved"][-1]
    )
    assert total == pytest.approx(1.0, abs=1e-12)
    assert np.all(probabilities["unresolved"][:-1] == 0.0)


@pytest.mark.parametrize("types", [(2, 1), (2, 2)], ids=str)
def test_beliefs_are_martingales(types):
    game = random_game(3, types=types, num_terminals=0)
    chain = make_induced_chain(solve(game, KEPT), belief_points=6)
    for axis, grid in enumerate(chain.belief_axes):
        belief = grid[chain.beliefs[:, axis]]
        expected = np.add.reduceat(chain.probability * belief[chain.column], chain.row_start[:-1])
        assert expected == pytest.approx(belief, abs=1e-13)
        assert len(np.unique(belief)) > 2


@pytest.mark.parametrize("belief_points", [2, 6, 11])
def test_the_start_is_exactly_at_the_prior(belief_points):
    game = random_game(4)
    chain = make_induced_chain(solve(game, KEPT), belief_points=belief_points)
    assert [grid[k] for grid, k in zip(chain.belief_axes, chain.beliefs[0], strict=True)] == [*game.prior_belief]
    assert chain.game_state[0] == game.start
    assert [len(grid) for grid in chain.belief_axes] == [belief_points + 1] * 2


def test_a_prior_on_the_grid_is_not_duplicated():
    game = random_game(4, types=(2, 1))
    player = replace(game.players[0], prior=(0.7, 0.3))
    chain = make_induced_chain(solve(replace(game, players=(player, game.players[1])), KEPT), belief_points=11)
    assert len(chain.belief_axes[0]) == 11


# ------------------------------------------------------------------------------------------------------ what is turned down


def test_values_of_all_periods_are_needed():
    with pytest.raises(ValueError, match="keep_values=True"):
        make_induced_chain(solve(random_game(0), Settings(belief_points=5)))


def test_a_grid_needs_two_beliefs():
    with pytest.raises(ValueError, match="belief_points must be at least 2, not 1"):
        make_induced_chain(solve(random_game(0), KEPT), belief_points=1)


def test_a_chain_that_is_too_large_is_refused_with_its_count_and_advice():
    equilibrium = solve(random_game(0), KEPT)
    full = make_induced_chain(equilibrium, belief_points=6)
    with pytest.raises(InputError, match=r"chain-too-large: the chain has `\d+` states") as refusal:
        make_induced_chain(equilibrium, belief_points=6, max_states=full.num_states // 2)
    assert "fewer periods" in str(refusal.value)
    exactly = make_induced_chain(equilibrium, belief_points=6, max_states=full.num_states)
    assert exactly.num_states == full.num_states
