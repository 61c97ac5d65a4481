"""Mesa: the crisis played by two agents again and again. Runs in an environment with Mesa.

The agents play the equilibrium strategies, which `public_tree.py` wrote for every public history; a run draws their private
types and then every move and accident. Plays until every end's frequency has a standard error of 1e-3 or less, or until the
time is up; then the time to get there is told by the law that the error falls with the square root of the number of runs.
"""

import argparse
import json
import sys
import time

start = time.perf_counter()
import mesa  # noqa: E402
import numpy as np  # noqa: E402

import_seconds = time.perf_counter() - start

HOLD, RAISE, END = range(3)
ENDS = ("strike", "concession", "accident")
GOAL = 1e-3


class Side(mesa.Agent):
    """One side with a private type and its strategies by period, type and public history."""

    def __init__(self, model, prior, strategies):
        super().__init__(model)
        self.type = int(model.random.random() < prior)
        self.cumulative = strategies

    def move(self, period, history):
        """Draw a move."""
        ease, both = self.cumulative[period][self.type][history]
        draw = self.model.random.random()
        return HOLD if draw < ease else RAISE if draw < both else END


class Crisis(mesa.Model):
    """One play of the crisis; a step is a period."""

    def __init__(self, tables, seed):
        super().__init__(seed=seed)
        self.tables = tables
        self.a = Side(self, tables["prior"][0], tables["a"])
        self.b = Side(self, tables["prior"][1], tables["b"])
        self.history = 0
        self.period = 0
        self.end = None

    def step(self):
        """Side a moves, then side b, then chance."""
        i = self.a.move(self.period, self.history)
        if i == END:
            self.end = 0
            return
        j = self.b.move(self.period, 2 * self.history + i)
        if j == END:
            self.end = 1
            return
        after = self.tables["after"][self.period][self.history][i][j]
        if self.random.random() < self.tables["accident"][after]:
            self.end = 2
            return
        self.history = 4 * self.history + 2 * i + j
        self.period += 1


def play(tables, seed):
    """One run; how it ended, or None at the horizon."""
    crisis = Crisis(tables, seed)
    while crisis.end is None and crisis.period < tables["periods"]:
        crisis.step()
    return crisis.end


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("periods", type=int)
    parser.add_argument("--seconds", type=float, default=120.0)
    arguments = parser.parse_args()
    levels = np.load(arguments.file)
    periods = range(arguments.periods)
    tables = {
        "periods": arguments.periods,
        "prior": levels["prior"].tolist(),
        "accident": levels["accident"].tolist(),
        "after": [levels[f"after_{t}"].tolist() for t in periods],
        "a": [levels[f"a_{t}"].cumsum(axis=2)[:, :, :2].tolist() for t in periods],
        "b": [levels[f"b_{t}"].cumsum(axis=2)[:, :, :2].tolist() for t in periods],
    }
    counts = np.zeros(3, dtype=int)
    runs = 0
    error = 1.0
    start = time.perf_counter()
    while error > GOAL and time.perf_counter() - start < arguments.seconds:
        for _ in range(1000):
            end = play(tables, runs)
            runs += 1
            if end is not None:
                counts[end] += 1
        shares = counts / runs
        error = float(np.sqrt(shares * (1 - shares) / runs).max())
    seconds = time.perf_counter() - start
    json.dump(
        {
            "seconds": seconds,
            "import_seconds": import_seconds,
            "runs": runs,
            "standard_error": error,
            "seconds_to_goal": seconds * max(1.0, (error / GOAL) ** 2),
            "probabilities": dict(zip(ENDS, shares.tolist(), strict=True)),
            "version": mesa.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
