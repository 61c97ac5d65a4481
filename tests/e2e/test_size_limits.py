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
