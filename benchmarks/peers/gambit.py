"""Gambit: agent logit equilibrium of the crisis unrolled into its tree. Runs in an environment with pygambit.

Takes an `.efg` file with payoffs scaled so that lambda is 1; prints times and strategies, by player and information set.
"""

import argparse
import json
import sys
import time

start = time.perf_counter()
import pygambit  # noqa: E402

import_seconds = time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--repeat", type=int, default=1)
    arguments = parser.parse_args()
    game = pygambit.read_efg(arguments.file)
    seconds = []
    for _ in range(arguments.repeat):
        start = time.perf_counter()
        (found,) = pygambit.qre.logit_solve_lambda(game, [1.0], use_strategic=False)
        seconds.append(time.perf_counter() - start)
    strategies = [
        [[float(probability) for _, probability in row] for _, row in found.profile[player]] for player in game.players
    ]
    json.dump(
        {
            "seconds": seconds,
            "import_seconds": import_seconds,
            "information_sets": sum(map(len, strategies)),
            "strategies": strategies,
            "version": pygambit.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
