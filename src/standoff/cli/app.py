"""The `standoff` command and its subcommands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from standoff.cli import (
    bargain,
    brief,
    code,
    compare,
    doctor,
    drivers,
    ensemble,
    equilibria,
    events,
    export,
    feed,
    indicators,
    inspect,
    paths,
    regime_map,
    review,
    run,
    submodel,
    tripwires,
    update,
    whatif,
    window,
)
from standoff.errors import StandoffError
from standoff.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    name="standoff",
    help="Judge crises in which two adversaries negotiate and raise military pressure at the same time.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"standoff {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Judge crises in which two adversaries negotiate and raise military pressure at the same time."""


run.register(app)
equilibria.register(app)
brief.register(app)
whatif.register(app)
compare.register(app)
drivers.register(app)
tripwires.register(app)
indicators.register(app)
paths.register(app)
bargain.register(app)
window.register(app)
ensemble.register(app)
regime_map.register(app)
code.register(app)
review.register(app)
update.register(app)
feed.register(app)
inspect.register(app)
submodel.register(app)
export.register(app)
doctor.register(app)
events.register(app)


def main() -> None:
    """Entry point: runs the command and turns errors into one clear message and the right exit code."""
    try:
        app()
    except StandoffError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(130)
    except BrokenPipeError:
        # the reader of a pipe has gone, for example `| head`
        sys.stderr.close()
        sys.exit(0)
