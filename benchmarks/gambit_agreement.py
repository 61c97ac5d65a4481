"""How far standoff's strategies are from Gambit's, by rationality and belief points: the table of verification.md.

Run with the extra `verify` installed: `python benchmarks/gambit_agreement.py`. It takes about a quarter of an hour.
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
RUNS = {1.0: POINTS, 2.0: POINTS, 3.0: POINTS, 5.0: (17, 33)}
"""Belief points that each rationality is solved with; the finest take long where nodes are traced."""
ROUNDING = 1e-9
"""Gaps below this say nothing about the certificate: Gambit is not solved more closely."""
FAMILIES = [
    {"types": (2, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (2, 1), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (1, 2), "num_periods": 2, "num_states": (2, 2, 2)},
    {"types": (2, 2), "num_periods": 3, "num_states": (1, 2)},
    {"types": (2, 2), "num_periods": 1, "num_states": (2, 2, 2), "change": with_second_movers},
]
EACH = 6


def main() -> None:
    """Print a row for each rationality, then every solution whose odds are farther off than its certificate says.

    A cell holds the largest gap of any strategy, the median of that over the games, and the largest gap of any odds.
    """
    write = sys.stdout.write
    write("| rationality | " + " | ".join(f"{n} points" for n in POINTS) + " |\n")
    write("|---|" + "---|" * len(POINTS) + "\n")
    beyond = []
    for rationality, runs in RUNS.items():
        cells = dict.fromkeys(POINTS, "not run")
        found = {n: [] for n in runs}
        refused = dict.fromkeys(runs, 0)
        for family, settings in enumerate(FAMILIES):
            for k, game in enumerate(small_games(count=EACH, rationality=rationality, **settings)):
                tree = unroll(game)
                theirs = gambit_strategies(game, tree)
                exact = odds_of_ends(game, tree, theirs)
                for n in runs:
                    try:
                        equilibrium = solve(game, Settings(belief_points=n, keep_values=True))
                    except SolveError:
                        refused[n] += 1
                        continue
                    ours = own_strategies(equilibrium, tree)
                    gap = max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
                    odds = np.abs(equilibrium.sweep.absorbed[-1] - exact)
                    found[n].append((gap, odds.max()))
                    said = equilibrium.certificate.belief_error
                    for kind, off in (("public", odds[:, 0].max()), ("by type", odds[:, 1:].max())):
                        if off > said + ROUNDING:
                            beyond.append(
                                f"rationality {rationality:g}, family {family}, game {k}, {n} points: "
                                f"{kind} odds off by {off:.1e}, certificate {said:.1e}\n"
                            )
        for n in runs:
            gaps, odds_gaps = np.array(found[n]).T
            cells[n] = f"{gaps.max():.0e}, {np.median(gaps):.0e}, {odds_gaps.max():.0e}"
            cells[n] += f" ({refused[n]} refused)" if refused[n] else ""
        write(f"| {rationality:g} | " + " | ".join(cells.values()) + " |\n")
        sys.stdout.flush()
    write("\nFarther off than the certificate says:\n" + "".join(beyond))


if __name__ == "__main__":
    main()
