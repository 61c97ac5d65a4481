"""From the results of `run.py` to docs/explanation/peers.md and docs/images/peers.svg."""

# ruff: noqa: E501 - a sentence of the page is a line here

from __future__ import annotations

import statistics
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

LADDER = "365"
MESA = "8"
GAMBIT_RATIO = 10_000

# distinguishable to people who do not see some colours (Okabe & Ito), with a marker and a dash each
LOOKS = {
    "standoff": ("#0072B2", "o", "-"),
    "NumPy on public histories": ("#E69F00", "s", "--"),
    "pygambit on the tree": ("#D55E00", "^", ":"),
    "sgamesolver": ("#009E73", "D", "-."),
}


def write_page(results: dict, docs: Path) -> None:
    """Write the picture and the page."""
    draw(results, docs / "images" / "peers.svg")
    text = "\n".join(
        [*_head(results), *_crisis(results), *_talks(results), *_ladder(results), *_mesa(results), *_first(results)]
    )
    (docs / "explanation" / "peers.md").write_text(text + "\n", encoding="utf-8")


def median(run: dict) -> float:
    """Median time."""
    return statistics.median(run["seconds"])


def times(runs: dict) -> dict[int, float]:
    """Median time by number of periods."""
    return {int(t): median(run) for t, run in runs.items() if t != "failed"}


def shown(seconds: float | None) -> str:
    """A time in a unit that suits it, to two or three digits."""
    if seconds is None:
        return ""
    unit, size = ("s", 1.0) if seconds >= 1.0 else ("ms", 1e-3) if seconds >= 1e-3 else ("µs", 1e-6)
    return f"{seconds / size:.3g} {unit}"


def factor(ratio: float) -> str:
    """A ratio in words."""
    if ratio >= 1:
        return f"{float(f'{ratio:.2g}'):,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"
    return f"1/{1 / ratio:.1f} of"


def verdict(measured: float, target: float, text: str) -> str:
    """Say whether a target was met."""
    return f"{text}: met" if measured <= target else f"{text}: **missed** by a factor of {measured / target:.1f}"


