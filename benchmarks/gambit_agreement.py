"""How far standoff's strategies are from Gambit's, by rationality and belief points: the table of verification.md.

Run with the extra `verify` installed: `python benchmarks/gambit_agreement.py`. It takes about ten minutes.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from small_trees import gambit_strategies, odds_of_ends, own_strategies, small_games, with_second_movers
from standoff.errors import SolveError
from standoff.export.tree import unroll
from standoff.solve.equilibrium import Settings, solve

POINTS = (9, 17, 33, 65)
FAMILIES = [
    {"types": (2, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (2, 1), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (1, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (2, 2), "num_periods": 3, "num_states": (1, 2)},
    {"types": (2, 2), "num_periods": 1, "num_states": (2, 2, 2), "change": with_second_movers},
]
EACH = 6


def main() -> None:
    """Print one row for each rationality: the largest and the median gap of any strategy, and the largest of any odds."""
    write = sys.stdout.write
    write("| rationality | " + " | ".join(f"{n} points" for n in POINTS) + " |\n")
    write("|---|" + "---|" * len(POINTS) + "\n")
    for rationality in (1.0, 2.0, 3.0):
        gaps = {n: [] for n in POINTS}
        odds = {n: [] for n in POINTS}
        refused = dict.fromkeys(POINTS, 0)
        for family in FAMILIES:
            for game in small_games(count=EACH, rationality=rationality, **family):
                tree = unroll(game)
                theirs = gambit_strategies(game, tree)
                exact = odds_of_ends(game, tree, theirs)
                for n in POINTS:
                    try:
                        found = solve(game, Settings(belief_points=n, keep_values=True))
                    except SolveError:
                        refused[n] += 1
                        continue
                    ours = own_strategies(found, tree)
                    gaps[n].append(max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True)))
                    odds[n].append(np.abs(found.sweep.absorbed[-1] - exact).max())
        cells = [
            f"{max(gaps[n]):.0e}, {np.median(gaps[n]):.0e}, {max(odds[n]):.0e}"
            + (f" ({refused[n]} refused)" if refused[n] else "")
            for n in POINTS
        ]
        write(f"| {rationality:g} | " + " | ".join(cells) + " |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
