"""Read YAML text into plain data, with the line of every part.

Only the core of YAML is accepted: mappings, lists and scalars.
Anchors, aliases, tags, merge keys and directives are refused before anything is composed, because a few bytes of them
can stand for gigabytes. Deep nesting and files with very many parts are refused for the same reason.
Control characters are refused, because a text with them could command the terminal that shows it.
Dates stay text: the schema reads them.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from standoff.errors import Problem, ScenarioError

__all__ = ["MAX_BYTES", "MAX_NESTING", "MAX_PARTS", "ParsedYaml", "read_file", "read_text"]

MAX_BYTES = 1_000_000
MAX_NESTING = 30
MAX_PARTS = 20_000
"""Largest number of keys, values and brackets of a file; the longest scenario of the catalogue has about 4,000."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class ParsedYaml:
    """The data of a YAML text.

    Attributes:
        content: The data as dicts, lists, strings, numbers, booleans and None; None if the text is empty.
        lines: Path -> line from 1.
        problems: Faults that leave the rest readable, such as repeated keys and unreadable numbers.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.content: Any = None
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []


def read_file(path: Path | str) -> str:
    """Read the text of a scenario file.

    Raises:
        ScenarioError: There is no such file, or it cannot be read, is too large or is not UTF-8.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _make_refusal("file-not-found", f"there is no file `{name}`", name, "check the path") from None
    except IsADirectoryError:
        raise _make_refusal(
            "file-is-directory", f"`{name}` is a directory", name, "give the name of a file in it"
        ) from None
    except PermissionError:
        raise _make_refusal(
            "file-unreadable", f"there is no permission to read `{name}`", name, "check its permissions"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _make_refusal("file-unreadable", f"`{name}` cannot be read: {reason}", name, "check the path") from None
    if len(content) > MAX_BYTES:
        raise _make_refusal(
            "file-too-large", "the file is larger than 1 MB", name, "a scenario is a few kilobytes of text"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8: byte {error.start} is `0x{error.object[error.start]:02x}`"
        raise _make_refusal("not-utf8", message, name, "save it as UTF-8") from None


def read_text(text: str, name: str) -> ParsedYaml:
    """Read YAML into plain data.

    Args:
        text: The text.
        name: The file as the user named it.

    Raises:
        ScenarioError: The text is not YAML, or uses a feature that is refused.
    """
    try:
        _check_events(text, name)
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = " ".join(part for part in (error.context, error.problem) if part)
        line = mark.line + 1 if mark else 0
        advice = "check indentation and quotes near this line"
        raise ScenarioError(
            Problem("yaml-syntax", f"this is not valid YAML: {detail}", help=advice, file=name, line=line)
        ) from None
    except (YAMLError, ValueError) as error:
        detail = str(error).splitlines()[0]
        raise _make_refusal(
            "yaml-syntax", f"this is not valid YAML: {detail}", name, "check the text for unusual characters"
        ) from None
    parsed = ParsedYaml(name)
    if node is not None:
        parsed.content = _read_node(node, (), parsed)
    return parsed


def _make_refusal(code: str, message: str, file: str, advice: str) -> ScenarioError:
    return ScenarioError(Problem(code=code, message=message, help=advice, file=file))


def _check_events(text: str, name: str) -> None:
    """Refuse features that no scenario needs, before anything is composed."""
    depth = 0
    for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
        feature = ""
        if isinstance(event, AliasEvent):
            feature = f"the alias `*{event.anchor}`"
        elif getattr(event, "anchor", None):
            feature = f"the anchor `&{event.anchor}`"
        elif isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag is not None:
            feature = f"the tag `{str(event.tag).replace('tag:yaml.org,2002:', '!!')}`"
        elif isinstance(event, ScalarEvent) and event.value == "<<" and event.style in (None, ""):
            feature = "the merge key `<<`"
        elif isinstance(event, DocumentStartEvent) and (event.version or event.tags):
            feature = "a `%` directive"
        line = event.start_mark.line + 1
        if feature:
            advice = "write the value out; a text that begins with `&`, `*` or `!` needs quotes"
            raise ScenarioError(
                Problem("yaml-feature", f"{feature} is not allowed in scenarios", help=advice, file=name, line=line)
            )
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > MAX_NESTING:
            message = f"the file is nested more than {MAX_NESTING} levels deep"
            raise ScenarioError(Problem("too-deep", message, help="check the brackets", file=name, line=line))
        if count > MAX_PARTS:
            message = f"the file has more than {MAX_PARTS:,} keys and values"
            advice = "a scenario has a few thousand"
            raise ScenarioError(Problem("file-too-large", message, help=advice, file=name, line=line))


def _read_node(node: Node, path: tuple[str, ...], parsed: ParsedYaml) -> Any:
    """Return a node as plain data, and record the line of every part."""
    parsed.lines.setdefault(".".join(path), node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _read_mapping(node, path, parsed)
    if isinstance(node, SequenceNode):
        return [_read_node(child, (*path, str(index)), parsed) for index, child in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _read_scalar(node, path, parsed)


def _read_mapping(node: MappingNode, path: tuple[str, ...], parsed: ParsedYaml) -> dict[str, Any]:
    """Return a mapping; a repeated key is a fault, and its first value counts."""
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            parsed.problems.append(
                Problem("bad-key", "a key is a list or a mapping", ".".join(path), "write a name", parsed.file, line)
            )
            continue
        key = _read_text_of(key_node, path, parsed)
        inner = (*path, key)
        if key in found:
            first = parsed.lines[".".join(inner)]
            message = f"`{key}` is written twice; the first is on line {first}"
            problem = Problem("duplicate-key", message, ".".join(inner), "keep one of them", parsed.file, line)
            parsed.problems.append(problem)
            continue
        parsed.lines[".".join(inner)] = line
        found[key] = _read_node(value_node, inner, parsed)
    return found


def _read_scalar(node: ScalarNode, path: tuple[str, ...], parsed: ParsedYaml) -> Any:
    """Return a scalar as YAML 1.2 reads it, but dates as text."""
    text = _read_text_of(node, path, parsed)
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind not in {"int", "float"}:
        return text
    try:
        return _read_number(text, kind)
    except ValueError:
        message = f"`{text[:60]}` is not a readable number"
        problem = Problem(
            "bad-number", message, ".".join(path), "write it in plain digits", parsed.file, parsed.lines[".".join(path)]
        )
        parsed.problems.append(problem)
        return 0


def _read_text_of(node: ScalarNode, path: tuple[str, ...], parsed: ParsedYaml) -> str:
    """Return the text of a scalar without control characters, which are faults."""
    text = str(node.value)
    if found := _CONTROL.search(text):
        message = f"the text contains the control character `U+{ord(found.group()):04X}`"
        line = node.start_mark.line + 1
        problem = Problem("control-character", message, ".".join(path), "remove it", parsed.file, line)
        parsed.problems.append(problem)
    return _CONTROL.sub("", text)


def _read_number(text: str, kind: str) -> int | float | str:
    """Return a number; one that is too large for a float stays text, and the schema refuses it."""
    digits = text.replace("_", "").lower()
    if kind == "int":
        sign = -1 if digits.startswith("-") else 1
        bare = digits.lstrip("+-")
        return sign * (int(bare, 0) if bare[:2] in {"0o", "0x", "0b"} else int(bare))
    bare = digits.lstrip("+-")
    if bare in {".inf", ".nan"}:
        return math.nan if bare == ".nan" else math.copysign(math.inf, -1 if digits.startswith("-") else 1)
    number = float(digits)
    return number if math.isfinite(number) else text
