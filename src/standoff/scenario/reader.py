"""YAML text to plain data and the line of every part.

Only the plain core of YAML is read: mappings, lists and scalars.
Anchors, aliases, tags, merge keys and directives are refused before anything is composed, because a few bytes of them
can stand for gigabytes; so are nesting too deep for recursion and more parts than any scenario has.
Control characters are a fault, because with them a text could command the terminal that shows it.
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

__all__ = ["MAX_BYTES", "MAX_NESTING", "MAX_PARTS", "Written", "read_file", "read_text"]

MAX_BYTES = 1_000_000
MAX_NESTING = 30
MAX_PARTS = 20_000
"""Most keys, values and brackets of a file; the longest scenario of the catalogue has some 4,000."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Written:
    """What a file says, before anything is known about its meaning.

    Attributes:
        plain: The content as dicts, lists, strings, numbers, booleans and None; None where the text is empty.
        lines: Path -> line from 1.
        problems: Faults that leave the rest readable: keys written twice, keys that are no text, unreadable numbers.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.plain: Any = None
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
        raise _refusal("file-not-found", f"there is no file `{name}`", name, "check the path") from None
    except IsADirectoryError:
        raise _refusal("file-is-directory", f"`{name}` is a directory", name, "name a file in it") from None
    except PermissionError:
        raise _refusal("file-unreadable", f"`{name}` may not be read", name, "check its permissions") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refusal("file-unreadable", f"`{name}` cannot be read: {reason}", name, "check the path") from None
    if len(content) > MAX_BYTES:
        raise _refusal("file-too-large", "the file is larger than 1 MB", name, "a scenario is some kilobytes of text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8: byte {error.start} is `0x{error.object[error.start]:02x}`"
        raise _refusal("not-utf8", message, name, "save it as UTF-8") from None


def read_text(text: str, name: str) -> Written:
    """Read YAML into plain data.

    Args:
        text: The text.
        name: The file as the user named it.

    Raises:
        ScenarioError: The text is not YAML, or uses what is refused.
    """
    try:
        _check_events(text, name)
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = " ".join(part for part in (error.context, error.problem) if part)
        line = mark.line + 1 if mark else 0
        advice = "check indentation and quotes near this line"
        raise ScenarioError(Problem("yaml-syntax", f"not YAML: {detail}", help=advice, file=name, line=line)) from None
    except (YAMLError, ValueError) as error:
        detail = str(error).splitlines()[0]
        raise _refusal("yaml-syntax", f"not YAML: {detail}", name, "check the text for unusual characters") from None
    written = Written(name)
    if node is not None:
        written.plain = _plain(node, (), written)
    return written


def _refusal(code: str, message: str, file: str, advice: str) -> ScenarioError:
    return ScenarioError(Problem(code=code, message=message, help=advice, file=file))


def _check_events(text: str, name: str) -> None:
    """Refuse what a scenario never needs, before it is composed."""
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
                Problem("yaml-feature", f"{feature} is not read in scenarios", help=advice, file=name, line=line)
            )
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > MAX_NESTING:
            message = f"the file is nested more than {MAX_NESTING} deep"
            raise ScenarioError(Problem("too-deep", message, help="check the brackets", file=name, line=line))
        if count > MAX_PARTS:
            message = f"the file has more than {MAX_PARTS:,} keys and values"
            advice = "a scenario has some thousands"
            raise ScenarioError(Problem("file-too-large", message, help=advice, file=name, line=line))


def _plain(node: Node, path: tuple[str, ...], written: Written) -> Any:
    """Turn a node into plain data, noting the line of every part."""
    written.lines.setdefault(".".join(path), node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _mapping(node, path, written)
    if isinstance(node, SequenceNode):
        return [_plain(child, (*path, str(index)), written) for index, child in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    return _scalar(node, path, written)


def _mapping(node: MappingNode, path: tuple[str, ...], written: Written) -> dict[str, Any]:
    """Read a mapping; a key written twice is a fault, and the first one counts."""
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            written.problems.append(
                Problem("bad-key", "a key is a list or mapping", ".".join(path), "write a name", written.file, line)
            )
            continue
        key = _text(key_node, path, written)
        inner = (*path, key)
        if key in found:
            first = written.lines[".".join(inner)]
            message = f"`{key}` is written twice; the first is on line {first}"
            problem = Problem("duplicate-key", message, ".".join(inner), "keep one of them", written.file, line)
            written.problems.append(problem)
            continue
        written.lines[".".join(inner)] = line
        found[key] = _plain(value_node, inner, written)
    return found


def _scalar(node: ScalarNode, path: tuple[str, ...], written: Written) -> Any:
    """Read a scalar as YAML 1.2 does, but leave dates as text."""
    text = _text(node, path, written)
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind not in {"int", "float"}:
        return text
    try:
        return _number(text, kind)
    except ValueError:
        message = f"`{text[:60]}` is not a number that can be read"
        problem = Problem(
            "bad-number", message, ".".join(path), "write it plainly", written.file, written.lines[".".join(path)]
        )
        written.problems.append(problem)
        return 0


def _text(node: ScalarNode, path: tuple[str, ...], written: Written) -> str:
    """Return the text of a scalar without control characters, each of which is a fault."""
    text = str(node.value)
    if found := _CONTROL.search(text):
        message = f"a text holds the control character `U+{ord(found.group()):04X}`"
        line = node.start_mark.line + 1
        problem = Problem("control-character", message, ".".join(path), "take it away", written.file, line)
        written.problems.append(problem)
    return _CONTROL.sub("", text)


def _number(text: str, kind: str) -> int | float | str:
    """Read a number; one too large to be held stays text, for the schema to refuse."""
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
