"""The reference: commands and scenario language."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

from parts.common import part, table


@part("cli")
def cli_part() -> str:
    """Every command with its arguments and options, from the help of the program itself."""
    import typer

    from standoff.cli.app import app

    def describe(path: str, command: Any) -> Iterator[str]:
        yield f"## `{path}`\n\n{_join_lines(command.help)}\n"
        inner = getattr(command, "commands", {})
        if inner:
            rows = [(f"`{path} {name}`", _join_lines(child.help)) for name, child in inner.items()]
            yield table(("command", "purpose"), rows) + "\n"
        rows = [row for parameter in command.params if (row := _parameter_row(parameter))]
        if rows:
            yield table(("argument or option", "meaning", "default"), rows) + "\n"
        for name, child in inner.items():
            yield from describe(f"{path} {name}", child)

    return "\n".join(describe("standoff", typer.main.get_command(app)))


def _join_lines(text: str | None) -> str:
    return " ".join((text or "").split())


def _parameter_row(parameter: Any) -> tuple[str, str, str]:
    """A row for an argument or option: how it is written, what it means, and what holds where it is not given."""
    annotation = parameter.type_descriptor.annotation
    is_choice = isinstance(annotation, type) and issubclass(annotation, Enum)
    choices = [choice.value for choice in annotation] if is_choice else []
    meaning = parameter.help or ""
    if choices:
        meaning += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    if parameter.min is not None and parameter.max is not None:
        meaning += f" From {parameter.min:g} to {parameter.max:g}."
    elif parameter.min is not None:
        meaning += f" At least {parameter.min:g}."
    default = "required" if parameter.required else _format_default(parameter)
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`", meaning, default
    placeholder = "" if parameter.is_flag else f" {parameter.metavar or '|'.join(choices)}"
    return f"`{', '.join(parameter.opts)}{placeholder}`", meaning.strip(), default


def _format_default(parameter: Any) -> str:
    """The default of a parameter; "" where its help says what holds, or where it is a flag."""
    default = getattr(parameter.default, "value", parameter.default)
    if parameter.param_type_name == "option" and parameter.is_flag:
        return ""
    if default is None or default == () or default == "":
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)


@part("schema")
def schema_part() -> str:
    """Every part of a scenario file, from the JSON Schema."""
    from standoff.scenario import build_json_schema

    schema = build_json_schema()
    definitions = schema["$defs"]
    order = ["Scenario"]
    texts = []
    while len(texts) < len(order):
        name = order[len(texts)]
        own = schema if name == "Scenario" else definitions[name]
        required = own.get("required", [])
        rows = []
        for key, field in own.get("properties", {}).items():
            order += [ref for ref in dict.fromkeys(_references(field)) if ref not in order]
            rows.append((f"`{key}`", _kind(field), _default(key, field, required), field.get("description", "")))
        heading = "The file" if name == "Scenario" else _name_part(name)
        text = own.get("description", "").partition("\n")[0]
        texts.append(f"## {heading}\n\n{text}\n\n{table(('field', 'kind', 'if absent', 'meaning'), rows)}\n")
    texts.append("## Event types\n\nThose of PLOVER (2021): " + ", ".join(f"`{code}`" for code in _event_codes()) + ".")
    return "\n".join(texts)


def _references(field: Any) -> Iterator[str]:
    if isinstance(field, dict):
        if "$ref" in field:
            yield field["$ref"].rsplit("/", 1)[1]
        for key, inner in field.items():
            if key != "discriminator":
                yield from _references(inner)
    elif isinstance(field, list):
        for inner in field:
            yield from _references(inner)


def _name_part(definition: str) -> str:
    """Name of a part of the file: that of its class without "Spec", which tells it from the class of the game."""
    return definition.removesuffix("Spec")


def _kind(field: dict[str, Any]) -> str:
    """What may stand in a field, in words."""
    if "$ref" in field:
        name = _name_part(field["$ref"].rsplit("/", 1)[1])
        return f"[{name}](#{name.lower()})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        if tuple(field["enum"]) == _event_codes():
            return "[event type](#event-types)"
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    kinds = [inner for inner in (*field.get("anyOf", ()), *field.get("oneOf", ())) if inner.get("type") != "null"]
    if kinds:
        kinds_in_words = list(dict.fromkeys(map(_kind, kinds)))
        if kinds_in_words == ["number", "text"]:
            return "number or formula"
        return (", or " if any("→" in kind for kind in kinds_in_words) else " or ").join(kinds_in_words)
    if field.get("type") == "object":
        inner = _kind(next(iter(field.get("patternProperties", {}).values()), field.get("additionalProperties")))
        return f"name → ({inner})" if "→" in inner else f"name → {inner}"
    if field.get("type") == "array":
        if "prefixItems" in field:
            return f"list of {len(field['prefixItems'])}: {_kind(field['prefixItems'][0])}"
        return f"list of {_kind(field['items'])}"
    if field.get("type") == "string":
        return "date" if field.get("format") == "date" else "name" if "pattern" in field else "text"
    return {"integer": "whole number", "boolean": "`true` or `false`"}.get(field["type"], str(field["type"]))


def _event_codes() -> tuple[str, ...]:
    from standoff.scenario import EVENT_CODES

    return EVENT_CODES


def _default(key: str, field: dict[str, Any], required: list[str]) -> str:
    if key in required:
        return "**required**"
    default = field.get("default")
    if default in (None, "", [], {}) and default is not False:
        return ""
    return (
        "as empty"
        if isinstance(default, dict)
        else f"`{str(default).lower() if isinstance(default, bool) else default}`"
    )


@part("functions")
def functions_part() -> str:
    """The functions of formulas."""
    from standoff.scenario import SUBMODEL_FUNCTIONS
    from standoff.scenario.nodes import BUILTIN_FUNCTIONS
    from standoff.scenario.values import TIME_CONSTANTS

    submodels = [
        f"- of a submodel of kind `{kind}`: "
        + ", ".join(f"`{name}({', '.join(given)})`" for name, given in functions.items())
        for kind, functions in SUBMODEL_FUNCTIONS.items()
    ]
    lines = ["- built in: " + ", ".join(f"`{name}`" for name in (*BUILTIN_FUNCTIONS, "passed")), *submodels]
    lines.append("- time constants, in the unit of the file: " + ", ".join(f"`{name}`" for name in TIME_CONSTANTS))
    return "\n".join(lines)
