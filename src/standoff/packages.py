"""The packages that standoff requires, and the extras that install the others.

The same as in pyproject.toml, which an installed standoff does not have; a test holds them together. The English model of spaCy
is left out: it may be installed under two names, and its files are checked by their hashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

__all__ = ["EXTRAS", "REQUIRED", "Installed", "find_installed"]

REQUIRED = (
    "jinja2>=3.1", "lark>=1.2", "matplotlib>=3.9", "numba>=0.61", "numpy>=2.0", "pydantic>=2.9", "rich>=13.7",
    "ruamel.yaml>=0.18", "scipy>=1.15", "typer>=0.15",
)  # fmt: skip
"""Packages that every installation needs."""

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "cluster": ("ray>=2.40",),
    "drivers": ("SALib>=1.5",),
    "embed": ("safetensors>=0.4.3",),
    "frames": ("pandas>=2.2",),
    "llm": ("platformdirs>=4.0",),
    "news": (
        "charset-normalizer>=3.4", "dateparser>=1.2.2", "feedparser>=6.0.11", "lxml>=5.3", "lxml_html_clean>=0.4",
        "py3langid>=0.4", "pycountry>=24.6", "pypdf>=6.0", "spacy>=3.8.7", "trafilatura>=2.0",
    ),
    "parquet": ("pyarrow>=17",),
    "postgres": ("psycopg>=3.2",),
    "store": ("alembic>=1.16", "platformdirs>=4.0", "sqlalchemy>=2.0.40"),
    "verify": ("pygambit>=17.0", "stormpy>=2.0"),
}  # fmt: skip
"""Packages of each extra with their lowest versions, without the extras for development."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Installed:
    """A package on this machine.

    Attributes:
        name: Its name.
        version: Its version; "" where it is not installed.
        wanted: The lowest version that will do.
    """

    name: str
    version: str
    wanted: str

    @property
    def is_old(self) -> bool:
        """Whether the installed version is too old."""
        return bool(self.version) and _parse_numbers(self.version) < _parse_numbers(self.wanted)


def find_installed(requirement: str) -> Installed:
    """Look up a requirement such as `numpy>=2.0` without an import.

    Examples:
        >>> find_installed("no-such-package>=1.0").version
        ''
        >>> Installed("a", "2.10.1", "2.9").is_old, Installed("a", "2.8", "2.9").is_old
        (False, True)
    """
    name, _, wanted = requirement.partition(">=")
    try:
        return Installed(name, metadata.version(name), wanted)
    except metadata.PackageNotFoundError:
        return Installed(name, "", wanted)


def _parse_numbers(version: str) -> tuple[int, ...]:
    """Parse the release of a version: 17.0.0b2 is 17.0.0."""
    return tuple(int(found[0]) for part in version.split(".")[:3] if (found := _NUMBER.match(part)))
