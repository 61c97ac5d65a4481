"""The `standoff` command and its subcommands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from standoff.cli import (
    bargain_command,
    brief_command,
    code_command,
    compare_command,
    doctor_command,
    drivers_command,
    ensemble_command,
    events_commands,
    export_command,
    feed_command,
    inspect_commands,
    map_command,
    review_command,
    run_command,
    solve_command,
    stories_command,
    submodel_commands,
    tripwires_command,
    update_command,
    watch_command,
    whatif_command,
    window_command,
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


run_command.register(app)
solve_command.register(app)
brief_command.register(app)
whatif_command.register(app)
compare_command.register(app)
drivers_command.register(app)
tripwires_command.register(app)
watch_command.register(app)
stories_command.register(app)
bargain_command.register(app)
window_command.register(app)
ensemble_command.register(app)
map_command.register(app)
code_command.register(app)
review_command.register(app)
update_command.register(app)
feed_command.register(app)
inspect_commands.register(app)
submodel_commands.register(app)
export_command.register(app)
doctor_command.register(app)
events_commands.register(app)


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
