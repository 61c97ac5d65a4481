"""The reference of errors has every code of the source, and no code that the source does not have."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

from parts.error_codes import list_codes, write_codes, write_examples  # noqa: E402

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NOT_CODES = frozenset({"content-type", "feed", "iran-us-2026", "watch-feed", "language-model", "sobol-8", "x-gzip"}) | {
    *("iso8859-1", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le", "utf-8", "utf-8-sig"),
    *("parsely-pub-date", "publish-date"),
}
"""Strings with a hyphen that are something else: encodings, headers, commands."""
REPORTERS = frozenset({"Problem", "make_error", "make_problem", "problem", "report"})
"""Functions whose first argument is a code; a code of one word is recognised only there."""
FORMED = frozenset(
    {"unknown-document", "unknown-issue", "unknown-milestone", "unknown-outcome", "unknown-player", "unknown-track"}
    | {"bad-date", "bad-slug", "unused-parameter", "unused-quantity", "hazard", "rate"}
)
"""Codes that the source puts together from parts."""


def strings_of(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def codes_of(tree: ast.AST) -> set[str]:
    """Codes in a module: strings with a hyphen, and first arguments of the functions that report."""
    found = {text for text in strings_of(tree) if "-" in text}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:1]
            if name in REPORTERS and first and isinstance(first[0], ast.Constant):
                found.add(str(first[0].value))
    return {text for text in found if CODE.fullmatch(text)} - NOT_CODES


MODULES = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "src").rglob("*.py"))
}
REPORTING = {
    name: tree
    for name, tree in MODULES.items()
    if any(
        isinstance(node, ast.ImportFrom)
        and any(one.name in REPORTERS or one.name.endswith("Error") for one in node.names)
        for node in ast.walk(tree)
    )
}


@pytest.mark.parametrize("module", REPORTING)
def test_every_code_of_a_module_is_in_the_reference(module):
    assert codes_of(REPORTING[module]) - list_codes() == set()


def test_every_code_of_the_reference_is_in_the_source():
    strings = set().union(*(strings_of(tree) for tree in MODULES.values()))
    assert list_codes() - strings - FORMED == set()


def test_every_code_has_a_meaning_and_something_to_do():
    cells = [
        row.split(" | ") for row in (write_examples() + "\n" + write_codes()).splitlines() if row.startswith("| `")
    ]
    assert [row[0] for row in cells if len(row) != 3 or not all(cell.strip(" |") for cell in row)] == []
