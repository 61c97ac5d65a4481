"""Write the generated parts of the documents: between `<!-- generated: NAME -->` and `<!-- end -->`, and the pictures.

    python docs/generate.py             write them
    python docs/generate.py --check     change nothing; exit with 1 if something is out of date
    python docs/generate.py --cheap     only the parts that need no solving

Every number in the documents that comes from a solve is written here. The last digits of such numbers differ from machine to
machine, so `--check` compares them loosely: the words must be identical, percentages may differ by one, and other numbers are
not compared. Parts that need no solving must be identical.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import parts as _writers  # noqa: F401  fills the list of writers
from parts.common import DOCS, ROOT, WIDTH, solved_parts, writers
from parts.picture import PICTURE, picture, words

__all__ = ["NUMBER", "WIDTH", "alike", "documents", "renewed", "stale", "write"]

MARK = re.compile(r"(<!-- generated: ([a-z0-9 -]+) -->\n).*?(<!-- end -->)", re.DOTALL)
NUMBER = re.compile(r"[<>]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?:[ \u00a0]%)?")


def documents() -> list[Path]:
    """Return every document of the project, sorted."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


def alike(first: str, second: str) -> bool:
    """Whether two texts agree up to spaces, one per cent, and numbers that are not percentages."""
    first, second = (re.sub(r"[ \t\u00a0]+", " ", text).strip() for text in (first, second))
    if NUMBER.sub("#", first) != NUMBER.sub("#", second):
        return False
    pairs = zip(NUMBER.findall(first), NUMBER.findall(second), strict=True)
    return all(a.endswith("%") == b.endswith("%") and abs(_percent(a) - _percent(b)) <= 1 for a, b in pairs)


def _percent(text: str) -> float:
    """Return a percentage as a number, and 0 for any other number."""
    if not text.endswith("%"):
        return 0.0
    return {"<": 0.0, ">": 100.0}.get(text[0]) or float(text.rstrip(" \u00a0%").strip("<>"))


def renewed(text: str, *, cheap: bool = False) -> Iterator[tuple[str, str, str]]:
    """Yield each generated part of a document: its name, its present text, and its new text."""
    for found in MARK.finditer(text):
        name, *arguments = found[2].split()
        if not (cheap and name in solved_parts):
            yield found[2], found[0], f"{found[1]}{writers[name](*arguments).strip()}\n{found[3]}"


def stale(*, cheap: bool = False) -> list[str]:
    """Return the parts that are out of date, as `file: name`."""
    found = []
    for path in documents():
        for name, old, new in renewed(path.read_text(encoding="utf-8"), cheap=cheap):
            same = alike(old, new) if name.split()[0] in solved_parts else old == new
            if not same:
                found.append(f"{path.relative_to(ROOT)}: {name}")
    if not cheap and not (PICTURE.exists() and alike(words(PICTURE.read_text(encoding="utf-8")), words(picture()))):
        found.append(str(PICTURE.relative_to(ROOT)))
    return found


def write(*, cheap: bool = False) -> None:
    """Write every part."""
    for path in documents():
        text = before = path.read_text(encoding="utf-8")
        for _, old, new in renewed(text, cheap=cheap):
            text = text.replace(old, new)
        if text != before:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    if not cheap:
        PICTURE.write_text(picture(), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Do what the arguments ask; return the exit code."""
    cheap = "--cheap" in arguments
    if "--check" in arguments:
        found = stale(cheap=cheap)
        sys.stdout.write("".join(f"out of date: {item} (run `make docs`)\n" for item in found))
        return 1 if found else 0
    write(cheap=cheap)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
