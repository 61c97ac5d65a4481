"""Scenarios by name or path, and the starter file."""

from __future__ import annotations

from pathlib import Path

from standoff import catalog
from standoff.catalog import list_scenarios, scenario_path
from standoff.errors import InputError, Problem, nearest

__all__ = ["find_scenario", "write_starter"]


def find_scenario(name: str | Path) -> Path:
    """The file of a catalogue scenario, or the path itself.

    Raises:
        InputError: It is neither a scenario of the catalogue nor the path of a file.
    """
    known = scenario_path(str(name))
    if known is not None:
        return known
    path = Path(name)
    looks_like_path = path.suffix in {".yaml", ".yml"} or len(path.parts) > 1 or path.exists()
    if looks_like_path:
        return path
    raise InputError(
        Problem(
            code="unknown-scenario",
            message=f"there is no scenario `{name}` in the catalogue and no file of that name",
            help=nearest(str(name), list_scenarios()),
        )
    )


def write_starter(path: Path) -> None:
    """Write the commented starter scenario to a new file.

    Raises:
        InputError: The file exists already, or cannot be written.
    """
    text = (Path(catalog.__file__).parent / "starter.yaml.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(
            Problem(code="file-exists", message=f"`{path}` is there already", help="choose another name")
        ) from None
    except OSError as error:
        raise InputError(
            Problem(
                code="cannot-write",
                message=f"`{path}` cannot be written: {error.strerror}",
                help="choose another place",
            )
        ) from None
