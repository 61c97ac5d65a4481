"""Where the numbers of a scenario come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from standoff.scenario.schema import Scenario

__all__ = ["Coverage", "Source", "source_coverage"]

Source = Literal["evidence", "judgement", "none"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where each parameter's number comes from.

    Attributes:
        sources: Parameter -> `evidence` (a document says it), `judgement` (the author gives a reason) or `none`.
    """

    sources: Mapping[str, Source]

    @property
    def counts(self) -> dict[Source, int]:
        """How many parameters have each kind of source."""
        found = Counter(self.sources.values())
        return {"evidence": found["evidence"], "judgement": found["judgement"], "none": found["none"]}

    @property
    def unsourced(self) -> tuple[str, ...]:
        """The parameters without a source, in the order of the file."""
        return tuple(name for name, source in self.sources.items() if source == "none")


def source_coverage(scenario: Scenario) -> Coverage:
    """Say where each parameter's number comes from; a parameter with both counts as evidence.

    A formula of other parameters without a source of its own has theirs:
    `evidence` where all of them have evidence, else `judgement`, and `none` where one of them has none.
    """
    found: dict[str, Source] = {}

    def source_of(name: str) -> Source:
        if name not in found:
            parameter = scenario.parameters[name]
            inner = [source_of(other) for other in sorted(parameter.value.names) if other in scenario.parameters]
            if parameter.evidence:
                found[name] = "evidence"
            elif parameter.judgement:
                found[name] = "judgement"
            elif not inner or "none" in inner:
                found[name] = "none"
            else:
                found[name] = "judgement" if "judgement" in inner else "evidence"
        return found[name]

    return Coverage({name: source_of(name) for name in scenario.parameters})
