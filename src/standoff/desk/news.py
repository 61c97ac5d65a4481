"""From sources to coded news: read, put together what tells the same, code, and hold against a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.errors import CoderError, InputError, MissingExtraError, Problem
from standoff.news.coder import Coder, Dyad, infer_targets
from standoff.news.coders import open_coder
from standoff.news.document import Document
from standoff.version import JSON_VERSION, versions

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent
    from standoff.news.coded import CodedDocument, Event
    from standoff.news.near_duplicates import DuplicateCluster
    from standoff.news.readers import Limits
    from standoff.scenario import Scenario

__all__ = ["CodedNews", "CodedReport", "code", "code_lines", "dyad_of"]


@dataclass(frozen=True)
class CodedReport:
    """One document, coded.

    Attributes:
        document: The document; of several that tell the same in nearly the same words, the earliest.
        coded: What it says.
        repeats: The others, which were not coded.
        witnesses: Outlets that tell it, each once; without a known outlet or host "".
        could_be: For each event the events of the scenario that it could stand for; empty without a scenario.
    """

    document: Document
    coded: CodedDocument
    repeats: tuple[Document, ...]
    witnesses: tuple[str, ...]
    could_be: tuple[tuple[str, ...], ...]

    def as_data(self) -> dict[str, Any]:
        """As plain data; offsets count code points of `text`."""
        told = self.document
        plain = self.coded.to_json()
        events = [
            event | {"could_be": list(names)} for event, names in zip(plain["events"], self.could_be, strict=True)
        ]
        return {
            "document": plain["document"],
            "title": told.title,
            "outlet": told.outlet,
            "author": told.author,
            "date": told.date.isoformat() if told.date else None,
            "language": plain["language"],
            "address": told.address,
            "media_type": told.media_type,
            "retrieved": told.retrieved.isoformat() if told.retrieved else None,
            "witnesses": list(self.witnesses),
            "repeats": [{"document": one.document_hash, "address": one.address} for one in self.repeats],
            "text": told.text,
            "refused": plain["refused"],
            "events": events,
            "claims": plain["claims"],
        }


@dataclass(frozen=True)
class CodedNews:
    """What came of coding sources.

    Attributes:
        reports: The documents, from early to late.
        problems: What could not be read or coded, and why.
        method: What coded, with its version.
        scenario: Id of the scenario that targets were inferred for; "" without one.
        scenario_hash: Its hash; "" without one.
        spent: What a language model was asked and rejected, and the cost; empty for a coder of this machine.
    """

    reports: tuple[CodedReport, ...]
    problems: tuple[Problem, ...]
    method: str
    scenario: str = ""
    scenario_hash: str = ""
    spent: dict[str, Any] | None = None

    def document(self) -> dict[str, Any]:
        """As plain data, as `standoff code --json` prints it (docs/reference/json.md)."""
        return {
            "json_version": JSON_VERSION,
            "method": self.method,
            "scenario": self.scenario,
            "scenario_hash": self.scenario_hash,
            "documents": [report.as_data() for report in self.reports],
            "faults": [{"code": one.code, "file": one.file, "message": one.message} for one in self.problems],
            "language_model": self.spent,
            "versions": versions(),
        }


def code(
    sources: str | Path | Sequence[str | Path],
    *,
    coder: str | Coder = "offline",
    scenario: Scenario | None = None,
    limits: Limits | None = None,
    encoding: str = "",
    progress: Callable[[float], None] | None = None,
) -> CodedNews:
    """Read sources and code what they say.

    Documents that tell the same in nearly the same words are coded once. What cannot be read or coded is told in `problems`
    and hides nothing else.

    Args:
        sources: Paths, web addresses, or "-" for standard input.
        coder: Name of a coder, or one that is open. "llm" sends the texts to a server.
        scenario: A scenario whose other side a text may leave open, and whose events are looked for.
        limits: How much is read of a source.
        encoding: The encoding of the sources, where that is known better than they tell.
        progress: Called with the share of the documents that are coded.

    Returns:
        The coded documents and the problems.

    Raises:
        InputError: The coder is unknown or cannot work.
        MissingExtraError: The coder or a reader is not installed.
    """
    from standoff.news.near_duplicates import find_clusters

    opened = open_coder(coder) if isinstance(coder, str) else coder
    documents, problems = _read([sources] if isinstance(sources, (str, Path)) else sources, limits, encoding)
    clusters = find_clusters(documents)
    reports: list[CodedReport] = []
    if progress is not None:
        progress(0.0)
    for number, cluster in enumerate(clusters):
        try:
            coded = opened.code(cluster.lead)
        except CoderError as error:
            problems += error.problems
            problems += [_not_coded(left.lead) for left in clusters[number:]]
            break
        except InputError as error:
            problems += [replace(one, file=one.file or cluster.lead.address) for one in error.problems]
            continue
        reports.append(_report(cluster, coded))
        if progress is not None:
            progress((number + 1) / len(clusters))
    if scenario is not None:
        reports = _held_against(reports, scenario)
    return CodedNews(
        reports=tuple(reports),
        problems=tuple(problems),
        method=opened.method,
        scenario=scenario.id if scenario is not None else "",
        scenario_hash=scenario.scenario_hash if scenario is not None else "",
        spent=_spent(opened),
    )


def code_lines(
    source: str | Path,
    *,
    coder: str | Coder = "offline",
    limits: Limits | None = None,
    encoding: str = "",
    progress: Callable[[float], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Code a file of sentences, each line by itself.

    Args:
        source: Path of a file, or "-" for standard input.
        coder: As of `code`.
        limits: How much is read.
        encoding: As of `code`.
        progress: Called with the share of the lines that are coded.

    Yields:
        For each line, also an empty one, `line` (from 1), `text` (in normal form; offsets count its code points), `events`,
        `claims` and `refused`, as in `CodedReport.as_data`; what the coder could not make of one line is told in `refused`.

    Raises:
        InputError: The file cannot be read, or the coder is unknown or cannot work.
        MissingExtraError: The coder is not installed.
    """
    from standoff.news.readers import Limits, read_lines

    opened = open_coder(coder) if isinstance(coder, str) else coder
    lines = read_lines(str(source), limits=limits or Limits(), encoding=encoding)
    for number, text in enumerate(lines, start=1):
        plain: dict[str, Any] = {"events": [], "claims": [], "refused": ""}
        try:
            plain |= opened.code(Document(text)).to_json() if text else {}
        except (CoderError, MissingExtraError):
            raise
        except InputError as error:  # of this line alone
            plain["refused"] = "; ".join(problem.message for problem in error.problems)
        yield {"line": number, "text": text} | {key: plain[key] for key in ("events", "claims", "refused")}
        if progress is not None:
            progress(number / len(lines))


