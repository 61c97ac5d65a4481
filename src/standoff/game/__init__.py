"""The explicit-state game, its compiler and its builder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from standoff.game.builder import Action, GameBuilder
    from standoff.game.textbook import markov_game, matrix_game

__all__ = ["Action", "GameBuilder", "markov_game", "matrix_game"]


def __getattr__(name: str) -> Any:
    # arrays are imported when a game is first built, so that `standoff --help` stays quick
    if name in {"Action", "GameBuilder"}:
        from standoff.game import builder

        return getattr(builder, name)
    if name in {"markov_game", "matrix_game"}:
        from standoff.game import textbook

        return getattr(textbook, name)
    raise AttributeError(f"module 'standoff.game' has no attribute {name!r}")
