"""Where the numbers of a scenario come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from standoff.scenario.schema import Scenario

__all__ = ["Coverage", "SourceKind", "measure_coverage"]

SourceKind = Literal["evidence", "judgement", "none"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where each parameter's number comes from.

    Attributes:
        sources: Parameter -> `evidence` (a document is cited), `judgement` (the author gives a reason) or `none`.
    """

    sources: Mapping[str, SourceKind]

    @property
    def counts(self) -> dict[SourceKind, int]:
        """The number of parameters with each kind of source."""
        found = Counter(self.sources.values())
        return {"evidence": found["evidence"], "judgement": found["judgement"], "none": found["none"]}

    @property
    def unsourced(self) -> tuple[str, ...]:
        """The parameters without a source, in the order of the file."""
        return tuple(name for name, source in self.sources.items() if source == "none")


def measure_coverage(scenario: Scenario) -> Coverage:
    """Find where each parameter's number comes from; a parameter with a citation and a judgement counts as `evidence`.

    A formula of other parameters that gives no source of its own has the weakest source of these parameters.
    """
    found: dict[str, SourceKind] = {}

    def find_source(name: str) -> SourceKind:
        if name not in found:
            parameter = scenario.parameters[name]
            inner = [find_source(other) for other in sorted(parameter.value.names) if other in scenario.parameters]
            if parameter.evidence:
                found[name] = "evidence"
            elif parameter.judgement:
                found[name] = "judgement"
            elif not inner or "none" in inner:
                found[name] = "none"
            else:
                found[name] = "judgement" if "judgement" in inner else "evidence"
        return found[name]

    return Coverage({name: find_source(name) for name in scenario.parameters})
