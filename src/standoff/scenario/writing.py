"""Plain data written as YAML."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.representer import SafeRepresenter

__all__ = ["write_yaml"]


class _LeavesEmpty(SafeRepresenter):
    """A representer that leaves unknown values empty."""


_LeavesEmpty.add_representer(type(None), lambda writer, _: writer.represent_scalar("tag:yaml.org,2002:null", ""))


def write_yaml(plain: Mapping[str, Any], *, heading: Sequence[str] = (), is_form: bool = False) -> str:
    """Return the text of a YAML file that holds plain data, in the order of the data.

    Args:
        plain: The data.
        heading: Lines of a comment at the top of the file.
        is_form: Write a form for people to fill in: each field on a line of its own, and unknown values left empty.
    """
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None  # a list or mapping without inner ones stands on one line
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 120
    if is_form:
        writer.default_flow_style, writer.width, writer.Representer = False, 1000, _LeavesEmpty
    stream = io.StringIO()
    writer.dump(dict(plain), stream)
    comment = "".join(f"# {line}\n" for line in heading)
    return comment + stream.getvalue()
