"""Gambit: agent logit equilibrium of the crisis unrolled into its tree. Runs in an environment with pygambit.

Takes an `.efg` file with payoffs scaled so that lambda is 1; prints times and strategies, by player and information set.
"""

import argparse
import json
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
        profile = pygambit.qre.logit_solve_lambda(game, [1.0])[0].profile
        seconds.append(time.perf_counter() - start)
    strategies = [
        [[float(profile[action]) for action in infoset.actions] for infoset in player.infosets] for player in game.players
    ]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "import_seconds": import_seconds,
                "nodes": len(game.nodes),
                "information_sets": sum(map(len, strategies)),
                "strategies": strategies,
                "version": pygambit.__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
