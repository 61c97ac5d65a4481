"""`standoff update`: from news to a new forecast, and what moved it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from standoff.cli.coder_options import open_coder_named
from standoff.cli.indicators import Targets
from standoff.cli.news_options import AsJson, CoderName, StorePlace, day_of, open_desk
from standoff.cli.progress import progress_bar
from standoff.cli.run import BeliefPoints, BeliefTolerance, Overrides, ScenarioName
from standoff.errors import InputError, Problem

if TYPE_CHECKING:
    from standoff.belief.continued_scenario import ContinuedScenario
    from standoff.belief.likelihood import ReportingModel
    from standoff.desk.coding import NotCoded
    from standoff.desk.event_set import EventSet
    from standoff.scenario import Scenario
    from standoff.store.repository import Store

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("update")(update)


def update(
    scenario: ScenarioName,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|URL]...",
            help="News to be coded first; with --store it is kept there. Without any, the events of the store are used.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DAY", help="Count what happened up to this day; by default the day of the latest news."
        ),
    ] = None,
    reviews: Annotated[
        Path | None,
        typer.Option(
            "--reviews",
            metavar="FILE",
            help="Reviews to apply first, as `standoff review --export` makes them; kept in the store.",
        ),
    ] = None,
    confusion: Annotated[
        Path | None,
        typer.Option(
            "--confusion",
            metavar="FILE",
            help="What the coder makes of types, measured: JSON with `types` and `counts`.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write the scenario as it stands now, to go on from; YAML."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write the update as a page.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --output replace a file.")] = False,
    dates_undated: Annotated[
        bool,
        typer.Option(
            "--undated", help="Count what happened on no told day on the day of its report, as event data sets do."
        ),
    ] = False,
    target: Targets = None,
    store: StorePlace = None,
    coder: CoderName = "offline",
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Bring a forecast up to date with news: beliefs, probabilities, and which report moved them."""
    from standoff.catalog.opening import load

    loaded = load(scenario, overrides=list(overrides or []))
    day = day_of("--as-of", as_of)
    if output is not None:
        _check_output(output, force)
    if html is not None:
        from standoff.storing import check_writable

        check_writable(html, "the page")
    model = _model(confusion)
    from standoff.analysis.targets import parse_targets
    from standoff.desk.update import record_update, update_on_news
    from standoff.solve.equilibrium import Settings

    targets = parse_targets(loaded, target) if target else None
    settings = Settings(belief_points=belief_points, belief_tolerance=belief_tolerance)
    asked: dict[str, Any] = {
        "as_of": day, "model": model, "targets": targets, "dates_undated": dates_undated, "settings": settings,
    }  # fmt: skip
    number = None
    uncoded: list[NotCoded] = []
    if sources and store is None:
        events = _code_sources(loaded, sources, reviews, coder=coder, uncoded=uncoded)
        with progress_bar() as progress:
            found = update_on_news(loaded, events, **asked, progress=progress)
    else:
        with open_desk(store) as desk:
            events = _load_from_store(desk, loaded, sources or [], reviews, coder=coder, uncoded=uncoded)
            with progress_bar() as progress:
                found = update_on_news(loaded, events, **asked, progress=progress)
            number = record_update(desk, found)
    if as_json:
        document: dict[str, Any] = found.to_json() | {
            "run": number,
            "not_coded": [{"document": one.document.address, "reason": one.reason} for one in uncoded],
        }
        sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")
    else:
        from standoff.cli.update_drawing import draw_update

        draw_update(found, events, uncoded=uncoded, run_id=number)
    if html is not None:
        from standoff.report.update_page import write_update

        write_update(found, events, html)
        if not as_json:
            typer.echo(f"\nwrote {html}")
    if output is not None:
        from standoff.belief.continued_scenario import continue_scenario

        continued = continue_scenario(found.update)
        _write(output, continued, force, as_json)


def _check_output(output: Path, force: bool) -> None:
    from standoff.storing import check_writable

    if output.exists() and not force:
        message = f"`{output}` is there already"
        raise InputError(Problem("file-exists", message, help="choose another name, or replace it with `--force`"))
    check_writable(output, "the scenario")


def _write(output: Path, continued: ContinuedScenario, force: bool, as_json: bool) -> None:
    from standoff.storing import write_whole

    _check_output(output, force)  # again: the work took a while
    write_whole(output, continued.text.encode("utf-8"), "the scenario")
    if not as_json:
        typer.echo(f"\nwrote {output}; next: standoff run {output}")
        for note in continued.notes:
            typer.echo(f"  {note}")


def _model(confusion: Path | None) -> ReportingModel | None:
    if confusion is None:
        return None
    from standoff.belief.likelihood import ReportingModel, load_confusion_matrix

    return ReportingModel(confusion=load_confusion_matrix(confusion))


def _code_sources(
    loaded: Scenario, sources: list[str], reviews: Path | None, *, coder: str, uncoded: list[NotCoded]
) -> EventSet:
    """Code sources without a store."""
    from standoff.desk.coding import read_sources
    from standoff.desk.event_set import apply_reviews, code_events
    from standoff.desk.review_form import read_reviews

    documents, faults = read_sources(sources)
    if faults:
        raise InputError(faults)
    events, not_coded = code_events(documents, open_coder_named(coder))
    uncoded += not_coded
    if reviews is None:
        return events
    return apply_reviews(events, read_reviews(reviews, events, loaded))


def _load_from_store(
    desk: Store, loaded: Scenario, sources: list[str], reviews: Path | None, *, coder: str, uncoded: list[NotCoded]
) -> EventSet:
    """Load the events of the store, after sources are ingested and reviews are applied."""
    from standoff.desk.event_set import load_events

    if sources:
        from standoff.desk.coding import read_sources
        from standoff.desk.ingest import ingest

        documents, faults = read_sources(sources)
        if faults:
            raise InputError(faults)
        uncoded += ingest(desk, documents, coder=open_coder_named(coder), scenario=loaded).not_coded
    if reviews is not None:
        from standoff.desk.review_form import read_reviews

        desk.add_reviews(read_reviews(reviews, load_events(desk), loaded))
    return load_events(desk)
