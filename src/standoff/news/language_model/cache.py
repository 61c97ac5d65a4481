"""Answers of a model, kept in a folder so that no question is paid for twice.

The name of a file is the SHA-256 of the server's address and everything that was asked: model, rules, schema, settings, the
passage and what was said about its document. So an answer is found again exactly when the same question is asked, and a run
that was stopped goes on from what it had paid for. A file holds what the model wrote, never what was made of it: quotations
are looked for in the text again each time, so that nobody can put an event into a coding by writing to the folder.

Files are written beside their place and renamed, so two runs may share a folder. One that cannot be read is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from standoff.news.language_model.endpoint import Answer
from standoff.storing import make_folder, write_whole

__all__ = ["AnswerCache", "hash_question"]

_WHAT = "an answer of the language model"
_ANSWER = TypeAdapter(Answer)


def hash_question(address: str, question: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of what was asked and whom."""
    asked = json.dumps([address.rstrip("/"), question], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(asked.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class AnswerCache:
    """Answers in a folder.

    Attributes:
        folder: The folder; made with the first answer.
    """

    folder: Path

    def find(self, key: str) -> Answer | None:
        """The answer to a question; None where there is none, or none that can be read."""
        try:
            return _ANSWER.validate_json(self._path(key).read_bytes(), strict=True)
        except (OSError, ValidationError):
            return None

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer.

        Raises:
            InputError: It cannot be written (`cannot-write`).
        """
        path = self._path(key)
        make_folder(path.parent, _WHAT)
        write_whole(path, _ANSWER.dump_json(answer), _WHAT)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
