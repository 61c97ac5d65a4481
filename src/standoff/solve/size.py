"""How large a solve is, and whether it fits into memory, before anything of it is allocated."""

from __future__ import annotations

import os
from pathlib import Path

from standoff.errors import InputError, Problem
from standoff.game.model import Game
from standoff.solve.backward_pass import count_rows
from standoff.solve.kernels.arrays import BeliefGrid
from standoff.solve.result import Settings

__all__ = ["count_nodes", "estimate_bytes", "find_memory_budget", "require_memory"]

NUMBER_BYTES = 8
FEW_POINTS = 5
"""Belief points on an axis below which a solve is hardly accurate enough."""
SHARE_OF_MEMORY = 0.5
"""Share of the available memory that a solve may use."""


def find_memory_budget() -> int | None:
    """Return the bytes that a solve may use: half of the memory that is available; None if the system does not say."""
    available = _read_available()
    return None if available is None else int(SHARE_OF_MEMORY * available)


def _read_available() -> int | None:
    """Return the bytes of memory that are free or can be freed."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return 1024 * int(rest.split()[0])
    known = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" in known and "SC_PAGE_SIZE" in known:
        return int(os.sysconf("SC_PHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    return None


def count_nodes(game: Game, num_points: int) -> int:
    """Count the decisions of a game: states in which somebody may have to decide, in every period at every belief point."""
    ends = [*(epoch.start for epoch in game.epochs[1:]), game.num_periods]
    return num_points * sum(
        (end - epoch.start) * sum(int(((layer.mover >= 0) & (layer.arrival > 0)).sum()) for layer in epoch.layers)
        for epoch, end in zip(game.epochs, ends, strict=True)
    )


def estimate_bytes(game: Game, settings: Settings, grid: BeliefGrid, *, follows_branch: bool = False) -> int:
    """Estimate the memory that a solve needs.

    Args:
        game: The game.
        settings: How to solve.
        grid: The belief points.
        follows_branch: Whether the branch of the whole game is followed, which keeps up to four sets of unknowns and three of
            strategies.
    """
    num_planes, num_terminals = len(game.planes), len(game.terminals.outcome)
    layers = game.epochs[0].layers
    decisions = [(layer.num_actions, layer.second is not None) for layer in layers if not layer.is_chance]
    strategies = sum(actions * (2 if has_second else 1) for actions, has_second in decisions)
    strategies *= (2 if game.belief_players else 1) * grid.padded * game.num_periods
    states = sum(game.num_states)
    values = states * num_planes * grid.padded * (game.num_periods if settings.keep_values else 1)
    channels = 1 + len(game.milestones) + num_planes
    mass = 2 * max(game.num_states) * channels * grid.padded
    results = game.num_periods * (num_terminals * (1 + num_planes) + game.num_states[0] + len(game.milestones))
    total = strategies + values + mass + results
    if follows_branch:
        rows = sum(map(count_rows, layers))
        total += 2 * strategies + 4 * rows * grid.padded * game.num_periods
    return NUMBER_BYTES * total


def require_memory(
    game: Game, settings: Settings, grid: BeliefGrid, *, follows_branch: bool = False, budget: int | None = None
) -> None:
    """Refuse a solve that does not fit into memory.

    Args:
        game: The game.
        settings: How to solve.
        grid: The belief points.
        follows_branch: As for `estimate_bytes`.
        budget: Bytes that may be used; None: half of the memory that is available.

    Raises:
        InputError: It would need more.
    """
    budget = find_memory_budget() if budget is None else budget
    needed = estimate_bytes(game, settings, grid, follows_branch=follows_branch)
    if budget is None or needed <= budget:
        return
    advice = ["shorten the horizon", "lengthen the period", "use fewer tracks or levels"]
    points = ""
    if game.belief_players:
        points = f", {grid.num_points:,} belief points"
        if grid.shape[0] > FEW_POINTS:
            advice.append(f"set fewer than {grid.shape[0]} belief points")
            advice += ["accept a larger belief tolerance"] if settings.belief_points is None else []
    if follows_branch:
        advice.append("take the node-wise branch")
    message = (
        f"the game is too large to solve: it has {count_nodes(game, grid.num_points):,} decisions "
        f"({game.num_periods:,} periods, {sum(game.num_states):,} states{points}) and needs about {_show_bytes(needed)} of "
        f"memory; {_show_bytes(budget)} may be used, half of what is available"
    )
    raise InputError(Problem("game-too-large", message, help=", or ".join(advice)))


def _show_bytes(count: int) -> str:
    """Write a number of bytes for people."""
    return (
        f"{count / 1e9:,.0f} GB"
        if count >= 1e10
        else f"{count / 1e9:.1f} GB"
        if count >= 1e9
        else f"{count / 1e6:.0f} MB"
    )
