"""Scenarios that are larger than a machine: refused at once, with numbers and one thing to change."""

from pathlib import Path

import pytest

from standoff.catalog import find_scenario_path

STARTER = Path(find_scenario_path("cuba-1962")).parents[1] / "starter.yaml.txt"


def write_issues(num_issues):
    """The starter with more issues of four levels."""
    worth = "worth: {challenger: {b: 0.1, c: 0.2, d: 0.3}, defender: {b: -0.1, c: -0.2, d: -0.3}}"
    more = "".join(f"    i{k}: {{label: Issue {k}, levels: [a, b, c, d], {worth}}}\n" for k in range(num_issues))
    text = STARTER.read_text(encoding="utf-8")
    assert "  packages:" in text
    return text.replace("  packages:", more + "  packages:", 1)


@pytest.fixture
def check(standoff, tmp_path):
    """Check a text."""

    def run(text, *command):
        (tmp_path / "crisis.yaml").write_text(text, encoding="utf-8")
        return standoff(*(command or ("check",)), "crisis.yaml", cwd=tmp_path)

    return run


def test_fifty_thousand_packages_are_compared(check):
    found = check(write_issues(7))
    assert (found.code, found.err) == (0, "")
    assert "8 packages" in found.out


def test_too_many_packages_are_refused_with_their_number(check):
    found = check(write_issues(20))
    assert (found.code, found.out) == (2, "")
    assert "too-many-packages: the levels of 21 issues combine to 3,298,534,883,328 packages" in found.err
    assert "at most 200,000 can be compared" in found.err


def write_large(horizon):
    """Two sides who each raise one of five tracks of ten levels."""
    levels = "[a, b, c, d, e, f, g, h, i, j]"
    tracks = "".join(f"  t{k}: {{label: T, levels: {levels}, start: a}}\n" for k in range(5))
    moves = "".join(f"      up{k}: {{label: up, leads_to: {{t{k}: +1}}}}\n" for k in range(5))
    players = "".join(f"  {p}: {{label: P, types: {{x: 0.5, y: 0.5}}, rationality: 4, discount: 0.99}}\n" for p in "ab")
    stages = "".join(
        f"  - name: s{p}\n    mover: {p}\n    rate: 0.5\n    actions:\n      wait: {{label: wait}}\n{moves}"
        for p in "ab"
    )
    return f"""
standoff: 1
id: big
title: Big
as_of: 2026-01-01
period: {{unit: week, length: 1, horizon: {horizon}}}
payoff_unit: one
players:
{players}state:
{tracks}stages:
{stages}      quit: {{label: quit, payoffs: {{a: {{x: -1, y: -1.5}}}}, leads_to: {{outcome: over}}}}
outcomes:
  over: {{label: Over, payoffs: {{}}}}
unresolved: {{label: Open, payoffs: {{a: -1, b: -1}}}}
"""


@pytest.mark.parametrize("command", [("run",), ("run", "--belief-points", "17"), ("indicators",), ("equilibria",)])
def test_a_game_that_does_not_fit_into_memory_is_refused_before_it_is_solved(check, command):
    found = check(write_large(1000), *command)
    assert (found.code, found.out) == (2, "")
    points = 289 if "--belief-points" in command else 81
    assert "game-too-large: the game is too large to solve: it has" in found.err
    assert f"(1,000 periods, 200,000 states, {points} belief points) and needs about" in found.err
    assert "half of what is available" in found.err
    assert "help: shorten the horizon, or lengthen the period, or use fewer tracks or levels, or set fewer" in found.err
    assert "Traceback" not in found.err
