"""`standoff update`: from news to a new forecast, and what moved it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from standoff.cli.common import (
    AsJson,
    BeliefPoints,
    BeliefTolerance,
    Overrides,
    ScenarioName,
    Targets,
    load_scenario,
    make_settings,
    open_console,
    print_indented,
    print_json,
    print_note,
    print_title,
)
from standoff.cli.news_options import (
    CoderName,
    StoreLocation,
    format_foreign,
    open_coder_named,
    open_store_named,
    parse_day,
)
from standoff.cli.progress import progress_bar
from standoff.errors import InputError, Problem
from standoff.text import UNKNOWN, format_change, format_day, format_percent, format_short_day, pluralise

if TYPE_CHECKING:
    from rich.console import Console

    from standoff.belief.continued_scenario import ContinuedScenario
    from standoff.belief.likelihood import ReportingModel
    from standoff.belief.updating import ReportEffect, Update
    from standoff.desk.coding import NotCoded
    from standoff.desk.event_set import EventSet
    from standoff.desk.update import NewsUpdate
    from standoff.scenario import Scenario
    from standoff.store.repository import Store

__all__ = ["register"]

MOST_STATES = 5
MOST_DATES = 6
MOST_EXCLUDED = 12
PASSAGE = 120
"""Approximate number of characters of a quoted passage."""
LEAST_PROBABILITY = 0.01
"""Probability from which an outcome has a line of its own."""


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("update", short_help="Update a forecast on the news.")(update)


def update(
    scenario: ScenarioName,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|URL]...",
            help="News to code first; with --store the result is kept there. Without sources, the events of the store are used.",
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Use events up to this day (default: the day of the latest news)."),
    ] = None,
    reviews: Annotated[
        Path | None,
        typer.Option(
            "--reviews",
            metavar="FILE",
            help="Reviews to apply first, in the form of `standoff review --export`; they are kept in the store.",
        ),
    ] = None,
    confusion: Annotated[
        Path | None,
        typer.Option(
            "--confusion",
            metavar="FILE",
            help="Confusion matrix of the coder (JSON: `types`, `counts`).",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write the updated scenario as YAML."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Also write the update as an HTML page.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Allow --output to replace an existing file.")] = False,
    dates_undated: Annotated[
        bool,
        typer.Option("--undated", help="Date undated events by their report (the convention of event data sets)."),
    ] = False,
    targets: Targets = None,
    store: StoreLocation = None,
    coder: CoderName = "offline",
    overrides: Overrides = None,
    belief_points: BeliefPoints = None,
    belief_tolerance: BeliefTolerance = 2e-3,
    as_json: AsJson = False,
) -> None:
    """Update a forecast on the news: beliefs, probabilities, and which report moved them."""
    loaded = load_scenario(scenario, overrides)
    day = parse_day("--as-of", as_of)
    if output is not None:
        _check_output(output, force)
    if html is not None:
        from standoff.storing import check_writable

        check_writable(html, "the page")
    model = _load_model(confusion)
    from standoff.analysis.targets import parse_targets
    from standoff.desk.update import record_update, update_on_news

    wanted = parse_targets(loaded, targets) if targets else None
    settings = make_settings(belief_points, belief_tolerance)
    asked: dict[str, Any] = {
        "as_of": day, "model": model, "targets": wanted, "dates_undated": dates_undated, "settings": settings,
    }  # fmt: skip
    number = None
    uncoded: list[NotCoded] = []
    if sources and store is None:
        events = _code_sources(loaded, sources, reviews, coder=coder, uncoded=uncoded)
        with progress_bar() as progress:
            found = update_on_news(loaded, events, **asked, progress=progress)
    else:
        with open_store_named(store) as opened:
            events = _load_from_store(opened, loaded, sources or [], reviews, coder=coder, uncoded=uncoded)
            with progress_bar() as progress:
                found = update_on_news(loaded, events, **asked, progress=progress)
            number = record_update(opened, found)
    if as_json:
        document: dict[str, Any] = found.to_json() | {
            "run": number,
            "not_coded": [{"document": one.document.address, "reason": one.reason} for one in uncoded],
        }
        print_json(document)
    else:
        _draw(open_console(), found, events, uncoded=uncoded, run_id=number)
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
        message = f"`{output}` already exists"
        raise InputError(
            Problem("file-exists", message, help="choose another name, or replace the file with `--force`")
        )
    check_writable(output, "the scenario")


def _write(output: Path, continued: ContinuedScenario, force: bool, as_json: bool) -> None:
    from standoff.storing import write_whole

    _check_output(output, force)  # again, because the work took a while
    write_whole(output, continued.text.encode("utf-8"), "the scenario")
    if not as_json:
        typer.echo(f"\nwrote {output}; next: standoff run {output}")
        for note in continued.notes:
            typer.echo(f"  {note}")


def _load_model(confusion: Path | None) -> ReportingModel | None:
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
    opened: Store, loaded: Scenario, sources: list[str], reviews: Path | None, *, coder: str, uncoded: list[NotCoded]
) -> EventSet:
    """Load the events of the store, after sources are ingested and reviews are applied."""
    from standoff.desk.event_set import load_events

    if sources:
        from standoff.desk.coding import read_sources
        from standoff.desk.ingestion import ingest

        documents, faults = read_sources(sources)
        if faults:
            raise InputError(faults)
        uncoded += ingest(opened, documents, coder=open_coder_named(coder), scenario=loaded).not_coded
    if reviews is not None:
        from standoff.desk.review_form import read_reviews

        opened.add_reviews(read_reviews(reviews, load_events(opened), loaded))
    return load_events(opened)


def _draw(
    console: Console, found: NewsUpdate, events: EventSet, *, uncoded: Sequence[NotCoded], run_id: int | None
) -> None:
    """Print the state of the crisis, the new forecast, the effect of each report, and what produced the numbers."""
    from rich.text import Text

    from standoff.cli.tables import print_certificate

    solution, update = found.update.solution, found.update
    scenario = solution.scenario
    passages = {events.names[one.event_id]: events.quote_passage(one, PASSAGE) for one in events.events}
    print_title(console, scenario, f"as of {format_day(scenario.as_of)}, updated to {format_day(update.as_of)}")
    counted = sum(len(one.observation.sources) for one in update.effects)
    merged = len(events.events) - len(update.effects) - len(update.excluded)
    console.print(
        f"{pluralise(len(events.events), 'event')} coded: {len(update.effects)} used "
        f"({pluralise(counted, 'source')}), {f'{merged} counted with another, ' if merged else ''}"
        f"{len(update.excluded)} excluded"
    )
    if dated := found.reports.dated_by_report:
        console.print(f"{len(dated)} undated, counted on the day of their report: {', '.join(dated)}")
    for one in uncoded:
        where, reason = one.document.address, one.reason
        console.print(Text("not coded: ", style="yellow") + format_foreign(f"{where}: {reason}"))
    console.print()
    _draw_doubts(console, update, passages)
    _draw_probabilities(console, found)
    _draw_beliefs(console, update)
    _draw_states(console, update)
    _draw_effects(console, update, passages)
    _draw_excluded(console, update, passages)
    console.print(Text("Model of reporting", style="bold"))
    print_indented(console, "event types: " + format_foreign(update.model.confusion.origin).plain)
    rates = ", ".join(f"{name} {rate:g}" for name, rate in update.model.reporting_rates.items())
    print_indented(
        console,
        f"probability of a report: {rates}; unrelated reports: {update.model.background_per_week:g} a week (judgements)\n",
    )
    print_certificate(console, solution)
    error = "none" if math.isnan(update.belief_error) else f"{update.belief_error:.1e}"
    print_indented(
        console,
        f"updated probabilities: error {error}, neglected associations {update.neglected:.1e}, "
        f"log marginal likelihood {update.log_likelihood:.2f}",
    )
    if run_id is not None:
        console.print(f"  run {run_id} of the store, based on its contents up to write {found.reports.known_by}")


def _draw_doubts(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    from rich.text import Text

    for one in update.doubts:
        bits = "∞" if math.isinf(one.surprise_bits) else f"{one.surprise_bits:.1f}"
        what = format_foreign(f"{format_short_day(one.observation.date)} {_describe_report(one, passages)}")
        console.print(Text(f"the model did not expect this ({bits} bits): ", style="bold red") + what)
    if update.doubts:
        console.print()


def _draw_probabilities(console: Console, found: NewsUpdate) -> None:
    """Print the old and the new forecast by date."""
    from rich.text import Text

    from standoff.cli.tables import make_table

    update = found.update
    dates = update.dates[1:] or update.dates
    step = max(1, -(-len(dates) // MOST_DATES))
    indices = sorted({*range(step - 1, len(dates), step), len(dates) - 1})
    columns = [index + (1 if update.dates[1:] else 0) for index in indices]
    table = make_table("probability by", *(format_short_day(update.dates[index]) for index in columns))
    for one in update.probabilities:
        style = "italic" if one.kind == "milestone" else ""
        cells = []
        for index in columns:
            # `before` is by the end of each period from the first, `after` by the start of each from the state's
            before = float(one.before[update.state_period + index - 1])
            after = float(one.after[index])
            cells.append(f"{format_percent(before)} → {format_percent(after)}")
        table.add_row(Text(one.label, style=style), *cells)
    console.print(table)
    console.print(Text("before → after the news; milestones (italics) can overlap.\n", style="dim"))


def _draw_beliefs(console: Console, update: Update) -> None:
    from rich.text import Text

    for one in update.beliefs:
        is_open = not math.isnan(float(one.mean[update.state_period]))
        now = format_percent(float(one.mean[update.state_period])) if is_open else UNKNOWN
        console.print(Text(f"{one.label}, {one.type_label}: {format_percent(float(one.mean[0]))} → {now}"))
    if update.beliefs:
        console.print()


def _draw_states(console: Console, update: Update) -> None:
    """Print the states in which the crisis may be, with their probabilities."""
    from rich.text import Text

    from standoff.cli.tables import make_table

    table = make_table(f"state on {format_day(update.state_date)}", "probability")
    likely = update.states[:MOST_STATES]
    for outcome in update.outcomes:
        if outcome.probability >= LEAST_PROBABILITY:
            table.add_row(Text(f"ended: {outcome.label}"), format_percent(outcome.probability))
    other = sum(outcome.probability for outcome in update.outcomes if outcome.probability < LEAST_PROBABILITY)
    if other > 0.0:
        table.add_row("ended with another outcome", format_percent(other))
    for state in likely:
        table.add_row(
            Text(", ".join(f"{track} {level}" for track, level in state.levels.items())),
            format_percent(state.probability),
        )
    rest = sum(state.probability for state in update.states[MOST_STATES:])
    if rest > 0.0:
        table.add_row(f"{len(update.states) - MOST_STATES} other states", format_percent(rest))
    console.print(table)
    console.print()


def _draw_effects(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    """Print the effect of each report on the targets."""
    from rich.text import Text

    from standoff.cli.tables import make_table

    if not update.effects:
        console.print("No report is used.\n")
        return
    letters = [chr(ord("A") + k) for k in range(len(update.target_labels))]
    for k, (letter, label) in enumerate(zip(letters, update.target_labels, strict=True)):
        text = (
            f"{format_percent(update.before[k])}, if nothing had been reported {format_percent(update.without_reports[k])}, "
            f"now {format_percent(update.after[k])}"
        )
        console.print(Text(f"{letter}  {label}: {text}"))
    console.print()
    for k, one in enumerate(update.effects, start=1):
        association = one.associations[0]
        console.print(
            Text(f"{k}  ", style="bold")
            + format_foreign(f"{format_short_day(one.observation.date)} {_describe_report(one, passages)}")
        )
        matched = f"matched to {association.event or 'an unrelated event'} ({format_percent(association.probability)})"
        console.print(Text("   ") + format_foreign(f"{matched}; source: {'; '.join(one.observation.sources)}", "dim"))
    console.print()
    headings = [heading for letter in letters for heading in (f"{letter} shift", f"{letter} step")]
    table = make_table("report", "bits", *headings)
    for k, one in enumerate(update.effects, start=1):
        bits = "∞" if math.isinf(one.surprise_bits) else f"{one.surprise_bits:.1f}"
        moves = [format_change(float(change)) for n in range(len(letters)) for change in (one.shift[n], one.step[n])]
        table.add_row(f"{k}", bits + ("!" if one.is_surprising else ""), *moves)
    console.print(table)
    print_note(
        console,
        "shift: change in percentage points compared with all reports but this one; step: change as the report is added in "
        "order of date; bits: surprise, larger where the model expected the report less.\n",
    )


def _describe_report(one: ReportEffect, passages: Mapping[str, str]) -> str:
    seen = one.observation
    who, towards = " ".join(seen.actors) or "?", f" to {' '.join(seen.targets)}" if seen.targets else ""
    return f"{seen.event_type} {who}{towards}: {passages[seen.name]}"


def _draw_excluded(console: Console, update: Update, passages: Mapping[str, str]) -> None:
    from standoff.cli.tables import make_table

    if not update.excluded:
        return
    table = make_table("excluded", "reason", left=2)
    for one in update.excluded[:MOST_EXCLUDED]:
        table.add_row(format_foreign(f"{one.event_type}: {passages[one.name]}", width=90), format_foreign(one.reason))
    if len(update.excluded) > MOST_EXCLUDED:
        table.add_row(f"and {len(update.excluded) - MOST_EXCLUDED} more", "see --json")
    console.print(table)
    console.print()
