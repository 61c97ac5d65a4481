"""The tables of actors, as files beside this module and as pycountry has them.

| file | holds |
|---|---|
| `countries.txt` | a country a line: names, demonyms, capital and seats of power, other places, leaders by name |
| `organisations.txt` | organisations between states, and beyond them |
| `groups.txt` | armed groups, agencies, parties, media and companies, with their country and role |
| `roles.txt` | words for roles |
| `places.txt` | seas and regions that are no actor |

States that are no more have the code of their successor (Rhodesia ZWE, the Soviet Union RUS) but for East Germany
(DDR). Official names that the table leaves out come from pycountry."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from standoff.extras import import_extra

__all__ = ["Entry", "Kind", "fold", "group_names_by_words", "group_roles_by_words", "words_of"]

Kind = Literal["country", "demonym", "seat", "place", "leader", "organisation", "group", "region"]
_FOLDER = Path(__file__).parent / "tables"
_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a name stands for.

    Attributes:
        code: As in codings: a country ("IRN"), a country with a role ("IRN MIL"), an organisation ("IGO:UN"); "" for a region.
        kind: What sort of name it is.
        name: The name as the table writes it.
    """

    code: str
    kind: Kind
    name: str

    @property
    def is_acronym(self) -> bool:
        """Whether it is capitals alone, such as "US", and so is no word in lower case."""
        letters = self.name.replace(".", "").replace("-", "").replace("+", "")
        return letters.isupper() and len(letters) <= 8 and " " not in letters


def fold(text: str) -> str:
    """A word without its accents; the length may change."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def words_of(text: str) -> Iterator[re.Match[str]]:
    """Words as the tables count them: runs of letters and digits, or initials with full stops."""
    return _WORD.finditer(text)


@functools.cache
def group_names_by_words() -> Mapping[str, tuple[tuple[tuple[str, ...], Entry], ...]]:
    """Every name by its first word in lower case, longest names first."""
    table: dict[str, list[tuple[tuple[str, ...], Entry]]] = {}
    for entry in _entries():
        words = tuple(fold(found.group()).lower() for found in words_of(entry.name))
        if words:
            table.setdefault(words[0], []).append((words, entry))
    return {first: tuple(sorted(names, key=lambda item: -len(item[0]))) for first, names in table.items()}


@functools.cache
def group_roles_by_words() -> Mapping[tuple[str, ...], str]:
    """Roles by their words in lower case."""
    table: dict[tuple[str, ...], str] = {}
    for role, listed in _lines("roles.txt"):
        for name in listed.split(","):
            table.setdefault(tuple(found.group() for found in words_of(name.strip())), role)
    return table


def _entries() -> Iterator[Entry]:
    """Every name of every table; where two are alike the first counts."""
    kinds: tuple[Kind, ...] = ("country", "demonym", "seat", "place", "leader")
    known: set[str] = set()
    for code, *fields in _lines("countries.txt"):
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
    for code, listed in _lines("organisations.txt"):
        yield from (Entry(code, "organisation", name.strip()) for name in listed.split(",") if name.strip())
    for code, listed in _lines("groups.txt"):
        yield from (Entry(code, "group", name.strip()) for name in listed.split(",") if name.strip())
    for (listed,) in _lines("places.txt"):
        yield from (Entry("", "region", name.strip()) for name in listed.split(","))


def _lines(file: str) -> Iterator[list[str]]:
    for line in (_FOLDER / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("|")
