"""Open a scenario by its name or path, and write the starter file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from standoff.catalog import find_scenario_path, list_scenarios
from standoff.errors import InputError, Problem, suggest_nearest

if TYPE_CHECKING:
    from standoff.scenario import Scenario

__all__ = ["find_scenario", "load", "write_starter"]


def load(name: str | Path, *, overrides: Sequence[str] = ()) -> Scenario:
    """Load a scenario of the catalogue or a scenario file, and check it.

    Args:
        name: Name of a scenario of the catalogue, or the path of a scenario file.
        overrides: Changes as `name=value`, for example `escort_cost=0.02` or `state.shield.start=ready`.

    Raises:
        InputError: The name, the file or an override is wrong; carries every fault.

    Examples:
        >>> load("iran-us-2026").id
        'iran-us-2026'
        >>> load("cuba-1962", overrides=["war_cost=3"]).overrides
        ('war_cost=3',)
    """
    from standoff.scenario import apply_overrides, load_scenario

    scenario = load_scenario(find_scenario(name))
    return apply_overrides(scenario, list(overrides)) if overrides else scenario


def find_scenario(name: str | Path) -> Path:
    """Path of the file of a scenario.

    Args:
        name: Name of a scenario of the catalogue, or the path of a file, which need not exist.

    Raises:
        InputError: `name` is neither a scenario of the catalogue nor the path of a file.
    """
    known = find_scenario_path(str(name))
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
            help=suggest_nearest(str(name), list_scenarios()),
        )
    )


def write_starter(path: Path) -> None:
    """Write the commented starter scenario to a new file.

    Raises:
        InputError: The file exists already, or cannot be written.
    """
    text = (Path(__file__).parent / "starter.yaml.txt").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(
            Problem(code="file-exists", message=f"`{path}` exists already", help="choose another name")
        ) from None
    except OSError as error:
        raise InputError(
            Problem(
                code="cannot-write",
                message=f"`{path}` cannot be written: {error.strerror}",
                help="choose another folder or name",
            )
        ) from None
