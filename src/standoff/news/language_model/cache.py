"""Store the answers of a model in a folder, so that no question is paid for twice.

The name of a file is the SHA-256 of the server's address and the whole question: model, rules, schema, settings, the passage and
the facts about its document. An answer is found exactly when the same question is asked again, and an interrupted run resumes
without paying twice. A file contains the text of the model, never the coding: quotations are checked against the document each
time, so that nobody can insert an event into a coding by writing to the folder.

Files are written under another name and renamed, so that two runs may share a folder. An unreadable file is ignored, and its
question is asked again.
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
    """Hash a question and the address of its server: SHA-256 in hex."""
    asked = json.dumps([address.rstrip("/"), question], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(asked.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class AnswerCache:
    """A folder of answers.

    Attributes:
        folder: The folder; created with the first answer.
    """

    folder: Path

    def find(self, key: str) -> Answer | None:
        """Find the answer to a question; None where there is none, or it cannot be read."""
        try:
            return _ANSWER.validate_json(self._make_path(key).read_bytes(), strict=True)
        except (OSError, ValidationError):
            return None

    def store(self, key: str, answer: Answer) -> None:
        """Store an answer.

        Raises:
            InputError: The answer cannot be written (`cannot-write`).
        """
        path = self._make_path(key)
        make_folder(path.parent, _WHAT)
        write_whole(path, _ANSWER.dump_json(answer), _WHAT)

    def _make_path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
