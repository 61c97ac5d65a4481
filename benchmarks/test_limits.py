"""What must stay quick enough to be done without a thought, with the limit that it must keep on an idle machine."""

import sys
from itertools import count
from pathlib import Path

import pytest

from standoff.errors import ScenarioError
from standoff.game.validity import find_faults
from standoff.scenario import load_scenario
from standoff.submodels import Attack, InterceptorLayer, solve_salvo_exchange

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from games import random_game

REFUSAL_SECONDS = 1.0
CHECK_SECONDS = 0.1
EXCHANGE_SECONDS = 0.05


def test_check_a_game_of_a_hundred_thousand_actions(benchmark):
    """Some 10 ms on an idle core."""
    game = random_game(7, num_states=(23_000, 23_000, 5))
    assert sum(layer.num_actions for layer in game.epochs[0].layers) > 100_000
    assert benchmark.pedantic(lambda: find_faults(game), rounds=5) == []
    assert benchmark.stats["min"] < CHECK_SECONDS


def test_a_large_exchange_of_missiles(benchmark):
    """Some 2 ms on an idle core; each round has another number of missiles, so that nothing is remembered."""
    layers = [InterceptorLayer(name, size, 0.65, 2) for name, size in (("a", 300), ("b", 800), ("c", 400))]
    eighths = count()
    exchange = benchmark.pedantic(
        lambda: solve_salvo_exchange(Attack(3000 + next(eighths) / 8, 400, 0.02, 10, 0.85), layers, 0.83), rounds=7
    )
    assert exchange.distribution.probabilities.sum() == pytest.approx(1.0, abs=1e-12)
    assert benchmark.stats["min"] < EXCHANGE_SECONDS


@pytest.mark.parametrize(
    "content",
    [
        b"".join(b"k%d: 1\n" % n for n in range(100_000)),
        b"standoff: " + b"9" * 500_000,
        b"[" * 100_000,
        b"# " + b"x" * 5_000_000,
    ],
    ids=["a hundred thousand keys", "half a million digits", "a hundred thousand brackets", "five megabytes"],
)
def test_a_hostile_file_is_refused(benchmark, content, tmp_path):
    path = tmp_path / "crisis.yaml"
    path.write_bytes(content)

    def refuse():
        with pytest.raises(ScenarioError):
            load_scenario(path)

    benchmark.pedantic(refuse, rounds=3)
    assert benchmark.stats["min"] < REFUSAL_SECONDS
