"""The folder of an ensemble or of other solves, which keeps finished draws.

    DIR/ensemble.json          description of the ensemble: everything on which a draw depends, and its hash
    DIR/parts/draws-*.parquet  finished draws of a run in progress or interrupted, one small file a second
    DIR/draws.parquet          all draws of a finished run: a row for each draw with its parameters, certificate and
                               probabilities by period
    DIR/checks.parquet         the draws that were also solved on enough belief points; draw -1 has the values of the file
    DIR/bands.parquet          the bands: a row for each outcome or milestone and period

Every file is written under another name and renamed, so a killed run leaves complete files. A draw counts once even if several
rows have its number: the row with more belief points counts.
"""

from __future__ import annotations

import io
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from standoff.analysis.draw_keys import describe_ensemble
from standoff.analysis.ensemble import ENSEMBLE_TOLERANCE, check_request, ensemble
from standoff.analysis.ensemble_result import LEVELS, Ensemble, FailedDraw, SeriesName, list_series
from standoff.analysis.executor import Executor
from standoff.analysis.resolution import Solved
from standoff.errors import InputError, Problem, StoreError
from standoff.extras import import_extra
from standoff.scenario import Scenario
from standoff.solve.result import Settings
from standoff.storing import check_writable, write_whole

__all__ = ["EnsembleFolder", "run_ensemble_in_folder"]

SAVE_SECONDS = 1.0
"""Longest time in seconds that finished draws wait to be written."""
MANIFEST = "ensemble.json"
TABLES = ("draws", "checks")
_NUMBERS = ("residual", "regret", "belief_error", "consistency_gap")
_COUNTS = ("belief_points", "nodes", "unique", "folds")


def run_ensemble_in_folder(
    scenario: Scenario,
    num_draws: int,
    path: Path,
    *,
    seed: int = 0,
    settings: Settings | None = None,
    executor: Executor | None = None,
    progress: Callable[[float], None] | None = None,
) -> Ensemble:
    """Solve an ensemble and keep its finished draws in a folder; a folder that holds part of this ensemble is resumed.

    Args:
        scenario: The scenario.
        num_draws: Number of draws; powers of two spread most evenly.
        path: The folder.
        seed: Random seed of the draws.
        settings: How each draw is solved; by default with the belief tolerance `ENSEMBLE_TOLERANCE`.
        executor: Solves the draws; by default the threads of this process.
        progress: Called now and then with the share of the work done.

    Raises:
        InputError: Nothing can be drawn, the number of draws or the seed is out of bounds, or the folder holds something else.
        SolveError: No draw was solved, or checked draws miss the belief tolerance.
    """
    settings = settings or Settings(belief_tolerance=ENSEMBLE_TOLERANCE)
    check_request(scenario, num_draws, seed)  # before the folder is made
    described = describe_ensemble(scenario, seed=seed, settings=settings)
    with EnsembleFolder(path, described, list_series(scenario)) as folder:
        found = ensemble(
            scenario, num_draws, seed=seed, settings=settings, executor=executor, store=folder, progress=progress
        )
        folder.finish(found)
    return found


