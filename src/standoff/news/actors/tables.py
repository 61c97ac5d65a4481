"""The tables of actors, from the files in this folder and from pycountry.

| file | holds |
|---|---|
| `countries.txt` | a country a line: names, demonyms, capital and seats of power, other places, leaders by name |
| `organisations.txt` | international organisations |
| `groups.txt` | armed groups, agencies, parties, media and companies, with their country and role |
| `roles.txt` | words for roles |
| `places.txt` | seas and regions, which are not actors |

Former states have the code of their successor (Rhodesia ZWE, the Soviet Union RUS), except East Germany (DDR). Official names
that the table leaves out come from pycountry."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from standoff.extras import import_extra

__all__ = ["Entry", "Kind", "find_words", "fold", "group_names_by_words", "group_roles_by_words"]

Kind = Literal["country", "demonym", "seat", "place", "leader", "organisation", "group", "region"]
_FOLDER = Path(__file__).parent / "tables"
_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the tables.

    Attributes:
        code: The code as in codings: a country ("IRN"), a country with a role ("IRN MIL") or an organisation ("IGO:UN"); ""
            for a region.
        kind: The kind of name.
        name: The name as the table writes it.
    """

    code: str
    kind: Kind
    name: str

    @property
    def is_acronym(self) -> bool:
        """Whether the name consists of capitals only, such as "US"."""
        letters = self.name.replace(".", "").replace("-", "").replace("+", "")
        return letters.isupper() and len(letters) <= 8 and " " not in letters


def fold(text: str) -> str:
    """Remove the accents of a word; its length may change."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def find_words(text: str) -> Iterator[re.Match[str]]:
    """Find words as the tables count them: runs of letters and digits, or initials with full stops."""
    return _WORD.finditer(text)


@functools.cache
def group_names_by_words() -> Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]:
    """Group every name by its first word in lower case, longest names first."""
    table: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for entry in _read_entries():
        words = tuple(fold(found.group()).lower() for found in find_words(entry.name))
        if words:
            table.setdefault(words[0], []).append((words, entry))
    return {first: tuple(sorted(names, key=lambda item: -len(item[0]))) for first, names in table.items()}


@functools.cache
def group_roles_by_words() -> Mapping[tuple[str, ...], str]:
    """Map the words of roles, in lower case, to the roles."""
    table: dict[tuple[str, ...], str] = {}
    for role, listed in _read_lines("roles.txt"):
        for name in listed.split(","):
            table.setdefault(tuple(found.group() for found in find_words(name.strip())), role)
    return table


def _read_entries() -> Iterator[Entry]:
    """Yield every name of every table; of equal names the first is used."""
    kinds: tuple[Kind, ...] = ("country", "demonym", "seat", "place", "leader")
    known: set[str] = set()
    for code, *fields in _read_lines("countries.txt"):
        known.add(code)
        for kind, listed in zip(kinds, fields, strict=True):
            yield from (Entry(code, kind, name.strip()) for name in listed.split(",") if name.strip())
    pycountry = import_extra("pycountry", "news", "coding news")
    for country in pycountry.countries:
        if country.alpha_3 in known:
            for field in ("name", "official_name", "common_name"):
                name = getattr(country, field, "")
                if name and "," not in name:
                    yield Entry(country.alpha_3, "country", name)
    for code, listed in _read_lines("organisations.txt"):
        yield from (Entry(code, "organisation", name.strip()) for name in listed.split(",") if name.strip())
    for code, listed in _read_lines("groups.txt"):
        yield from (Entry(code, "group", name.strip()) for name in listed.split(",") if name.strip())
    for (listed,) in _read_lines("places.txt"):
        yield from (Entry("", "region", name.strip()) for name in listed.split(","))


def _read_lines(file: str) -> Iterator[list[str]]:
    for line in (_FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("|")
