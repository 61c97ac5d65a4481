"""The JSON Schema of scenario files, for editors that complete and check a file as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from standoff.scenario.expression import Expression
from standoff.scenario.schema import Scenario

__all__ = ["build_json_schema", "list_fields"]


class _Generator(GenerateJsonSchema):
    """A generator that writes defaults as a file would, and allows only names as the keys of mappings."""

    def encode_default(self, dft: Any) -> Any:
        """Return a default as a file would hold it."""
        return dft.written if isinstance(dft, Expression) else super().encode_default(dft)

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        """Forbid all other keys in a mapping whose keys must match a pattern."""
        written = super().dict_schema(schema)
        return {**written, "additionalProperties": False} if "patternProperties" in written else written


def build_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file.

    Examples:
        >>> build_json_schema()["title"]
        'standoff scenario'
    """
    schema = Scenario.model_json_schema(schema_generator=_Generator)
    _drop_titles(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "standoff scenario"}


def list_fields(keys: Sequence[str]) -> dict[str, str]:
    """Return the fields that the mapping at a path may have, with their descriptions.

    Args:
        keys: The path as keys and list indices, as written in a file.
    """
    root = _build_once()
    found = list(_list_alternatives(root, root))
    for key in keys:
        found = [inner for schema in found for inner in _follow_key(root, schema, key)]
    return {
        name: inner.get("description", "") for schema in found for name, inner in schema.get("properties", {}).items()
    }


@lru_cache(maxsize=1)
def _build_once() -> dict[str, Any]:
    return build_json_schema()


def _list_alternatives(root: dict[str, Any], schema: Any) -> Iterator[dict[str, Any]]:
    """Yield the schemas without references and alternatives that a schema stands for."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield from _list_alternatives(root, root["$defs"][schema["$ref"].rsplit("/", 1)[1]])
        return
    branches = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for branch in branches:
        yield from _list_alternatives(root, branch)
    if not branches:
        yield schema


def _follow_key(root: dict[str, Any], schema: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """Yield the schemas of the part under one key."""
    if key in schema.get("properties", {}):
        yield from _list_alternatives(root, schema["properties"][key])
        return
    for inner in schema.get("patternProperties", {}).values():
        yield from _list_alternatives(root, inner)
    yield from _list_alternatives(root, schema.get("additionalProperties"))
    if key.isdigit():
        yield from _list_alternatives(root, schema.get("items"))


def _drop_titles(schema: Any) -> None:
    """Remove the titles that only repeat the name of a field."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str) and (
            "type" in schema or "anyOf" in schema or "oneOf" in schema or "const" in schema
        ):
            del schema["title"]
        for inner in schema.values():
            _drop_titles(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _drop_titles(inner)
