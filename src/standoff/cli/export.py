"""`standoff export`: write a crisis for another program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from standoff.cli.run import Overrides, ScenarioName
from standoff.errors import InputError, Problem, nearest

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

    return to_prism(_chain(scenario, chain_points))


def _drn(scenario: Scenario, chain_points: int) -> dict[str, str]:
    from standoff.export.prism import to_drn

    return {"": to_drn(_chain(scenario, chain_points))}


def _chain(scenario: Scenario, chain_points: int) -> Chain:
    """The chain that the equilibrium makes of the crisis."""
    from standoff.analysis.solution import solve
    from standoff.export.induced_chain import make_induced_chain
    from standoff.solve.equilibrium import Settings

    solution = solve(scenario, Settings(keep_values=True))
    return make_induced_chain(solution.equilibrium, belief_points=chain_points)


FORMATS: dict[str, tuple[Callable[[Scenario, int], dict[str, str]], tuple[str, ...], str]] = {
    "efg": (_efg, ("",), "the game tree for Gambit, in agent form; only games of a few moves are small enough"),
    "prism": (
        _prism,
        (".tra", ".lab", ".sta"),
        "the Markov chain of the solved crisis for PRISM, as FILE.tra, FILE.lab and FILE.sta",
    ),
    "drn": (_drn, ("",), "the same chain for Storm"),
}
"""What makes the text of each file by its suffix, the suffixes, and what the format is."""

_FORMAT_HELP = "; ".join(f"{name}: {description}" for name, (_, _, description) in FORMATS.items())


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("export")(export)


def export(
    scenario: ScenarioName,
    file_format: Annotated[str, typer.Option("--format", metavar="NAME", help=_FORMAT_HELP)],
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The file to write.")],
    overrides: Overrides = None,
    horizon: Annotated[
        float | None,
        typer.Option("--horizon", metavar="N", help="End the game so many time units ahead, not as the file says."),
    ] = None,
    chain_points: Annotated[
        int,
        typer.Option(
            "--chain-points", min=2, max=129, help="Grid beliefs on each axis of the chain, beside the prior."
        ),
    ] = 5,
) -> None:
    """Write a crisis for another program."""
    from standoff.catalog.opening import load
    from standoff.storing import check_writable, write_whole

    if file_format not in FORMATS:
        raise InputError(
            Problem(
                code="unknown-format",
                message=f"there is no format `{file_format}`",
                help=nearest(file_format, list(FORMATS)),
            )
        )
    changes = list(overrides or [])
    if horizon is not None:
        changes.append(f"period.horizon={horizon:.15g}")
    loaded = load(scenario, overrides=changes)
    make, suffixes, _ = FORMATS[file_format]
    for suffix in suffixes:
        check_writable(_with_suffix(output, suffix), "the export")  # rather than after the work
    for suffix, text in make(loaded, chain_points).items():
        write_whole(_with_suffix(output, suffix), text.encode("utf-8"), "the export")
        typer.echo(f"wrote {_with_suffix(output, suffix)}")


def _with_suffix(output: Path, suffix: str) -> Path:
    """The path with the suffix after its whole name, not in place of what follows a dot in it."""
    return Path(f"{output}{suffix}")
