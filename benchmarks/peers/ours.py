"""Standoff's side of every comparison. Prints JSON.

ours.py prepare FOLDER       writes the games for the other programs
ours.py time FAMILY PERIODS  repeated solves with cached kernels
ours.py first FAMILY         one solve in this new process, from the import on
ours.py agree FOLDER         how far the answers of all programs are from each other
"""

from __future__ import annotations

import time

START = time.perf_counter()  # before anything of standoff is imported

import argparse  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

import families  # noqa: E402

from standoff.solve.equilibrium import Settings, solve  # noqa: E402

SHORTEST = {"crisis": 3, "talks": 26, "ladder": 2}
TREE_PERIODS = (1, 2, 3, 4)
TALKS_PERIODS = (2, 6, 13, 26)
LADDER_PERIODS = 365
POINTS = (9, 17, 33)


def prepare(folder: Path) -> dict[str, object]:
    """Write the trees, the Markov game and the induced chain of the ladder."""
    from standoff.export.gambit import to_efg
    from standoff.export.tree import count_nodes

    nodes = {}
    for periods in TREE_PERIODS:
        game = families.crisis(periods)
        nodes[periods] = count_nodes(game)
        (folder / f"crisis-{periods}.efg").write_text(to_efg(game, max_nodes=10**6), encoding="utf-8")
    for periods in TALKS_PERIODS:
        talks = {
            "periods": periods,
            "payoffs": families.TALKS_PAYOFFS.tolist(),
            "transitions": families.TALKS_TRANSITIONS.tolist(),
            "ends": families.TALKS_ENDS,
            "discount": families.DISCOUNT,
        }
        (folder / f"talks-{periods}.json").write_text(json.dumps(talks), encoding="utf-8")
    write_chain(folder / "ladder.npz")
    return {"nodes": nodes}


def write_chain(path: Path) -> None:
    """The chain that the stationary strategies of the ladder induce, with our probabilities of both ends by the horizon."""
    equilibrium = solve(families.ladder(LADDER_PERIODS, continues=True))
    layer = equilibrium.game.epochs[0].layers[0]
    num_states = layer.num_states
    strategies = equilibrium.strategies[0][0][:, 0, 0]
    widths = np.diff(layer.branch_start)
    source = np.repeat(np.repeat(np.arange(num_states), np.diff(layer.action_start)), widths)
    column = np.where(layer.branch_target < 0, num_states - layer.branch_target - 1, layer.branch_target)
    place, into = np.unique(source.astype(np.int64) * (num_states + 2) + column, return_inverse=True)
    np.savez(
        path,
        num_states=num_states,
        start=equilibrium.game.start,
        source=place // (num_states + 2),
        column=place % (num_states + 2),
        probability=np.bincount(into, weights=np.repeat(strategies, widths) * layer.branch_probability),
        probabilities=equilibrium.sweep.absorbed[-1, :, 0],
        ends=np.array(equilibrium.game.outcomes),
    )


def measure(family: str, periods: int, *, points: int | None, threads: int | None, repeat: int) -> dict[str, object]:
    """Times of repeated solves."""
    game = getattr(families, family)(periods)
    settings = Settings(belief_points=points, threads=threads)
    found = solve(game, settings)  # load the kernels
    seconds = []
    for _ in range(repeat):
        del found
        start = time.perf_counter()
        found = solve(game, settings)
        seconds.append(time.perf_counter() - start)
    certificate = found.certificate
    return {
        "seconds": seconds,
        "probabilities": found.sweep.absorbed[-1, :, 0].tolist(),
        "values": found.start_values.tolist(),
        "points": certificate.belief_points,
        "belief_error": certificate.belief_error,
        "residual": certificate.residual,
    }


def first(family: str) -> dict[str, object]:
    """Time of the first solve in this process, and of the import before it."""
    imported = time.perf_counter()
    solve(getattr(families, family)(SHORTEST[family]))
    return {"import_seconds": imported - START, "solve_seconds": time.perf_counter() - imported}


def agree(folder: Path) -> dict[str, object]:
    """Largest differences between strategies: of the tree solved in NumPy and by Gambit, and of standoff's."""
    from small_trees import own_strategies
    from standoff.export.tree import unroll

    gaps = []
    for periods in TREE_PERIODS:
        game = families.crisis(periods)
        tree = unroll(game)
        numpy_tree = from_public_tree(np.load(folder / f"tree-{periods}.npz"), tree)
        row: dict[str, object] = {"periods": periods}
        path = folder / f"gambit-{periods}.json"
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))["strategies"]
            theirs = [np.array(rows[own.agent][own.number - 1]) for own in tree.information_sets]
            row["gambit_to_tree"] = largest_gap(theirs, numpy_tree)
        for points in POINTS:
            ours = own_strategies(solve(game, Settings(belief_points=points, keep_values=True)), tree)
            row[f"ours_{points}_to_tree"] = largest_gap(ours, numpy_tree)
        gaps.append(row)
    return {"crisis": gaps, "talks": talks_gaps(folder)}


def from_public_tree(levels, tree):
    """Strategies on public histories, put in the order of the information sets of a tree."""
    found = []
    for own in tree.information_sets:
        moves = [number % 3 for kind, number in own.history if kind == "action"]
        # in every period: side a's move, side b's move, and chance (always action 0 of its state, whatever its number)
        history = 0
        for t in range(own.period):
            history = 4 * history + 2 * moves[3 * t] + moves[3 * t + 1]
        if own.player == 0:
            found.append(levels[f"a_{own.period}"][own.player_type, history])
        else:
            found.append(levels[f"b_{own.period}"][own.player_type, 2 * history + moves[3 * own.period]])
    return found


def talks_gaps(folder: Path) -> list[dict[str, object]]:
    """Largest difference of strategies in talks and mobilised, over all periods, from sgamesolver's."""
    gaps = []
    for periods in TALKS_PERIODS:
        path = folder / f"markov-{periods}.json"
        if not path.exists():
            continue
        theirs = np.array(json.loads(path.read_text(encoding="utf-8"))["strategies"])  # period, state, player, action
        found = solve(families.talks(periods))
        first_mover = np.array([layers[0][:, 0, 0].reshape(2, 2, 2)[:, :, 0] for layers in found.strategies])
        second_mover = np.array([layers[0][:, 0, 0].reshape(2, 2, 2)[:, 0, :] for layers in found.second_strategies])
        ours = np.stack([first_mover, second_mover], axis=2)
        gaps.append({"periods": periods, "sgamesolver_to_ours": float(np.abs(ours - theirs).max())})
    return gaps


def largest_gap(some, others) -> float:
    """Largest difference of any probability."""
    return float(max(np.abs(a - b).max() for a, b in zip(some, others, strict=True)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["prepare", "time", "first", "agree"])
    parser.add_argument("about", help="a folder, or a family of games")
    parser.add_argument("periods", type=int, nargs="?")
    parser.add_argument("--points", type=int)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    if given.what == "time":
        answer = measure(given.about, given.periods, points=given.points, threads=given.threads, repeat=given.repeat)
    elif given.what == "first":
        answer = first(given.about)
    else:
        answer = {"prepare": prepare, "agree": agree}[given.what](Path(given.about))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
