from dataclasses import replace

import numpy as np
import pytest

from chain_sweep import sweep_chain
from explicit_files import reach_within, read_explicit
from games import random_game
from standoff.errors import InputError
from standoff.export.chain import Chain
from standoff.export.induced_chain import make_induced_chain
from standoff.export.prism import to_drn, to_prism
from standoff.solve.equilibrium import Settings, solve


@pytest.fixture(scope="module", params=[(1, 1), (2, 1), (2, 2)], ids=str)
def chain(request):
    game = random_game(6, types=request.param, num_milestones=4)
    return make_induced_chain(solve(game, Settings(keep_values=True, belief_points=9)), belief_points=5)


@pytest.fixture(scope="module")
def model(chain):
    return read_explicit(to_prism(chain))


@pytest.fixture
def coin():
    """A start that ends at once, with probabilities 1/3 and 2/3, or would go on."""
    ones = np.ones(1, dtype=np.int64)
    return Chain(
        num_periods=1,
        steps_per_period=1,
        step_start=np.array([0, 1, 2]),
        belief_axes=(np.array([0.0, 0.25, 1.0]),),
        game_state=np.array([3, 0, -2]),
        beliefs=np.array([[1], [2], [0]]),
        met=np.array([0, 1, 0]),
        row_start=np.array([0, 2, 3, 4]),
        column=np.array([1, 2, 1, 2]),
        probability=np.array([1 / 3, 2 / 3, 1.0, 1.0]),
        labels={"outcome_war": 2 * ones, "outcome_deal": ones[:0], "milestone_shot": 0 * ones, "unresolved": ones},
    )


def test_the_files_of_a_small_chain(coin):
    assert to_prism(coin) == {
        ".tra": "3 4\n0 1 0.33333333333333331\n0 2 0.66666666666666663\n1 1 1\n2 2 1\n",
        ".lab": '0="init" 1="deadlock" 2="outcome_war" 3="outcome_deal" 4="milestone_shot" 5="unresolved"\n'
        "0: 0 4\n1: 5\n2: 2\n",
        ".sta": "(period,layer,state,belief_1,met,end)\n0:(0,0,3,1,0,0)\n1:(1,0,0,2,1,0)\n2:(0,0,0,0,0,2)\n",
    }


def test_the_drn_file_of_a_small_chain(coin):
    head, body = to_drn(coin).split("@model\n")
    assert head == "@type: DTMC\n@parameters\n\n@reward_models\n\n@nr_states\n3\n@nr_choices\n3\n"
    assert body.splitlines() == [
        "state 0 init milestone_shot",
        "\taction 0",
        "\t\t1 : 0.33333333333333331",
        "\t\t2 : 0.66666666666666663",
        "state 1 unresolved",
        "\taction 0",
        "\t\t1 : 1",
        "state 2 outcome_war",
        "\taction 0",
        "\t\t2 : 1",
    ]


def test_what_is_read_is_what_was_written_to_the_last_bit(chain, model):
    assert model.probability.tobytes() == chain.probability.tobytes()
    assert np.array_equal(model.target, chain.column)
    assert np.array_equal(model.source, np.repeat(np.arange(chain.num_states), np.diff(chain.row_start)))
    assert {name: states.tolist() for name, states in model.labels.items()} == {
        "init": [0],
        **{name: states.tolist() for name, states in chain.labels.items()},
    }


def test_the_values_of_a_state_describe_it(chain, model):
    column = dict(zip(model.variables, model.values.T, strict=True))
    is_end = column["end"] > 0
    assert np.array_equal(column["state"][~is_end], chain.game_state[~is_end])
    assert np.array_equal(-column["end"][is_end], chain.game_state[is_end])
    steps = (column["period"] * chain.steps_per_period + column["layer"])[~is_end]
    assert np.array_equal(np.bincount(steps), np.diff(chain.step_start))


def test_the_backward_recursion_on_the_files_gives_the_forward_probabilities_of_the_chain(chain, model):
    steps = [(period + 1) * chain.steps_per_period for period in range(chain.num_periods)]
    for name, probabilities in sweep_chain(chain).items():
        assert reach_within(model, name, steps) == pytest.approx(probabilities, abs=1e-12)


def test_a_name_that_a_model_checker_cannot_read_is_refused(coin):
    bad = replace(
        coin, labels={"outcome_no deal": np.array([2]), "outcome_ok": np.array([1]), "milestone_é": np.array([0])}
    )
    for write in (to_prism, to_drn):
        with pytest.raises(InputError) as refusal:
            write(bad)
        assert [problem.code for problem in refusal.value.problems] == ["bad-label", "bad-label"]
        assert "`outcome_no deal`" in str(refusal.value)