def draw(results: dict, path: Path) -> None:
    """Draw time by number of periods, on logarithmic axes."""
    with mpl.rc_context(
        {"svg.hashsalt": "standoff", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), sharey=True, layout="constrained")
        _lines(left, {
            "standoff": times(results["crisis"]),
            "NumPy on public histories": times(results["tree"]),
            "pygambit on the tree": times(results["gambit"]),
        })  # fmt: skip
        left.set_title("Crisis with private types", loc="left")
        _lines(right, {"standoff": times(results["talks"]), "sgamesolver": times(results["sgamesolver"])})
        right.set_title("Talks with everything known", loc="left")
        left.set_ylabel("seconds (median)")
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_xlabel("periods")
            ticks = [1, 2, 4, 8, 26, 104, 365]
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.minorticks_off()
            axes.grid(visible=True, color="#dddddd", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.legend(frameon=False, loc="upper right" if axes is left else "upper left")
        left.set_xlim(0.85, 500)
        right.set_xlim(1.6, 140)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        plt.close(figure)


def _lines(axes, series: dict[str, dict[int, float]]) -> None:
    for name, points in series.items():
        if points:
            color, marker, dash = LOOKS[name]
            axes.plot(list(points), list(points.values()), color=color, marker=marker, linestyle=dash, label=name)


def _failed(results: dict, peer: str) -> list[str]:
    reason = results[peer].get("failed")
    return [f"**{peer} did not run to the end:** {reason}", ""] if reason else []


def _head(results: dict) -> list[str]:
    machine = results["machine"]
    left_out = " The longest run, pygambit on four periods, was left out (`--quick`)." if results["quick"] else ""
    return [
        "# Speed compared with other programs",
        "",
        "This page reports how long standoff and other programs take for the same games on the same machine.",
        f"Measured on {results['date']} by `make bench-peers`, on {machine['cores']} cores of {machine['model']}, "
        f"Python {machine['python']}; the load was {machine['load']:.1f} when it began.{left_out}",
        "Times are medians of repeated runs in one process after a first run, unless a line says otherwise; start-up and compilation are reported separately below.",
        "The benchmark writes this page and its picture, so every number comes from the same run.",
        "",
        "![Time by number of periods, on logarithmic axes](../images/peers.svg)",
        "",
        "Each of these programs is fast at what it is made for.",
        "Gambit solves any game tree and visits all of it; sgamesolver solves stationary games; Storm checks chains; Mesa simulates.",
        "Standoff solves one kind of game, and most of its advantage comes from the structure of that kind.",
        "",
    ]


def _crisis(results: dict) -> list[str]:
    ours, tree, gambit = times(results["crisis"]), times(results["tree"]), times(results["gambit"])
    lines = [
        "## (a) A crisis with private types, by horizon",
        "",
        "There are two sides with two private types each. In every period one side holds, raises or strikes, and then the other holds, raises or yields. Tension runs from 0 to 3; raising is costly, and the higher the tension, the more likely is an accident that ends the crisis.",
        "Both sides have rationality 3.",
        "The crisis continues after four of the nine pairs of moves, so the number of public histories in the tree grows fourfold with every period.",
        "",
        "- **pygambit** 17.0.0b2 solves the unrolled tree for its agent logit equilibrium (`qre.logit_solve_lambda`); reading the file is not counted. It does not use the structure, and the cost of its linear algebra grows with the cube of the tree.",
        "- **NumPy on public histories** (`benchmarks/peers/public_tree.py`) is the fair baseline: plain NumPy without compiled kernels, but with the structure. Each public history occurs once with its beliefs, whole levels are arrays, and forward sweeps for beliefs and backward sweeps for values are repeated until nothing changes by more than 1e-11.",
        "- **standoff** stores values at belief points, so that histories with the same state and belief are merged. Its time includes the coarser solution that estimates the error, the certificate and the forward pass.",
        "",
        "| periods | nodes of the tree | pygambit | NumPy on public histories | standoff | pygambit / NumPy | NumPy / standoff |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for t in sorted(set(ours) | set(tree)):
        nodes = results["nodes"].get(str(t))
        ratio_gambit = f"{gambit[t] / tree[t]:.3g}" if t in gambit and t in tree else ""
        ratio_tree = f"{tree[t] / ours[t]:.2g}" if t in tree and t in ours else ""
        lines.append(
            f"| {t} | {f'{nodes:,.0f}' if nodes else ''} | {shown(gambit.get(t))} | {shown(tree.get(t))} | {shown(ours.get(t))} "
            f"| {ratio_gambit} | {ratio_tree} |"
        )
    lines += ["", *_failed(results, "gambit"), "Targets:", ""]
    lines.append(f"- {verdict(ours[3], 3e-3, f'three periods in 3 ms, measured {shown(ours[3])}')}.")
    if 4 in gambit:
        ratio = gambit[4] / ours[4]
        lines.append(
            f"- {verdict(GAMBIT_RATIO, ratio, f'four periods ten thousand times faster than pygambit, measured {factor(ratio)}')}."
        )
    lines += [f"- {verdict(ours[365], 5.0, f'365 periods in 5 s, measured {shown(ours[365])}')}.", ""]
    lines += _where_it_comes_from(ours, tree, gambit)
    return [*lines, *_agreement(results)]


def _where_it_comes_from(ours: dict[int, float], tree: dict[int, float], gambit: dict[int, float]) -> list[str]:
    common = sorted(set(ours) & set(tree) & set(gambit))
    if not common:
        return []
    last, longest = common[-1], max(set(ours) & set(tree))
    slower = [t for t in sorted(set(ours) & set(tree)) if tree[t] < ours[t]]
    lines = [
        "**Where the difference comes from.** "
        f"At {last} periods NumPy on public histories takes {factor(tree[last] / gambit[last])} the time of pygambit, "
        f"and standoff {factor(ours[last] / tree[last])} the time of NumPy: "
        "on short horizons nearly all of the gain comes from the structure, and little or none from compiled kernels."
    ]
    if slower:
        lines.append(
            f"Up to {slower[-1]} periods the NumPy baseline is faster, because standoff solves a grid of beliefs twice and proves its solution, whereas the tree has only a few histories."
        )
    lines += [
        f"The time of standoff grows linearly with the horizon, not exponentially: at {longest} periods it takes "
        f"{factor(ours[longest] / tree[longest])} the time of the NumPy tree, and for a few dozen periods no tree fits in memory.",
        "",
    ]
    return lines


def _agreement(results: dict) -> list[str]:
    lines = [
        "**Agreement.** Largest difference of any probability in any strategy, over all information sets:",
        "",
        "| periods | pygambit and NumPy | standoff and NumPy, 9 belief points | 17 points | 33 points |",
        "|---:|---:|---:|---:|---:|",
    ]
    for row in results["agreement"]["crisis"]:
        gambit = f"{row['gambit_to_tree']:.0e}" if "gambit_to_tree" in row else ""
        ours = " | ".join(f"{row[f'ours_{n}_to_tree']:.0e}" for n in (9, 17, 33))
        lines.append(f"| {row['periods']} | {gambit} | {ours} |")
    gaps = {
        t: max(abs(a - b) for a, b in zip(results["crisis"][t]["probabilities"], run["probabilities"], strict=True))
        for t, run in results["tree"].items()
        if t in results["crisis"]
    }
    points = results["crisis"]["8"]["points"][0]
    lines += [
        "",
        f"The probabilities of a strike, a concession and an accident differ between NumPy and standoff with {points} belief points by at most "
        f"{max(gaps.values()):.0e} over 1 to {max(map(int, gaps))} periods.",
        "",
    ]
    return lines


def _talks(results: dict) -> list[str]:
    ours, theirs = times(results["talks"]), times(results["sgamesolver"])
    gaps = {row["periods"]: row["sgamesolver_to_ours"] for row in results["agreement"]["talks"]}
    lines = [
        "## (b) Talks with complete information and simultaneous moves",
        "",
        "The two states are talks and mobilised; one side holds or escalates while the other holds or concedes; the outcomes are a deal and a war; the discount is 0.9 and the rationality 1, over T periods.",
        "**sgamesolver** solves stationary games, so each state occurs once for each period; it traces its branch from lambda 0 to 1 with its Cython implementation; setting up the game is not counted.",
        "",
        "| periods | states of sgamesolver | sgamesolver | standoff | ratio | largest difference of any strategy |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for t in sorted(ours):
        ratio = f"{float(f'{theirs[t] / ours[t]:.2g}'):,.0f}" if t in theirs else ""
        gap = f"{gaps[t]:.0e}" if t in gaps else ""
        states = 2 * t + 3 if t in theirs else ""
        lines.append(f"| {t} | {states} | {shown(theirs.get(t))} | {shown(ours[t])} | {ratio} | {gap} |")
    lines += ["", *_failed(results, "sgamesolver")]
    lines += [f"Target: {verdict(ours[26], 1e-3, f'26 periods in 1 ms, measured {shown(ours[26])}')}.", ""]
    lines += [
        "This difference also comes from structure: one dense system for all periods against a small system for each state and period.",
        "sgamesolver stops when its equations hold to 1e-7, which explains the differences between the strategies.",
        "",
    ]
    return lines


def _ladder(results: dict) -> list[str]:
    ours, alone = median(results["ladder"]), median(results["ladder_one_thread"])
    lines = [
        "## (c) 20,000 states over 365 periods",
        "",
        "The game has 20,000 public states, 3 moves in each and 4 branches per move, with complete information; the sides move in turn.",
        "**standoff** finds both sides' logit strategies in every state and period by backward induction, then the probabilities of both outcomes by every date.",
        "**Storm** (stormpy 2.0.0) is given the strategies: it computes the probability of one outcome by step 365 on the chain that the stationary strategies induce.",
        "The two tasks differ, and standoff does more; Storm shows what a mature engine needs for one sweep over such a chain.",
        "",
        "| | median |",
        "|---|---:|",
        f"| standoff, all threads | {shown(ours)} |",
        f"| standoff, one thread | {shown(alone)} |",
    ]
    if LADDER in results["storm"]:
        storm = results["storm"][LADDER]
        theirs = median(storm)
        lines += [
            f"| Storm, one outcome | {shown(theirs)} |",
            f"| Storm, building the chain from arrays, once | {shown(storm['build_seconds'])} |",
            "",
            f"Target: {verdict(ours, 3 * theirs, f'within three times Storm, measured {ours / theirs:.1f} times')}.",
            "",
            f"For the stationary game, whose chain is exactly the one that standoff sweeps, the probabilities of both outcomes differ by at most {storm['gap']:.0e}.",
        ]
    lines += ["", *_failed(results, "storm")]
    return lines


def _mesa(results: dict) -> list[str]:
    lines = ["## (d) The same probabilities by simulation", ""]
    if MESA in results["mesa"]:
        mesa, exact = results["mesa"][MESA], results["crisis"][MESA]["probabilities"]
        gap = max(abs(a - b) for a, b in zip(mesa["probabilities"].values(), exact, strict=True))
        ours = median(results["crisis"][MESA])
        reached = mesa["standard_error"] <= 1e-3
        how = (
            "measured"
            if reached
            else f"extrapolated from {mesa['runs']:,} runs in {shown(mesa['seconds'])} by the square-root law"
        )
        lines += [
            f"The crisis of (a) over {MESA} periods is played in **Mesa** {mesa['version']} by two agents that look up their strategies by public history.",
            f"A standard error of 1e-3 in the probability of every outcome takes {shown(mesa['seconds_to_goal'])} ({how}), given the strategies; "
            f"standoff takes {shown(ours)} to find the strategies and the probabilities without sampling noise, {factor(mesa['seconds_to_goal'] / ours)} less.",
            f"The largest difference of any probability was {gap:.1e} with a standard error of {mesa['standard_error']:.1e}.",
            "Simulation is useful where a model is too rich to be solved; this one is not.",
            "",
        ]
    return [*lines, *_failed(results, "mesa")]


def _first(results: dict) -> list[str]:
    lines = [
        "## Start-up and compilation",
        "",
        "The medians above exclude start-up. Each row is a new process, from the import to the answer.",
        "",
        "| | import | first solve, kernels cached | first solve, kernels compiled |",
        "|---|---:|---:|---:|",
    ]
    names = {
        "crisis": "standoff, crisis over 3 periods",
        "talks": "standoff, talks over 26",
        "ladder": "standoff, ladder over 2",
    }
    for family, runs in results["first"].items():
        lines.append(
            f"| {names[family]} | {shown(runs['cached']['import_seconds'])} | {shown(runs['cached']['solve_seconds'])} "
            f"| {shown(runs['empty']['solve_seconds'])} |"
        )
    for peer, label in (("gambit", "pygambit"), ("sgamesolver", "sgamesolver"), ("storm", "stormpy"), ("mesa", "Mesa")):
        found = [run["import_seconds"] for key, run in results[peer].items() if key != "failed"]
        if found:
            lines.append(f"| {label} | {shown(statistics.median(found))} | | |")
    return [
        *lines,
        "",
        "Kernels are compiled once per installation, and again only when standoff, Numba or the processor changes.",
        "",
        "## Run it yourself",
        "",
        "`make bench-peers` creates the environments that it needs under `build/peers`, runs everything and rewrites this page; "
        "`make bench-peers ARGS=--quick` leaves out the longest run.",
        "The scripts are in `benchmarks/peers`, one per program.",
    ]
