"""Whatever is broken in a scenario file, only an error that standoff raises on purpose escapes.

The file is the starter, broken in two ways: as data, where parts are taken away, doubled, moved or given another kind of
value, and as text, where characters and lines are. A mutant may also be a good scenario; then its game is compiled.
"""

import copy
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standoff import catalog, load
from standoff.errors import StandoffError
from standoff.game.compile import compile_game
from standoff.scenario.reader import read_text

MUTANTS = 200
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
STARTER = (Path(catalog.__file__).parent / "starter.yaml.txt").read_text(encoding="utf-8")
WRITTEN = read_text(STARTER, "starter").content
VALUES = [
    *(None, True, 0, 1, -1, 2, 0.5, 1e-308, 1e308, 10**30, 10**400, "", "x", "1/0", "0/0", "1e999", "max()"),
    *("-mobilised", "mobilised / 0", "log(0)", "exp(1000)", "passed(x)", "by(talks, 1)", "talks == open"),
    *("open", "many", "few", "challenger", "defender", "deal", "war", "pace", "war_cost", "a" * 3000, "(" * 100),
    *("2026-01-01", "9999-12-31", "0001-01-01", "😀", "\u202e", "\x1b[31m", "\ud800"),
    *([], {}, [[]], [{}], {"p": 1}, [{"p": 0.5}, {"p": 0.5}], ["few", "few"], {"shared": 1}, [0.1, 0.2], [2, 1]),
    {"x": {"y": {"z": 1}}},
]
SYNTAX = [*"\n\t :{}[]#\"'|>?%-é\0\x85\x1b", "", "  ", "- ", "&a ", "*a", "!!str ", "<<: ", "e5", "=="]


def nodes(here, path=()):
    """The path of every part."""
    yield path
    parts = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
    for key, inner in parts:
        yield from nodes(inner, (*path, key))


def at(plain, path):
    for key in path:
        plain = plain[key]
    return plain


def broken_once(plain, chance):
    """A copy in which one part is deleted, doubled, retyped, or replaced by another part."""
    plain = copy.deepcopy(plain)
    places = [path for path in nodes(plain) if path]
    path = chance.choice(places)
    parent, last = at(plain, path[:-1]), path[-1]
    way = chance.choice(["delete", "double", "retype", "retype", "retype", "move", "rename"])
    if way == "delete":
        del parent[last]
    elif way == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[last]))
    elif way == "double":
        parent[f"{last}_2"] = copy.deepcopy(parent[last])
    elif way == "rename" and isinstance(parent, dict):
        parent[chance.choice(["p", "label", "when", "x", "Ä", "open", "war", "pace", "defender"])] = parent.pop(last)
    elif way == "move":
        parent[last] = copy.deepcopy(at(plain, chance.choice(places)))
    else:
        parent[last] = chance.choice(VALUES)
    return plain


def torn(text, chance):
    """The text with one stretch or line deleted, doubled, or written over."""
    start = chance.randrange(len(text))
    end = start + chance.choice([0, 1, 1, 2, 5, 40])
    way = chance.choice(["write", "double", "line"])
    if way == "line":
        lines = text.splitlines(keepends=True)
        lines.insert(chance.randrange(len(lines)), lines.pop(chance.randrange(len(lines))))
        return "".join(lines)
    return text[:start] + (chance.choice(SYNTAX) if way == "write" else text[start:end] * 2) + text[end:]


def problems(path):
    """The faults of a file; none where it is a good scenario with a game. Any other exception escapes."""
    try:
        assert compile_game(load(path)).epochs
    except StandoffError as error:
        return error.problems
    return ()


def is_complete(problem):
    return all((problem.code, problem.message, problem.help)) and not CONTROL.search(str(problem))


@pytest.fixture(scope="module")
def mutant(tmp_path_factory):
    return tmp_path_factory.mktemp("mutants") / "mutant.yaml"


@settings(max_examples=MUTANTS)
@given(seed=st.integers(0, 2**32), breaks=st.integers(1, 3))
def test_only_our_errors_escape_from_a_file_with_broken_parts(mutant, seed, breaks):
    chance = random.Random(seed)  # noqa: S311
    plain = WRITTEN
    for _ in range(breaks):
        plain = broken_once(plain, chance)
    mutant.write_text(json.dumps(plain), encoding="utf-8")
    assert all(map(is_complete, problems(mutant)))


@settings(max_examples=MUTANTS)
@given(seed=st.integers(0, 2**32), breaks=st.integers(1, 3))
def test_only_our_errors_escape_from_a_torn_file(mutant, seed, breaks):
    chance = random.Random(seed)  # noqa: S311
    text = STARTER
    for _ in range(breaks):
        text = torn(text, chance)
    mutant.write_text(text, encoding="utf-8")
    assert all(map(is_complete, problems(mutant)))


def test_the_mutants_are_of_many_kinds(mutant):
    """Else the tests above would not say much."""
    codes = set()
    for seed in range(60):
        mutant.write_text(json.dumps(broken_once(WRITTEN, random.Random(seed))), encoding="utf-8")  # noqa: S311
        codes.add(tuple(problem.code for problem in problems(mutant)))
    assert len(codes) >= 10
    assert () in codes
