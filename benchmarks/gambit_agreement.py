"""How far standoff's strategies and probabilities are from Gambit's, by rationality and belief points: the tables of
verification.md.

Run with the extra `verify` installed: `python benchmarks/gambit_agreement.py`. It takes a good part of an hour of one core.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from small_trees import gambit_strategies, own_strategies, probabilities_of_outcomes, small_games, with_second_movers
from standoff.errors import SolveError
from standoff.export.tree import unroll
from standoff.game.model import Game
from standoff.solve.equilibrium import Settings, solve

POINTS = (9, 17, 33)
RATIONALITY = (1.0, 2.0, 3.0, 5.0)
ROUNDING = 1e-9
"""Gaps below this say nothing about the certificate: Gambit is not solved more closely."""
FAMILIES = [
    (40, {"types": (2, 2), "num_periods": 2, "num_states": (2, 2, 2)}),
    (40, {"types": (2, 1), "num_periods": 2, "num_states": (2, 2, 2)}),
    (40, {"types": (1, 2), "num_periods": 2, "num_states": (2, 2, 2)}),
    (40, {"types": (2, 2), "num_periods": 3, "num_states": (1, 2)}),
    (10, {"types": (2, 2), "num_periods": 1, "num_states": (2, 2, 2), "change": with_second_movers}),
]
"""Number of games and what they are."""


class Tally:
    """Gaps and certificates of the solutions with one rationality and number of points."""

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float, float]] = []
        self.refused = 0

    def add(self, strategies: float, probabilities: float, said: float) -> None:
        """Count a solution."""
        self.gaps.append((strategies, probabilities, said))

    def row(self) -> str:
        """Largest and median gap of strategies, the same of probabilities, how often the certificate says less, by how much."""
        strategies, probabilities, said = np.array(self.gaps).T
        beyond = probabilities > said + ROUNDING
        worst = float((probabilities[beyond] / said[beyond]).max()) if beyond.any() else 0.0
        found = f"{strategies.max():.0e}, {np.median(strategies):.0e} | "
        found += f"{probabilities.max():.0e}, {np.median(probabilities):.0e} "
        return (
            found
            + f"| {beyond.sum()} of {len(probabilities)}"
            + (f", by up to {worst:.1f} times" if beyond.any() else "")
        )


def main() -> None:
    """Print a row for each rationality and number of belief points."""
    write = sys.stdout.write
    write(
        "| rationality | points | strategies | probabilities | farther off than the certificate says |\n|---|---|---|---|---|\n"
    )
    for rationality in RATIONALITY:
        tallies = {points: Tally() for points in POINTS}
        for count, family in FAMILIES:
            for game in small_games(count=count, rationality=rationality, **family):
                compare(game, tallies)
        for points, tally in tallies.items():
            refused = f" ({tally.refused} refused)" if tally.refused else ""
            write(f"| {rationality:g} | {points} | {tally.row()}{refused} |\n")
        sys.stdout.flush()


def compare(game: Game, tallies: dict[int, Tally]) -> None:
    """Solve a game with every number of points, and by Gambit."""
    tree = unroll(game)
    theirs = gambit_strategies(game, tree)
    exact = probabilities_of_outcomes(game, tree, theirs)
    for points, tally in tallies.items():
        try:
            equilibrium = solve(game, Settings(belief_points=points, keep_values=True))
        except SolveError:
            tally.refused += 1
            continue
        ours = own_strategies(equilibrium, tree)
        gap = max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
        probabilities = np.abs(equilibrium.sweep.absorbed[-1] - exact).max()
        tally.add(float(gap), float(probabilities), equilibrium.certificate.belief_error)


if __name__ == "__main__":
    main()
