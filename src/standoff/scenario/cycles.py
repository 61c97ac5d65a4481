"""Cycles among named things that refer to one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["find_cycles"]


def find_cycles(links: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Find the cycles that a walk from each name in turn runs into.

    Args:
        links: Name -> the names it refers to; names that are no key are ignored.

    Returns:
        Each cycle as its names in order, the first one written first; it closes on that one.

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
