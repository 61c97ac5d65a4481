"""Rules of correlations: parameters that are not drawn, pairs given twice, and ranks that form no correlation matrix."""

from __future__ import annotations

from collections.abc import Iterator

from standoff.errors import Problem, suggest_nearest
from standoff.scenario.check.subject import Subject
from standoff.scenario.correlations import (
    SMALLEST_EIGENVALUE,
    build_rank_matrix,
    find_nearest_ranks,
    find_smallest_eigenvalue,
    iterate_ranks,
)
from standoff.scenario.schema_parameters import Correlation, is_drawn

__all__ = ["check_correlations"]

_TOLERANCE = 1e-9


def check_correlations(subject: Subject) -> Iterator[Problem]:
    """Yield every problem of the correlations; the whole matrix is checked only if nothing else is wrong."""
    correlations = subject.scenario.correlations
    found = [
        problem
        for position, correlation in enumerate(correlations)
        for problem in _check_entry(subject, f"correlations.{position}", correlation)
    ]
    found += _check_repeated_pairs(subject) if not found else ()
    yield from found
    is_lost = any(name in subject.names.lost for part in correlations for name in part.parameters)
    if not found and correlations and not is_lost:
        yield from _check_matrix(subject)


def _check_entry(subject: Subject, path: str, correlation: Correlation) -> Iterator[Problem]:
    yield from _check_parameters(subject, path, correlation)
    rank = correlation.rank
    if isinstance(rank, tuple):
        yield from _check_rows(subject, f"{path}.rank", len(correlation.parameters), rank)
    elif not -1.0 < rank < 1.0:
        yield _report_out_of_bounds(subject, f"{path}.rank", rank)


def _check_parameters(subject: Subject, path: str, correlation: Correlation) -> Iterator[Problem]:
    parameters = subject.scenario.parameters
    for index, name in enumerate(correlation.parameters):
        inner = f"{path}.parameters.{index}"
        if name in subject.names.lost:
            continue
        if name in correlation.parameters[:index]:
            yield subject.report("correlation", f"`{name}` is named twice", inner, "name it once")
        elif name not in parameters:
            message = f"there is no parameter `{name}`"
            yield subject.report("unknown-parameter", message, inner, suggest_nearest(name, list(parameters)))
        elif not is_drawn(parameters[name], parameters):
            message = f"`{name}` is not drawn: it has no range and no distribution, or it is a formula of others"
            yield subject.report("correlation", message, inner, f"give `{name}` a range, or remove it here")


def _check_rows(subject: Subject, path: str, size: int, rows: tuple[tuple[float, ...], ...]) -> Iterator[Problem]:
    if len(rows) != size or any(len(row) != size for row in rows):
        columns = "/".join(dict.fromkeys(str(len(row)) for row in rows)) or "0"
        message = f"the matrix for {size} parameters has `{len(rows)}` rows of `{columns}` numbers"
        yield subject.report("correlation", message, path, f"write {size} rows of {size} numbers")
        return
    for k, row in enumerate(rows):
        if abs(row[k] - 1.0) > _TOLERANCE:
            message = f"the diagonal of the matrix holds `{row[k]:g}`"
            advice = "write 1: the correlation of a parameter with itself"
            yield subject.report("correlation", message, f"{path}.{k}.{k}", advice)
        for j in range(k):
            if abs(row[j] - rows[j][k]) > _TOLERANCE:
                message = f"the matrix is not symmetric: `{row[j]:g}` here, but `{rows[j][k]:g}` across the diagonal"
                yield subject.report("correlation", message, f"{path}.{k}.{j}", "write the same number twice")
            elif not -1.0 < row[j] < 1.0:
                yield _report_out_of_bounds(subject, f"{path}.{k}.{j}", row[j])


def _report_out_of_bounds(subject: Subject, path: str, rank: float) -> Problem:
    message = f"the rank correlation is `{rank:g}`"
    return subject.report("correlation", message, path, "write a number above -1 and below 1")


def _check_repeated_pairs(subject: Subject) -> Iterator[Problem]:
    """Yield a problem for every pair that two entries give."""
    seen: set[frozenset[str]] = set()
    for position, correlation in enumerate(subject.scenario.correlations):
        for first, second, _ in iterate_ranks(correlation):
            pair = frozenset((first, second))
            if pair in seen:
                message = f"`{first}` and `{second}` are correlated twice"
                yield subject.report("correlation", message, f"correlations.{position}", "keep one of the two")
            seen.add(pair)


def _check_matrix(subject: Subject) -> Iterator[Problem]:
    """Yield a problem if no variables can have these ranks together, with the nearest possible ones."""
    correlations = subject.scenario.correlations
    ranks = {(a, b): rank for part in correlations for a, b, rank in iterate_ranks(part)}
    names = list(dict.fromkeys(name for part in correlations for name in part.parameters))
    matrix = build_rank_matrix(names, ranks)
    if find_smallest_eigenvalue(matrix) > SMALLEST_EIGENVALUE:
        return
    offered = find_nearest_ranks(matrix)
    changed = [
        f"`{names[j]}` and `{names[k]}` {offered[k, j]:g}"
        for k in range(len(names))
        for j in range(k)
        if abs(offered[k, j] - matrix[k, j]) > 10.0**-3
    ]
    message = "these correlations are impossible together: their matrix is not positive definite"
    advice = f"the nearest possible ones are {', '.join(changed)}"
    yield subject.report("correlation-matrix", message, "correlations", advice)
