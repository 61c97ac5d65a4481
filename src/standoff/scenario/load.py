"""Read a scenario file."""

from __future__ import annotations

from pathlib import Path

from standoff.errors import Problem, ScenarioError
from standoff.scenario.build import build_scenario
from standoff.scenario.reader import read_file, read_text
from standoff.scenario.schema import Scenario
from standoff.scenario.source_map import SourceMap

__all__ = ["load_scenario", "parse_scenario"]


def load_scenario(path: Path | str) -> Scenario:
    """Read and check a scenario file.

    Args:
        path: The file.

    Raises:
        ScenarioError: The file cannot be read, or has problems; carries all of them, in the order of the file.
    """
    return parse_scenario(read_file(path), str(path))


def parse_scenario(text: str, name: str = "<string>") -> Scenario:
    """Read and check the text of a scenario file.

    Args:
        text: The text, in YAML.
        name: What problems call the file.

    Raises:
        ScenarioError: The text has problems; carries all of them, in the order of the text.
    """
    parsed = read_text(text, name)
    if parsed.content is None:
        raise ScenarioError(Problem("empty-file", "the file is empty", help="begin with `standoff: 1`", file=name))
    if not isinstance(parsed.content, dict):
        message = "the file is not a mapping of names to values"
        raise ScenarioError(Problem("not-a-mapping", message, help="begin with `standoff: 1`", file=name, line=1))
    return build_scenario(parsed.content, SourceMap(name, parsed.lines), parsed.problems)
