"""Names in the package: no two classes share one."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "standoff"


def list_classes():
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, str(path.relative_to(SOURCE))


def test_no_two_classes_have_the_same_name():
    places = defaultdict(list)
    for name, place in list_classes():
        places[name].append(place)
    assert places
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