def dyad_of(scenario: Scenario) -> Dyad | None:
    """The two sides of a scenario: those who bargain, else its first two players; None where one of them has no code."""
    players = scenario.players
    tables = [stage.bargaining.between for stage in scenario.stages if stage.bargaining is not None]
    sides = [players[name].codes for name in (tables[0] if tables else [*players][:2])]
    return Dyad(sides[0], sides[1]) if len(sides) == 2 and all(sides) else None


def _read(sources: Iterable[str | Path], limits: Limits | None, encoding: str) -> tuple[list[Document], list[Problem]]:
    from standoff.news.readers import Limits, read_documents

    documents: list[Document] = []
    problems: list[Problem] = []
    for source in dict.fromkeys(map(str, sources)):
        try:
            documents += read_documents(source, limits=limits or Limits(), encoding=encoding)
        except InputError as error:
            if isinstance(error, MissingExtraError):  # no fault of the source
                raise
            problems += error.problems
    return documents, problems


def _report(cluster: DuplicateCluster, coded: CodedDocument) -> CodedReport:
    return CodedReport(
        document=cluster.lead,
        coded=coded,
        repeats=cluster.others,
        witnesses=cluster.witnesses,
        could_be=tuple(() for _ in coded.events),
    )


def _not_coded(document: Document) -> Problem:
    message = "it was not coded, because the coder cannot work"
    return Problem("not-coded", message, help="run the command again once it can", file=document.address)


def _held_against(reports: Iterable[CodedReport], scenario: Scenario) -> list[CodedReport]:
    """Fill in targets that a scenario suggests, and say which of its events each event could stand for."""
    from standoff.belief.reportable import find_reportable_events
    from standoff.game.compile import compile_game

    dyad = dyad_of(scenario)
    reportables = find_reportable_events(scenario, compile_game(scenario)).events
    held = []
    for report in reports:
        coded = report.coded if dyad is None else infer_targets(report.coded, dyad)
        could_be = tuple(_could_be(event, reportables) for event in coded.events)
        held.append(replace(report, coded=coded, could_be=could_be))
    return held


def _could_be(event: Event, reportables: Iterable[ReportableEvent]) -> tuple[str, ...]:
    """Events of the model that have this type, and whose actors and targets are these where both are known.

    As where beliefs are updated, only what happened or goes on can be an event of the model, and an inferred target tells
    nothing.
    """
    from standoff.belief.observation import FACTUAL

    if event.factuality not in FACTUAL:
        return ()
    actors = event.actor.countries if event.actor is not None else ()
    targets = event.target.countries if event.target is not None and not event.target.is_inferred else ()
    return tuple(
        one.name
        for one in reportables
        if event.event_type in one.event_types and _agree(actors, one.actors) and _agree(targets, one.targets)
    )


def _agree(told: Sequence[str], expected: Sequence[str]) -> bool:
    return not told or not expected or bool({*told} & {*expected})


def _spent(coder: Coder) -> dict[str, Any] | None:
    usage = getattr(coder, "usage", None)
    return None if usage is None else usage.to_json() | {"cost": getattr(coder, "cost", None)}