class EnsembleFolder:
    """A folder that one ensemble is kept in; one process at a time may use it.

    Attributes:
        path: The folder.
    """

    def __init__(
        self, path: Path, described: Mapping[str, Any], names: Sequence[SeriesName], *, noun: str = "ensemble"
    ) -> None:
        """Open or create the folder.

        Args:
            path: The folder.
            described: Which ensemble it is for, as `describe_ensemble` says.
            names: What its series are about.
            noun: What it holds, in messages.

        Raises:
            MissingExtraError: pyarrow is not installed.
            InputError: The path is not a folder for this ensemble: it contains another one or something else, it cannot be
                written to, or another run uses it.
            StoreError: The folder is damaged.
        """
        self._arrow = import_extra("pyarrow", "parquet", f"a folder for the {noun}")
        self._parquet = import_extra("pyarrow.parquet", "parquet", f"a folder for the {noun}")
        self.path = path
        self._noun = noun
        self._key = str(described["key"])
        self._columns = [f"probabilities.{name.name}" for name in names]
        self._waiting: dict[str, dict[int, Solved | FailedDraw]] = {table: {} for table in TABLES}
        self._saved_at = time.monotonic()
        self._claim(described)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the folder for other runs; what was not flushed is lost."""
        if self._lock is not None:
            self._lock.close()

    def load(self, table: str) -> dict[int, Solved | FailedDraw]:
        """Load the records of a table, by number of the draw.

        Raises:
            StoreError: A file is damaged.
        """
        found: dict[int, Solved | FailedDraw] = {}
        whole = self.path / f"{table}.parquet"
        for path in (*([whole] if whole.exists() else ()), *self._list_parts(table)):
            for number, record in self._read(path):
                if _is_better(record, found.get(number)):
                    found[number] = record
        return found

    def save(self, table: str, records: Mapping[int, Solved | FailedDraw]) -> None:
        """Add records; they are written with the others of the same second."""
        self._waiting[table].update(records)
        if time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write the waiting records.

        Raises:
            InputError: It cannot be written.
        """
        for table, records in self._waiting.items():
            if records:
                name = f"{table}-{min(records):08d}-{secrets.token_hex(4)}.parquet"
                self._write(self.path / "parts" / name, self._make_columns(records))
                records.clear()
        self._saved_at = time.monotonic()

    def finish(self, ensemble: Ensemble) -> None:
        """Write the tables of a finished run, and remove its parts.

        Raises:
            InputError: A file cannot be written; the parts are still there.
        """
        self.flush()
        for table in TABLES:
            records = dict(sorted(self.load(table).items()))
            columns = self._make_columns(records)
            if table == "draws":
                columns |= _make_parameters(ensemble, list(records))
            self._write(self.path / f"{table}.parquet", columns)
        self._write(self.path / "bands.parquet", _make_bands(ensemble))
        for table in TABLES:
            for path in self._list_parts(table):
                path.unlink(missing_ok=True)

    def _claim(self, described: Mapping[str, Any]) -> None:
        """Claim the folder for this ensemble, or refuse it."""
        manifest = self.path / MANIFEST
        if self.path.suffix == ".parquet" or (self.path.exists() and not self.path.is_dir()):
            raise self._make_refusal("it is not a folder", "give the name of a folder; its files are Parquet")
        if manifest.exists():
            self._compare(manifest, described)
        elif self.path.exists() and any(self.path.iterdir()):
            raise self._make_refusal("it contains something else", "give the name of a new folder")
        else:
            check_writable(self.path / MANIFEST if self.path.exists() else self.path, f"the {self._noun}")
            self.path.mkdir(exist_ok=True)
            write_whole(manifest, json.dumps(described, indent=1).encode(), f"the {self._noun}")
        (self.path / "parts").mkdir(exist_ok=True)
        check_writable(self.path / "parts" / "draws", f"the {self._noun}")
        self._lock = self._lock_folder()

    def _compare(self, manifest: Path, described: Mapping[str, Any]) -> None:
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))
            key = found["key"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"`{manifest}` cannot be read ({error})"
            raise StoreError(Problem("run-folder", message, help="restore it, or choose another folder")) from None
        if key == described["key"]:
            return
        other = next((name for name in described if name != "key" and found.get(name) != described[name]), "key")
        there, here = _shorten(found.get(other)), _shorten(described[other])
        reason = f"it contains another {self._noun}: `{other}` is {there} there and {here} here"
        raise self._make_refusal(reason, f"give the name of a new folder, or ask for the same {self._noun}")

    def _make_refusal(self, reason: str, advice: str) -> InputError:
        message = f"`{self.path}` cannot hold this {self._noun}: {reason}"
        return InputError(Problem("run-folder", message, help=advice))

    def _lock_folder(self) -> IO[str] | None:
        """Lock the folder while this process lives, if the system has `flock`; else two runs repeat the same work."""
        try:
            import fcntl
        except ModuleNotFoundError:
            return None
        file = (self.path / "parts" / ".lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise self._make_refusal("another run uses it", "wait for it, or give another folder") from None
        return file

    def _list_parts(self, table: str) -> list[Path]:
        return sorted((self.path / "parts").glob(f"{table}-*.parquet"))

    def _make_columns(self, records: Mapping[int, Solved | FailedDraw]) -> dict[str, Any]:
        """Make the columns of records; a failed draw has null for what it lacks."""
        arrow = self._arrow
        rows = list(records.values())
        solved = [row if isinstance(row, Solved) else None for row in rows]
        failed = [row if isinstance(row, FailedDraw) else None for row in rows]
        columns: dict[str, Any] = {
            "draw": arrow.array(list(records), arrow.int64()),
            "code": arrow.array([row and row.code for row in failed], arrow.string()),
            "message": arrow.array([row and row.message for row in failed], arrow.string()),
        }
        for name in _COUNTS:
            columns[name] = arrow.array([row and getattr(row, name) for row in solved], arrow.int64())
        for name in _NUMBERS:
            columns[name] = arrow.array([row and getattr(row, name) for row in solved], arrow.float64())
        for k, name in enumerate(self._columns):
            series = [None if row is None else row.probabilities[:, k] for row in solved]
            columns[name] = arrow.array(series, arrow.list_(arrow.float64()))
        return columns

    def _write(self, path: Path, columns: Mapping[str, Any]) -> None:
        table = self._arrow.table(dict(columns)).replace_schema_metadata({"ensemble": self._key})
        content = io.BytesIO()
        self._parquet.write_table(table, content)
        write_whole(path, content.getvalue(), f"the {self._noun}")

    def _read(self, path: Path) -> Iterable[tuple[int, Solved | FailedDraw]]:
        """Read the records of a file."""
        try:
            table = self._parquet.read_table(io.BytesIO(path.read_bytes()))
            if (table.schema.metadata or {}).get(b"ensemble") != self._key.encode():
                message = f"`{path}` belongs to another {self._noun}"
                raise StoreError(Problem("run-folder", message, help="remove it from the folder"))
            columns = table.to_pydict()
            return [self._record(columns, row) for row in range(table.num_rows)]
        except (OSError, KeyError, ValueError, TypeError, self._arrow.ArrowException) as error:
            message = f"`{path}` is damaged ({str(error).partition(chr(10))[0]})"
            raise StoreError(Problem("run-folder", message, help="delete it, and its draws are solved again")) from None

    def _record(self, columns: Mapping[str, list[Any]], row: int) -> tuple[int, Solved | FailedDraw]:
        number = int(columns["draw"][row])
        if columns["code"][row] is not None:
            return number, FailedDraw(number, columns["code"][row], columns["message"][row])
        probabilities = np.array([columns[name][row] for name in self._columns], dtype=np.float64).T
        fields: dict[str, Any] = {name: float(columns[name][row]) for name in _NUMBERS}
        fields |= {name: int(columns[name][row]) for name in _COUNTS}
        return number, Solved(probabilities=probabilities, **fields)


def _is_better(record: Solved | FailedDraw, known: Solved | FailedDraw | None) -> bool:
    """Whether a row replaces another row of the same draw."""
    if known is None or isinstance(record, FailedDraw):
        return known is None
    return isinstance(known, FailedDraw) or record.belief_points > known.belief_points


def _make_parameters(ensemble: Ensemble, numbers: Sequence[int]) -> dict[str, Any]:
    """Make the columns of parameters; an earlier run may have had more draws than the ensemble."""
    values = ensemble.values
    if max(numbers, default=-1) >= len(values):
        values = ensemble.sampler.compute_values(0, max(numbers) + 1)
    return {f"parameter.{name}": values[numbers, k] for k, name in enumerate(ensemble.parameters)}


def _make_bands(ensemble: Ensemble) -> dict[str, Any]:
    """Make the columns of the bands, with a row for each series and period."""
    scenario = ensemble.scenario
    num_periods, num_series = ensemble.file_probabilities.shape
    errors = ensemble.standard_errors
    dates = [scenario.find_date(k + 1) for k in range(num_periods)]
    columns: dict[str, Any] = {
        "kind": [name.kind for name in ensemble.names for _ in dates],
        "name": [name.name for name in ensemble.names for _ in dates],
        "period": list(range(1, num_periods + 1)) * num_series,
        "by": dates * num_series,
        "file": ensemble.file_probabilities.T.ravel(),
        "mean": ensemble.mean.T.ravel(),
    }
    for k, level in enumerate(LEVELS):
        columns[f"q{100 * level:02.0f}"] = ensemble.bands[k].T.ravel()
        if errors is not None:
            columns[f"q{100 * level:02.0f}_standard_error"] = errors[k].T.ravel()
    return columns


def _shorten(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
