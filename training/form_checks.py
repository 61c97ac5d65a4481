"""Checks that hand-coded sentences and hand-coded reports share: the form of a record, and the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from standoff.errors import Problem, suggest_nearest
from standoff.news.vocabulary import ACTOR_CODE, CONTEXTS, MODES, EventType

__all__ = ["Form", "FormChecks"]

FormType = TypeVar("FormType", bound="Form")


class Form(BaseModel):
    """A record as a person wrote it: no field too many, none of another kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class FormChecks:
    """Collects the faults of one record.

    Attributes:
        file: The file of the record.
        line: Its line, from 1; 0 where the record is the whole file.
        problems: The faults found so far.
    """

    file: str
    line: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, message: str, path: str, help_text: str = "") -> None:
        """Add a fault."""
        self.problems.append(Problem(code, message, path, help_text, self.file, self.line))

    def read(self, form: type[FormType], content: str | bytes) -> FormType | None:
        """Read a record; None, and every fault added, where it does not have the form."""
        try:
            return form.model_validate_json(content)
        except ValidationError as error:
            for fault in error.errors():
                self.add("wrong-form", fault["msg"], ".".join(map(str, fault["loc"])))
            return None

    def check_act(self, event_type: EventType, mode: str, contexts: Sequence[str], path: str) -> None:
        """Check that a type has the mode, and that the contexts exist."""
        if mode and mode not in MODES[event_type]:
            help_text = suggest_nearest(mode, sorted(MODES[event_type])) if MODES[event_type] else "leave it empty"
            self.add("unknown-mode", f"`{mode}` is not a mode of {event_type}", f"{path}.mode", help_text)
        for context in contexts:
            if context not in CONTEXTS:
                message = f"`{context}` is not a context"
                self.add("unknown-context", message, f"{path}.contexts", suggest_nearest(context, sorted(CONTEXTS)))

    def check_code(self, code: str, path: str) -> None:
        """Check that a code of an actor has the form of one."""
        if ACTOR_CODE.fullmatch(code) is None:
            self.add("wrong-code", f"`{code}` is not a country, a role or an organisation", path)
