"""Code sources and keep nothing: read, merge near duplicates, code, and match the events to a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standoff.desk.coding import NotCoded, code_documents, read_sources
from standoff.errors import CoderError, Problem
from standoff.news.coder import Coder, Dyad, infer_targets
from standoff.news.coders import open_coder
from standoff.news.document import Document
from standoff.version import JSON_VERSION, list_versions

if TYPE_CHECKING:
    from standoff.belief.reportable import ReportableEvent
    from standoff.news.coded import CodedDocument, Event
    from standoff.news.near_duplicates import DuplicateCluster
    from standoff.news.readers import Limits
    from standoff.scenario import Scenario

__all__ = ["CodedNews", "CodedReport", "code", "code_lines", "find_dyad"]


@dataclass(frozen=True)
class CodedReport:
    """One coded document.

    Attributes:
        document: The document; of several near duplicates, the earliest.
        coded: Its events and claims.
        repeats: The other near duplicates, which were not coded.
        witnesses: Outlets that published it, each once; "" for an unknown outlet.
        could_be: By event, the events of the scenario to which it may be matched; empty without a scenario.
    """

    document: Document
    coded: CodedDocument
    repeats: tuple[Document, ...]
    witnesses: tuple[str, ...]
    could_be: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data; offsets count code points of `text`."""
        document = self.document
        plain = self.coded.to_json()
        events = [
            event | {"could_be": list(names)} for event, names in zip(plain["events"], self.could_be, strict=True)
        ]
        return {
            "document": plain["document"],
            "title": document.title,
            "outlet": document.outlet,
            "author": document.author,
            "date": document.date.isoformat() if document.date else None,
            "language": plain["language"],
            "address": document.address,
            "media_type": document.media_type,
            "retrieved": document.retrieved.isoformat() if document.retrieved else None,
            "witnesses": list(self.witnesses),
            "repeats": [{"document": one.document_hash, "address": one.address} for one in self.repeats],
            "text": document.text,
            "refused": plain["refused"],
            "events": events,
            "claims": plain["claims"],
        }


@dataclass(frozen=True)
class CodedNews:
    """The result of coding sources.

    Attributes:
        reports: The coded documents, from early to late.
        problems: Faults of the sources and documents that could not be read or coded.
        method: Coder and its version.
        scenario: Identifier of the scenario for which targets were inferred; "" without one.
        scenario_hash: Hash of that scenario; "" without one.
        spent: Requests to a language model, rejected answers and cost; None for a coder on this machine.
    """

    reports: tuple[CodedReport, ...]
    problems: tuple[Problem, ...]
    method: str
    scenario: str = ""
    scenario_hash: str = ""
    spent: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain data, as `standoff code --json` prints it (docs/reference/json.md)."""
        return {
            "json_version": JSON_VERSION,
            "method": self.method,
            "scenario": self.scenario,
            "scenario_hash": self.scenario_hash,
            "documents": [report.to_json() for report in self.reports],
            "faults": [{"code": one.code, "file": one.file, "message": one.message} for one in self.problems],
            "language_model": self.spent,
            "versions": list_versions(),
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

    Near duplicates are coded once. `problems` lists what could not be read or coded; the rest is coded.

    Args:
        sources: Paths, web addresses, or "-" for standard input.
        coder: Name of a coder, or an open coder. "llm" sends the texts to a server.
        scenario: Scenario to whose events the coded events are matched, and from which unnamed targets are inferred.
        limits: Limits on what is read from a source.
        encoding: Encoding of the sources, if it is known.
        progress: Called with the share of the documents done.

    Returns:
        The coded documents and the problems.

    Raises:
        InputError: The coder is unknown or cannot work.
        MissingExtraError: The coder or a reader is not installed.

    Examples:
        >>> found = code("no-such-report.txt")
        >>> found.reports, [problem.code for problem in found.problems]
        ((), ['no-such-file'])
    """
    from standoff.news.near_duplicates import find_clusters

    opened = open_coder(coder) if isinstance(coder, str) else coder
    documents, problems = read_sources([sources] if isinstance(sources, (str, Path)) else sources, limits, encoding)
    clusters = find_clusters(documents)
    reports: list[CodedReport] = []
    num_done = 0
    if progress is not None:
        progress(0.0)
    try:
        for cluster, (_, coded) in zip(clusters, code_documents((one.lead for one in clusters), opened), strict=True):
            num_done += 1
            if isinstance(coded, NotCoded):
                problems += coded.problems
            else:
                reports.append(_make_report(cluster, coded))
            if progress is not None:
                progress(num_done / len(clusters))
    except CoderError as error:
        problems += error.problems
        problems += [_make_problem(left.lead) for left in clusters[num_done:]]
    if scenario is not None:
        reports = _match_to_scenario(reports, scenario)
    return CodedNews(
        reports=tuple(reports),
        problems=tuple(problems),
        method=opened.method,
        scenario=scenario.id if scenario is not None else "",
        scenario_hash=scenario.scenario_hash if scenario is not None else "",
        spent=_sum_usage(opened),
    )


