"""Circles among names that refer to one another, and an order in which no name refers ahead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["find_cycles", "sort_by_need"]


def find_cycles(links: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Find the circles met by following the references from each name in turn.

    Args:
        links: Name -> the names it refers to; names that are not keys are ignored.

    Returns:
        Each circle as its names in order, beginning with the one that comes first in `links`.

    Examples:
        >>> find_cycles({"a": ["b"], "b": ["c", "a"], "c": []})
        [('a', 'b')]
    """
    order = {name: position for position, name in enumerate(links)}
    done: set[str] = set()
    cycles: list[tuple[str, ...]] = []
    for root in links:
        trail: list[str] = []
        pending = [] if root in done else [(root, False)]
        while pending:
            name, leaving = pending.pop()
            if leaving:
                trail.pop()
                done.add(name)
                continue
            if name in trail:
                cycle = trail[trail.index(name) :]
                first = cycle.index(min(cycle, key=order.__getitem__))
                cycles.append((*cycle[first:], *cycle[:first]))
                continue
            if name in done:
                continue
            trail.append(name)
            pending.append((name, True))
            pending.extend((inner, False) for inner in sorted(links[name]) if inner in links)
    return cycles


def sort_by_need(links: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Sort names so that each comes after those it refers to.

    Args:
        links: Name -> the names it refers to, trusted to be free of circles; names that are not keys are ignored.

    Examples:
        >>> sort_by_need({"a": ["b"], "b": []})
        ('b', 'a')
    """
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        if name not in placed:
            for inner in sorted(links[name]):
                if inner in links:
                    place(inner)
            placed[name] = None

    for name in links:
        place(name)
    return tuple(placed)
