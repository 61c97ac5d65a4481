"""Where a store is: an SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from standoff.errors import InputError, Problem

__all__ = ["ENVIRONMENT_VARIABLE", "Location", "default_path", "find_location"]

ENVIRONMENT_VARIABLE = "STANDOFF_STORE"
"""Names the store to use where none is given: the path of a file, or a URL."""


@dataclass(frozen=True)
class Location:
    """Where a store is.

    Attributes:
        path: The SQLite file; None for a server.
        url: Address of the database on a server, with its password; None for a file.
        is_default: Whether nobody named it, so that its folder may be made.
    """

    path: Path | None = None
    url: URL | None = None
    is_default: bool = False

    def __str__(self) -> str:
        """The place as messages show it: a password is left out."""
        return str(self.path) if self.url is None else self.url.render_as_string(hide_password=True)


def default_path() -> Path:
    """The file in the user's folder for data, as the platform has it."""
    from platformdirs import user_data_path

    return user_data_path("standoff", appauthor=False) / "standoff.sqlite"


def find_location(given: str | Path | None = None) -> Location:
    """Say where the store is.

    Args:
        given: The path of a file, or a URL such as `postgresql://user@host/name`; None: what the environment variable
            `STANDOFF_STORE` names, else the file in the user's folder for data.

    Raises:
        InputError: The URL cannot be read, or is neither of SQLite nor of PostgreSQL (`store-address`).
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE) if given is None else given
    if not chosen:
        if given is not None:
            raise _fault("an empty text names no store")
        return Location(path=default_path(), is_default=True)
    if isinstance(chosen, Path) or "://" not in chosen:
        return _file(str(chosen))
    try:
        url = make_url(chosen)
        _ = url.port
    except (ArgumentError, ValueError):
        raise _fault("the address of the store is not a URL") from None  # it may hold a password: it is not shown
    family = url.drivername.partition("+")[0]
    if family == "sqlite":
        return _file(url.database or "")
    if family in {"postgresql", "postgres"}:
        return Location(url=url.set(drivername="postgresql+psycopg"))
    raise _fault(f"a store cannot be kept in `{url.drivername}`")


def _file(path: str) -> Location:
    if path in {"", ":memory:"} or path.startswith("file:"):
        raise _fault(f"`{path}` is not the path of a file")
    return Location(path=Path(path))


def _fault(message: str) -> InputError:
    advice = "give the path of a file, or a URL such as `postgresql://user@host/name`"
    return InputError(Problem("store-address", message, help=advice))
