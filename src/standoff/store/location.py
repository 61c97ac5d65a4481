"""The location of a store: an SQLite file, or a database on a PostgreSQL server."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from standoff.errors import InputError, Problem

__all__ = ["ENVIRONMENT_VARIABLE", "Location", "find_default_path", "find_location"]

ENVIRONMENT_VARIABLE = "STANDOFF_STORE"
"""Environment variable with the default store: the path of a file, or a URL."""


@dataclass(frozen=True)
class Location:
    """The location of a store.

    Attributes:
        path: SQLite file; None for a server.
        url: Address of the database on a server, with its password; None for a file.
        is_default: Whether it is the default location, whose folder may be created.
    """

    path: Path | None = None
    url: URL | None = None
    is_default: bool = False

    def __str__(self) -> str:
        """Return the location for messages, without the password."""
        return str(self.path) if self.url is None else self.url.render_as_string(hide_password=True)


def find_default_path() -> Path:
    """Find the default file in the user's data folder of the platform."""
    from platformdirs import user_data_path

    return user_data_path("standoff", appauthor=False) / "standoff.sqlite"


def find_location(given: str | Path | None = None) -> Location:
    """Find the location of the store.

    Args:
        given: Path of a file, or a URL such as `postgresql://user@host/name`; None for the value of the environment variable
            `STANDOFF_STORE`, else the file in the user's data folder.

    Raises:
        InputError: The URL is invalid, or is neither of SQLite nor of PostgreSQL (`store-address`).
    """
    chosen = os.environ.get(ENVIRONMENT_VARIABLE) if given is None else given
    if not chosen:
        if given is not None:
            raise _make_error("an empty text is not the address of a store")
        return Location(path=find_default_path(), is_default=True)
    if isinstance(chosen, Path) or "://" not in chosen:
        return _locate_file(str(chosen))
    try:
        url = make_url(chosen)
        _ = url.port
    except (ArgumentError, ValueError):
        raise _make_error(
            "the address of the store is not a URL"
        ) from None  # it may contain a password and is not shown
    family = url.drivername.partition("+")[0]
    if family == "sqlite":
        return _locate_file(url.database or "")
    if family in {"postgresql", "postgres"}:
        return Location(url=url.set(drivername="postgresql+psycopg"))
    raise _make_error(f"a store cannot be kept in `{url.drivername}`")


def _locate_file(path: str) -> Location:
    if path in {"", ":memory:"} or path.startswith("file:"):
        raise _make_error(f"`{path}` is not the path of a file")
    return Location(path=Path(path))


def _make_error(message: str) -> InputError:
    advice = "give the path of a file, or a URL such as `postgresql://user@host/name`"
    return InputError(Problem("store-address", message, help=advice))
