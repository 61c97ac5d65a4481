"""`standoff export`: write a crisis for another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.common import Horizon, Overrides, ScenarioName, load_scenario
from standoff.errors import InputError, Problem, suggest_nearest

if TYPE_CHECKING:
    from standoff.export.chain import Chain
    from standoff.scenario import Scenario

__all__ = ["FORMATS", "register"]


def _efg(scenario: Scenario, _chain_points: int) -> dict[str, str]:
    from standoff.export.gambit import to_efg
    from standoff.game.compile import compile_game

    return {"": to_efg(compile_game(scenario), title=scenario.title)}


def _prism(scenario: Scenario, chain_points: int) -> dict[str, str]:
    from standoff.export.prism import to_prism

    return to_prism(_solve_chain(scenario, chain_points))


def _drn(scenario: Scenario, chain_points: int) -> dict[str, str]:
    from standoff.export.prism import to_drn

    return {"": to_drn(_solve_chain(scenario, chain_points))}


def _solve_chain(scenario: Scenario, chain_points: int) -> Chain:
    """Return the Markov chain that the equilibrium induces."""
    from standoff.analysis.solution import solve
    from standoff.export.induced_chain import make_induced_chain
    from standoff.solve.equilibrium import Settings

    solution = solve(scenario, Settings(keep_values=True))
    return make_induced_chain(solution.equilibrium, belief_points=chain_points)


FORMATS: dict[str, tuple[Callable[[Scenario, int], dict[str, str]], tuple[str, ...], str]] = {
    "efg": (_efg, ("",), "the game tree for Gambit, in agent form (feasible for games of a few moves only)"),
    "prism": (
        _prism,
        (".tra", ".lab", ".sta"),
        "the Markov chain of the solved crisis for PRISM, as FILE.tra, FILE.lab and FILE.sta",
    ),
    "drn": (_drn, ("",), "the same Markov chain for Storm"),
}
"""For each format: the function that returns the text of each file by its suffix, the suffixes, and a description."""

_FORMAT_HELP = "; ".join(f"{name}: {description}" for name, (_, _, description) in FORMATS.items())


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("export", short_help="Write a crisis for Gambit, PRISM or Storm.")(export)


def export(
    scenario: ScenarioName,
    file_format: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"Format of the export. {_FORMAT_HELP}.")
    ],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="File to write.")],
    overrides: Overrides = None,
    horizon: Horizon = None,
    chain_points: Annotated[
        int,
        typer.Option(
            "--chain-points",
            metavar="N",
            min=2,
            max=129,
            help="Number of grid beliefs per axis of the Markov chain, in addition to the prior.",
        ),
    ] = 5,
) -> None:
    """Write a crisis for another program: Gambit, PRISM or Storm."""
    from standoff.storing import check_writable, write_whole

    if file_format not in FORMATS:
        raise InputError(
            Problem(
                code="unknown-format",
                message=f"`{file_format}` is not an export format",
                help=suggest_nearest(file_format, list(FORMATS)),
            )
        )
    loaded = load_scenario(scenario, overrides, horizon=horizon)
    make, suffixes, _ = FORMATS[file_format]
    for suffix in suffixes:
        check_writable(_append_suffix(output, suffix), "the export")  # before the work, not after it
    for suffix, text in make(loaded, chain_points).items():
        write_whole(_append_suffix(output, suffix), text.encode("utf-8"), "the export")
        typer.echo(f"wrote {_append_suffix(output, suffix)}")


def _append_suffix(output: Path, suffix: str) -> Path:
    """Append a suffix to the whole name, without replacing what follows a dot in it."""
    return Path(f"{output}{suffix}")
