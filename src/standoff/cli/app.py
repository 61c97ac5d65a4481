"""The `standoff` command and its subcommands."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from standoff.cli import (
    bargain,
    brief,
    catalogue,
    check,
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
    paths,
    regime_map,
    review,
    run,
    show,
    submodel,
    tripwires,
    update,
    whatif,
    window,
)
from standoff.errors import InputError, Problem, StandoffError
from standoff.version import __version__

__all__ = ["app", "main"]

RENAMED_COMMANDS = {"solve": "equilibria", "stories": "paths", "watch": "indicators", "watch-feed": "feed"}
"""Commands of earlier versions and their present names."""
RENAMED_OPTIONS = {("whatif", "--base"): "--set", ("equilibria", "--branches"): "--starts"}
"""Options of earlier versions, by command, and their present names."""


class _Commands(TyperGroup):
    """The commands; a name of an earlier version is answered with the present one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that the arguments name.

        Raises:
            InputError: The command or one of its options has been renamed.
        """
        command = args[0]
        if command in RENAMED_COMMANDS:
            present = RENAMED_COMMANDS[command]
            message = f"the command `{command}` is now called `{present}`"
            raise InputError(Problem("renamed", message, help=f"write `standoff {present}`"))
        for argument in args[1:]:
            option = argument.partition("=")[0]
            if (command, option) in RENAMED_OPTIONS:
                present = RENAMED_OPTIONS[command, option]
                message = f"the option `{option}` of `{command}` is now called `{present}`"
                raise InputError(Problem("renamed", message, help=f"write `{present}`"))
        return super().resolve_command(ctx, args)


app = typer.Typer(
    name="standoff",
    cls=_Commands,
    help="Judge crises in which two adversaries negotiate and raise military pressure at the same time.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"standoff {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Judge crises in which two adversaries negotiate and raise military pressure at the same time."""


# in the order in which `standoff --help` lists them
for _command in (
    run,
    equilibria,
    brief,
    whatif,
    compare,
    drivers,
    tripwires,
    indicators,
    paths,
    bargain,
    window,
    ensemble,
    regime_map,
    code,
    review,
    update,
    feed,
    events,
    catalogue,
    check,
    show,
    submodel,
    export,
    doctor,
):
    _command.register(app)


def main() -> None:
    """Run the command; turn every error into one clear message and the right exit code."""
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
