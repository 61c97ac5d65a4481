"""The probabilities by date of exported chains, computed a second time by the model checker Storm (extra `verify`).

Storm reads the chain in two ways: its own reader takes the DRN file, and an independent reader takes PRISM's explicit
files, from which the model is built by hand. It answers `P=? [F<=k "label"]` by its own backward iteration;
`sweep_chain` sweeps forward.
"""

from dataclasses import replace

import pytest

from chain_sweep import sweep_chain
from explicit_files import read_explicit
from games import random_game
from small_trees import with_second_movers
from standoff import load
from standoff.export.induced_chain import make_induced_chain
from standoff.export.prism import to_drn, to_prism
from standoff.game.compile import compile_game
from standoff.solve.equilibrium import Settings, solve

stormpy = pytest.importorskip(
    "stormpy", reason="Storm has no wheel for this platform, or it is not installed", exc_type=ImportError
)

TOLERANCE = 1e-9
CASES = [(types, seed) for types in ((1, 1), (2, 1), (1, 2), (2, 2)) for seed in range(4)]


def storm_probabilities(model, label, steps):
    """P=? [F<=k "label"] from the initial state."""
    (start,) = model.initial_states
    queries = [stormpy.parse_properties(f'P=? [F<={k} "{label}"]')[0] for k in steps]
    return [stormpy.model_checking(model, query).get_value(start) for query in queries]


def from_drn(chain, folder):
    path = folder / "chain.drn"
    path.write_text(to_drn(chain))
    return stormpy.build_model_from_drn(str(path))


def from_explicit(chain):
    read = read_explicit(to_prism(chain))
    builder = stormpy.datastructures.SparseMatrixBuilder[float]()
    for row in zip(read.source.tolist(), read.target.tolist(), read.probability.tolist(), strict=True):
        builder.add_next_value(*row)
    labeling = stormpy.models.StateLabeling(read.num_states)
    for name, states in read.labels.items():
        labeling.add_label(name)
        for state in states.tolist():
            labeling.add_label_to_state(name, state)
    components = stormpy.models.SparseModelComponents[float](transition_matrix=builder.build(), state_labeling=labeling)
    return stormpy.models.SparseDtmc[float](components)


def largest_gap(chain, model, names):
    steps = [(period + 1) * chain.steps_per_period for period in range(chain.num_periods)]
    probabilities = sweep_chain(chain)
    return max(
        abs(theirs - ours)
        for name in names
        for theirs, ours in zip(storm_probabilities(model, name, steps), probabilities[name], strict=True)
    )


@pytest.fixture(scope="module", params=CASES, ids=str)
def chain(request):
    types, seed = request.param
    game = random_game(seed, types=types, num_milestones=4, num_periods=4)
    equilibrium = solve(game, Settings(keep_values=True, belief_points=9, belief_tolerance=0.1))
    assert equilibrium.certificate.residual <= 1e-8
    return make_induced_chain(equilibrium, belief_points=5)


def test_storm_finds_the_probabilities_of_the_explicit_files(chain):
    assert largest_gap(chain, from_explicit(chain), chain.labels) < TOLERANCE


def test_storm_reads_the_drn_file_and_finds_the_same_probabilities(chain, tmp_path):
    model = from_drn(chain, tmp_path)
    present = [name for name, states in chain.labels.items() if len(states)]
    assert set(model.labeling.get_labels()) == {"init", *present}
    assert (model.nr_states, model.nr_transitions) == (chain.num_states, chain.num_transitions)
    assert largest_gap(chain, model, present) < TOLERANCE


@pytest.mark.parametrize(("types", "seed"), [((1, 1), 0), ((2, 2), 0)])
def test_storm_finds_the_probabilities_with_simultaneous_moves(types, seed, tmp_path):
    game = with_second_movers(random_game(seed, types=types, num_milestones=4, num_states=(2, 2, 2)), seed)
    equilibrium = solve(game, Settings(keep_values=True, belief_points=5, belief_tolerance=0.1))
    chain = make_induced_chain(equilibrium, belief_points=3)
    present = [name for name, states in chain.labels.items() if len(states)]
    assert largest_gap(chain, from_drn(chain, tmp_path), present) < TOLERANCE


def test_storm_finds_the_probabilities_of_the_cuban_missile_crisis(tmp_path):
    scenario = load("cuba-1962", overrides=["period.horizon=2"])
    equilibrium = solve(compile_game(scenario), Settings(belief_points=5, keep_values=True, belief_tolerance=0.1))
    chain = make_induced_chain(equilibrium, belief_points=2)
    present = [name for name, states in chain.labels.items() if len(states)]
    assert {f"milestone_{name}" for name in scenario.milestones} <= {*present}
    assert sweep_chain(chain)["milestone_strike"][-1] > 0.01
    assert largest_gap(chain, from_drn(chain, tmp_path), present) < TOLERANCE


def test_a_changed_probability_is_noticed(tmp_path):
    # the comparison itself: a millionth of one branch must show
    chain = make_induced_chain(solve(random_game(1, types=(1, 1)), Settings(keep_values=True)), belief_points=2)
    probability = chain.probability.copy()
    probability[:2] += [1e-6, -1e-6]
    assert chain.row_start[1] >= 2
    changed = from_drn(replace(chain, probability=probability), tmp_path)
    present = [name for name, states in chain.labels.items() if len(states)]
    assert largest_gap(chain, changed, present) > TOLERANCE
