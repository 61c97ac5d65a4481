"""Faults of correlations: parameters that are not drawn, pairs told twice, and ranks that make no matrix."""

from __future__ import annotations

from collections.abc import Iterator

from standoff.errors import Problem, nearest
from standoff.scenario.correlations import (
    SMALLEST_EIGENVALUE,
    nearest_ranks,
    rank_matrix,
    ranks_of,
    smallest_eigenvalue,
)
from standoff.scenario.names import Declared
from standoff.scenario.schema import Scenario
from standoff.scenario.schema_parameters import Correlation, is_drawn

__all__ = ["CorrelationCheck"]

_TOLERANCE = 1e-9


class CorrelationCheck:
    """Looks at what a scenario says about which parameters go together."""

    def __init__(self, scenario: Scenario, declared: Declared) -> None:
        self.scenario = scenario
        self.declared = declared
        self.tell = scenario.source_map.problem

    def problems(self) -> Iterator[Problem]:
        """Yield every problem; whether the whole is positive definite is asked only where nothing else is wrong."""
        told = [
            problem
            for position, correlation in enumerate(self.scenario.correlations)
            for problem in self._entry(f"correlations.{position}", correlation)
        ]
        told += self._twice() if not told else ()
        yield from told
        if not told and self.scenario.correlations and not self._lost():
            yield from self._whole()

    def _lost(self) -> bool:
        """Whether some name is lost, so that less than the whole is known."""
        return any(name in self.declared.lost for part in self.scenario.correlations for name in part.parameters)

    def _entry(self, path: str, correlation: Correlation) -> Iterator[Problem]:
        yield from self._names(path, correlation)
        rank = correlation.rank
        if isinstance(rank, tuple):
            yield from self._matrix(f"{path}.rank", len(correlation.parameters), rank)
        elif not -1.0 < rank < 1.0:
            yield self._out_of_bounds(f"{path}.rank", rank)

    def _names(self, path: str, correlation: Correlation) -> Iterator[Problem]:
        parameters = self.scenario.parameters
        for index, name in enumerate(correlation.parameters):
            place = f"{path}.parameters.{index}"
            if name in self.declared.lost:
                continue
            if name in correlation.parameters[:index]:
                yield self.tell("correlation", f"`{name}` is named twice", place, "name it once")
            elif name not in parameters:
                message = f"there is no parameter `{name}`"
                yield self.tell("unknown-parameter", message, place, nearest(name, list(parameters)))
            elif not is_drawn(parameters[name], parameters):
                message = f"`{name}` is not drawn: it has no range and no distribution, or it is a formula of others"
                yield self.tell("correlation", message, place, f"give `{name}` a range, or take it away here")

    def _matrix(self, path: str, size: int, rows: tuple[tuple[float, ...], ...]) -> Iterator[Problem]:
        if len(rows) != size or any(len(row) != size for row in rows):
            columns = "/".join(dict.fromkeys(str(len(row)) for row in rows)) or "0"
            message = f"the matrix for {size} parameters has `{len(rows)}` rows of `{columns}` numbers"
            yield self.tell("correlation", message, path, f"write {size} rows of {size} numbers")
            return
        for k, row in enumerate(rows):
            if abs(row[k] - 1.0) > _TOLERANCE:
                message = f"`{row[k]:g}` stands on the diagonal"
                yield self.tell("correlation", message, f"{path}.{k}.{k}", "write 1: each goes with itself")
            for j in range(k):
                if abs(row[j] - rows[j][k]) > _TOLERANCE:
                    message = f"`{row[j]:g}` stands where its mirror image is `{rows[j][k]:g}`"
                    yield self.tell("correlation", message, f"{path}.{k}.{j}", "write the same number in both places")
                elif not -1.0 < row[j] < 1.0:
                    yield self._out_of_bounds(f"{path}.{k}.{j}", row[j])

    def _out_of_bounds(self, path: str, rank: float) -> Problem:
        message = f"the rank correlation is `{rank:g}`"
        return self.tell("correlation", message, path, "write a number above -1 and below 1")

    def _twice(self) -> Iterator[Problem]:
        """Tell pairs that two entries give."""
        seen: set[frozenset[str]] = set()
        for position, correlation in enumerate(self.scenario.correlations):
            for first, second, _ in ranks_of(correlation):
                pair = frozenset((first, second))
                if pair in seen:
                    message = f"`{first}` and `{second}` are correlated twice"
                    yield self.tell("correlation", message, f"correlations.{position}", "keep one of the two")
                seen.add(pair)

    def _whole(self) -> Iterator[Problem]:
        """Tell ranks that no variables can have, with the nearest ones that some have."""
        ranks = {(a, b): rank for part in self.scenario.correlations for a, b, rank in ranks_of(part)}
        names = list(dict.fromkeys(name for part in self.scenario.correlations for name in part.parameters))
        matrix = rank_matrix(names, ranks)
        if smallest_eigenvalue(matrix) > SMALLEST_EIGENVALUE:
            return
        offered = nearest_ranks(matrix)
        changed = [
            f"`{names[j]}` and `{names[k]}` {offered[k, j]:g}"
            for k in range(len(names))
            for j in range(k)
            if abs(offered[k, j] - matrix[k, j]) > 10.0**-3
        ]
        message = "no numbers can be correlated like that: the matrix is not positive definite"
        yield self.tell(
            "correlation-matrix", message, "correlations", f"the nearest that they can be: {', '.join(changed)}"
        )
