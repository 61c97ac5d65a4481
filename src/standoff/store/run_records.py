"""Record and read runs, inside a transaction of the caller."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from standoff.errors import InputError, Problem
from standoff.scenario import Scenario, archive_scenario, restore_scenario
from standoff.store.columns import compute_hash, encode_json
from standoff.store.database import Write
from standoff.store.news_writing import check_text
from standoff.store.records import ForecastSeries, Run, StoredRun
from standoff.store.tables import forecasts, runs, scenarios, writes

__all__ = ["add_run", "list_runs", "read_run", "restore_scenario_of_hash", "restore_scenario_of_run"]


def add_run(write: Write, run: Run) -> int:
    """Record a run, its probabilities, and the scenario if it is new.

    Raises:
        InputError: The last write of its news is not in the store (`unknown-write`).
        ValueError: A number of the document or of the settings is not finite.
    """
    encode_json([dict(run.document), dict(run.settings)])
    faults = check_text("the run", run.kind, run.note)
    last = write.connection.execute(select(func.max(writes.c.id))).scalar_one() or 0
    if run.known_by is not None and not 1 <= run.known_by <= last:
        advice = f"the last write is {last}" if last else "the store has no write yet"
        faults.append(Problem("unknown-write", f"there is no write `{run.known_by}` in the store", help=advice))
    if faults:
        raise InputError(faults)
    row = {
        "write_id": write.write_id,
        "scenario_id": _find_or_add_scenario(write, run.scenario),
        "known_by": run.known_by,
        "kind": run.kind,
        "note": run.note,
        "settings": dict(run.settings),
        "versions": dict(run.document["versions"]),
        "certificate": dict(run.document["certificate"]),
        "document": dict(run.document),
    }
    made = write.connection.execute(insert(runs).values(row)).inserted_primary_key
    assert made is not None
    number = int(made[0])
    rows = [
        {
            "run_id": number,
            "kind": series.kind,
            "name": series.name,
            "label": series.label,
            "dates": [day.isoformat() for day in series.dates],
            "probabilities": list(series.probabilities),
        }
        for series in run.list_series()
    ]
    write.connection.execute(insert(forecasts), rows)
    return number


def list_runs(
    connection: Connection, scenario: str | None, scenario_hash: str | None, kind: str | None, *, limit: int | None
) -> tuple[StoredRun, ...]:
    """List runs in the order of recording; with a limit, the newest ones."""
    wanted = _select_runs()
    if scenario is not None:
        wanted = wanted.where(scenarios.c.name == scenario)
    if scenario_hash is not None:
        wanted = wanted.where(scenarios.c.scenario_hash == scenario_hash)
    if kind is not None:
        wanted = wanted.where(runs.c.kind == kind)
    rows = connection.execute(wanted.order_by(runs.c.id.desc()).limit(limit)).all()
    return _read_rows(connection, list(reversed(rows)))


def read_run(connection: Connection, run_id: int) -> StoredRun:
    """Read one run.

    Raises:
        InputError: There is no such run (`unknown-run`).
    """
    found = _read_rows(connection, list(connection.execute(_select_runs().where(runs.c.id == run_id))))
    if not found:
        raise _make_error(run_id)
    return found[0]


def restore_scenario_of_run(connection: Connection, run_id: int) -> Scenario:
    """Restore the scenario of a run.

    Raises:
        InputError: There is no such run (`unknown-run`).
        ScenarioError: This version of standoff refuses what the scenario says.
    """
    wanted = select(scenarios.c.archive).join(runs, runs.c.scenario_id == scenarios.c.id).where(runs.c.id == run_id)
    found = connection.execute(wanted).scalar_one_or_none()
    if found is None:
        raise _make_error(run_id)
    return restore_scenario(found)


def restore_scenario_of_hash(connection: Connection, scenario_hash: str) -> Scenario:
    """Restore the scenario with a hash, given in full or by a unique start.

    Raises:
        InputError: No scenario has such a hash, or several do (`unknown-scenario`).
        ScenarioError: This version of standoff refuses what the scenario says.
    """
    begins = scenarios.c.scenario_hash.startswith(scenario_hash, autoescape=True)
    rows = connection.execute(
        select(scenarios.c.scenario_hash, func.max(scenarios.c.id)).where(begins).group_by(scenarios.c.scenario_hash)
    ).all()
    if len(rows) != 1 or not scenario_hash:
        problem = f"there is no scenario with the hash `{scenario_hash}` in the store"
        if rows:
            problem = f"several scenarios in the store have a hash that begins with `{scenario_hash}`"
        raise InputError(Problem("unknown-scenario", problem, help="list the runs for their hashes"))
    return restore_scenario(
        connection.execute(select(scenarios.c.archive).where(scenarios.c.id == rows[0][1])).scalar_one()
    )


def _find_or_add_scenario(write: Write, scenario: Scenario) -> int:
    """Find the row of the scenario as written, or add it."""
    kept = archive_scenario(scenario)
    assert restore_scenario(kept).scenario_hash == scenario.scenario_hash, (
        "an archived scenario must be the same scenario"
    )
    name = compute_hash(encode_json(kept))
    found = write.connection.execute(
        select(scenarios.c.id).where(scenarios.c.archive_hash == name)
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    row = {
        "write_id": write.write_id,
        "archive_hash": name,
        "scenario_hash": scenario.scenario_hash,
        "name": scenario.id,
        "title": scenario.title,
        "as_of": scenario.as_of,
        "archive": kept,
    }
    made = write.connection.execute(insert(scenarios).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def _select_runs() -> Select[tuple[Any, ...]]:
    return (
        select(runs, writes.c.recorded_at, scenarios.c.name, scenarios.c.scenario_hash, scenarios.c.as_of)
        .join(writes, writes.c.id == runs.c.write_id)
        .join(scenarios, scenarios.c.id == runs.c.scenario_id)
    )


def _read_rows(connection: Connection, rows: list[Row[tuple[Any, ...]]]) -> tuple[StoredRun, ...]:
    series: dict[int, list[ForecastSeries]] = defaultdict(list)
    numbers = [row.id for row in rows]
    for start in range(0, len(numbers), 500):
        chunk = forecasts.c.run_id.in_(numbers[start : start + 500])
        for row in connection.execute(select(forecasts).where(chunk).order_by(forecasts.c.id)):
            dates = tuple(dt.date.fromisoformat(day) for day in row.dates)
            series[row.run_id].append(ForecastSeries(row.kind, row.name, row.label, dates, tuple(row.probabilities)))
    return tuple(
        StoredRun(
            run_id=row.id,
            write_id=row.write_id,
            recorded_at=row.recorded_at,
            kind=row.kind,
            note=row.note,
            scenario=row.name,
            scenario_hash=row.scenario_hash,
            as_of=row.as_of,
            known_by=row.known_by,
            overrides=tuple(row.document.get("overrides", ())),
            settings=row.settings,
            versions=row.versions,
            certificate=row.certificate,
            document=row.document,
            series=tuple(series[row.id]),
        )
        for row in rows
    )


def _make_error(run_id: int) -> InputError:
    return InputError(Problem("unknown-run", f"there is no run `{run_id}` in the store", help="list the runs"))
