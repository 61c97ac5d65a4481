"""Output of the command line in the README and the tutorial."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from parts.common import excerpt, part


@part("version")
def version_part() -> str:
    """Write the version."""
    from standoff import __version__

    return f"Version {__version__}."


@part("readme-run", is_solved=True)
def readme_run() -> str:
    """Write the output of the first command."""
    return excerpt(
        "standoff run iran-us-2026",
        ("United States and Iran", "Rounds of negotiation after a strike"),
        ("Length of the crisis", "Length of the crisis"),
        ("What each side would do now", "send the fleet home"),
        ("Certificate", "branch unique"),
    )


@part("tutorial-run", is_solved=True)
def tutorial_run() -> str:
    """Write the forecast of the starter."""
    with_starter = _starter()
    block = excerpt(
        f"standoff run {with_starter}",
        ("A border crisis", "Talks open"),
        ("Length of the crisis", "Length of the crisis"),
        ("What each side would do now", "give up"),
        ("Certificate", "branch unique"),
    )
    return block.replace(with_starter, "crisis.yaml")


@part("tutorial-change", is_solved=True)
def tutorial_change() -> str:
    """Write the forecast of the starter with one number changed."""
    with_starter = _starter()
    block = excerpt(f"standoff run {with_starter} --set war_cost=0.7", ("A border crisis", "Talks open"))
    return block.replace(with_starter, "crisis.yaml")


@cache
def _starter() -> str:
    from standoff.catalog.opening import write_starter

    path = Path(tempfile.mkdtemp()) / "crisis.yaml"
    write_starter(path)
    return str(path)
