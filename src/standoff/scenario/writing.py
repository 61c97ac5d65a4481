"""A scenario as the text of a file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

from standoff.scenario.schema import Scenario

__all__ = ["plain_of", "scenario_text", "text_of"]


def scenario_text(scenario: Scenario, *, heading: Sequence[str] = ()) -> str:
    """The text of a file that holds a scenario, with its overrides; comments of the file it was read from are not kept.

    Args:
        scenario: The scenario.
        heading: Lines of a comment at its top.

    Returns:
        The text; read again it is the same scenario, with the same hash.
    """
    return text_of(plain_of(scenario), heading=heading)


class _LeavesEmpty(SafeRepresenter):
    """Writes nothing where there is nothing yet."""


_LeavesEmpty.add_representer(type(None), lambda writer, _: writer.represent_scalar("tag:yaml.org,2002:null", ""))


def text_of(plain: Mapping[str, Any], *, heading: Sequence[str] = (), is_form: bool = False) -> str:
    """The text of a file that holds plain data, in the order of the data.

    Args:
        plain: The data.
        heading: Lines of a comment at its top.
        is_form: Whether people fill it in: then each field has a line of its own, and what is not known yet is left empty.
    """
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None  # what holds no further lists or mappings stands on one line
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 120
    if is_form:
        writer.default_flow_style, writer.width, writer.Representer = False, 1000, _LeavesEmpty
    stream = io.StringIO()
    writer.dump(dict(plain), stream)
    comment = "".join(f"# {line}\n" for line in heading)
    return comment + stream.getvalue()


def plain_of(scenario: Scenario) -> dict[str, Any]:
    """The plain data of a scenario, as its file holds it; not to be changed."""
    return scenario._written