def code_lines(
    source: str | Path,
    *,
    coder: str | Coder = "offline",
    limits: Limits | None = None,
    encoding: str = "",
    progress: Callable[[float], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Code a file of sentences, each line separately.

    Args:
        source: Path of a file, or "-" for standard input.
        coder: Name of a coder, or an open coder.
        limits: Limits on what is read.
        encoding: Encoding of the file, if it is known.
        progress: Called with the share of the lines done.

    Yields:
        For each line, also an empty one, `line` (from 1), `text` (in normal form; offsets count its code points), `events`,
        `claims` and `refused`, as in `CodedReport.to_json`; `refused` is the reason why a line could not be coded.

    Raises:
        InputError: The file cannot be read, or the coder is unknown or cannot work.
        MissingExtraError: The coder is not installed.
    """
    from standoff.news.readers import Limits, read_lines

    opened = open_coder(coder) if isinstance(coder, str) else coder
    lines = read_lines(str(source), limits=limits or Limits(), encoding=encoding)
    codings = code_documents((Document(text) for text in lines if text), opened)
    for number, text in enumerate(lines, start=1):
        plain: dict[str, Any] = {"events": [], "claims": [], "refused": ""}
        if text:
            _, coded = next(codings)
            plain |= {"refused": coded.reason} if isinstance(coded, NotCoded) else coded.to_json()
        yield {"line": number, "text": text} | {key: plain[key] for key in ("events", "claims", "refused")}
        if progress is not None:
            progress(number / len(lines))


def find_dyad(scenario: Scenario) -> Dyad | None:
    """Find the two sides of a scenario: the bargaining players, else the first two; None if one of them has no code."""
    players = scenario.players
    tables = [stage.bargaining.between for stage in scenario.stages if stage.bargaining is not None]
    sides = [players[name].codes for name in (tables[0] if tables else [*players][:2])]
    return Dyad(sides[0], sides[1]) if len(sides) == 2 and all(sides) else None


def _make_report(cluster: DuplicateCluster, coded: CodedDocument) -> CodedReport:
    return CodedReport(
        document=cluster.lead,
        coded=coded,
        repeats=cluster.others,
        witnesses=cluster.witnesses,
        could_be=tuple(() for _ in coded.events),
    )


def _make_problem(document: Document) -> Problem:
    message = "not coded, because the coder cannot work"
    return Problem("not-coded", message, help="run the command again when the coder works", file=document.address)


def _match_to_scenario(reports: Iterable[CodedReport], scenario: Scenario) -> list[CodedReport]:
    """Infer targets from a scenario, and list the events of its model to which each event may be matched."""
    from standoff.belief.reportable import find_reportable_events
    from standoff.game.compile import compile_game

    dyad = find_dyad(scenario)
    reportables = find_reportable_events(scenario, compile_game(scenario)).events
    held = []
    for report in reports:
        coded = report.coded if dyad is None else infer_targets(report.coded, dyad)
        could_be = tuple(_list_matches(event, reportables) for event in coded.events)
        held.append(replace(report, coded=coded, could_be=could_be))
    return held


def _list_matches(event: Event, reportables: Iterable[ReportableEvent]) -> tuple[str, ...]:
    """List the events of the model with the type of an event, and with its actors and targets where both are known.

    As in an update, only an event that happened or is going on may be matched, and an inferred target carries no information.
    """
    from standoff.belief.observation import FACTUAL

    if event.factuality not in FACTUAL:
        return ()
    actors = event.actor.countries if event.actor is not None else ()
    targets = event.target.countries if event.target is not None and not event.target.is_inferred else ()
    return tuple(
        one.name
        for one in reportables
        if event.event_type in one.event_types and _overlap(actors, one.actors) and _overlap(targets, one.targets)
    )


def _overlap(reported: Sequence[str], expected: Sequence[str]) -> bool:
    return not reported or not expected or bool({*reported} & {*expected})


def _sum_usage(coder: Coder) -> dict[str, Any] | None:
    usage = getattr(coder, "usage", None)
    return None if usage is None else usage.to_json() | {"cost": getattr(coder, "cost", None)}
