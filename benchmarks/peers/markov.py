"""sgamesolver: Markov logit equilibrium of talks and mobilisation over T periods. Runs in an environment with sgamesolver.

A finite horizon is a stationary game in which every state is there once for each period: (period, talks or mobilised), then
what follows the last period, deal and war, which pay for ever or nothing for ever. The branch is followed from lambda 0 to 1.
"""

import argparse
import contextlib
import io
import json
import sys
import time

start = time.perf_counter()
import numpy as np  # noqa: E402
import sgamesolver  # noqa: E402

import_seconds = time.perf_counter() - start


def expanded(num_periods, payoffs, transitions, ends, discount):
    """Payoffs (state, player, action, action) and transitions (state, action, action, next state) of the expanded game."""
    num_states = 2 * num_periods + 3
    over, deal, war = num_states - 3, num_states - 2, num_states - 1
    paid = np.zeros((num_states, 2, 2, 2))
    moves = np.zeros((num_states, 2, 2, num_states))
    for t in range(num_periods):
        for x in range(2):
            state = 2 * t + x
            paid[state] = payoffs[:, x]
            next_states = [2 * t + 2, 2 * t + 3] if t + 1 < num_periods else [over, over]
            for k, target in enumerate([*next_states, deal, war]):
                moves[state, :, :, target] += transitions[x, :, :, k]
    for target, worth in ((deal, ends["deal"]), (war, ends["war"])):
        paid[target] = (1 - discount) * np.array(worth)[:, None, None]
    for state in (over, deal, war):
        moves[state, :, :, state] = 1.0
    return paid, moves


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", help="the game in JSON")
    parser.add_argument("--repeat", type=int, default=1)
    arguments = parser.parse_args()
    with open(arguments.file, encoding="utf-8") as stream:  # noqa: PTH123
        game = json.load(stream)
    paid, moves = expanded(
        game["periods"], np.array(game["payoffs"]), np.array(game["transitions"]), game["ends"], game["discount"]
    )
    seconds = []
    for _ in range(arguments.repeat):
        stochastic = sgamesolver.SGame(list(paid), list(moves), game["discount"])
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            homotopy = sgamesolver.homotopy.QRE(stochastic)
            homotopy.solver_setup(target_lambda=1.0)
            homotopy.solver.verbose = 0
            homotopy.solve()
        seconds.append(time.perf_counter() - start)
    found = homotopy.equilibrium
    json.dump(
        {
            "seconds": seconds,
            "import_seconds": import_seconds,
            "strategies": [np.asarray(found.strategies)[2 * t : 2 * t + 2].tolist() for t in range(game["periods"])],
            "values": np.asarray(found.values)[0].tolist(),
            "version": sgamesolver.__version__ if hasattr(sgamesolver, "__version__") else "1.0.2",
            "numpy": np.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
