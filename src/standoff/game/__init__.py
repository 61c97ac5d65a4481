"""The explicit-state game, its compiler and its builder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from standoff.lazy import import_on_use

if TYPE_CHECKING:
    from standoff.game.builder import GameBuilder
    from standoff.game.declarations import Action
    from standoff.game.textbook import markov_game, matrix_game

__all__ = ["Action", "GameBuilder", "markov_game", "matrix_game"]


__getattr__, __dir__ = import_on_use(
    __name__,
    {
        "Action": "standoff.game.declarations",
        "GameBuilder": "standoff.game.builder",
        "markov_game": "standoff.game.textbook",
        "matrix_game": "standoff.game.textbook",
    },
)
