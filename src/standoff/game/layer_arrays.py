"""What a stage becomes before states are numbered: moves over arrays of public states.

Numbers have two leading axes, (draw, state), each of length 1 where it does not matter (`standoff.game.numbers`); who ends
up where does not hang on the draw.

The public state is a row of level indices. The columns are the scenario's tracks, then, for each bargaining stage whose
proposer alternates, whose turn it is, and at the end two columns that live only inside a bargaining stage: who proposes
(0: nobody, else the position in `between` plus one) and the package on the table (0: none, else its number plus one).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from standoff.game.states import States

__all__ = ["ActionDraft", "BranchDraft", "Columns", "LayerDraft", "LayerPlan", "PartDraft", "SecondDraft"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Levels = NDArray[np.int32]


@dataclass(frozen=True)
class Columns:
    """The columns of a public state.

    Attributes:
        names: Track names, turn columns, then `proposer` and `package`.
        sizes: Number of levels of each.
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]

    @property
    def proposer(self) -> int:
        """Column of the proposer."""
        return len(self.names) - 2

    @property
    def package(self) -> int:
        """Column of the package on the table."""
        return len(self.names) - 1

    def codes(self, levels: Levels) -> NDArray[np.int64]:
        """One integer for each state, in the lexicographic order of the columns; shape (state,)."""
        code = np.zeros(len(levels), dtype=np.int64)
        for column, size in enumerate(self.sizes):
            code = code * size + levels[:, column]
        return code


@dataclass(frozen=True)
class BranchDraft:
    """One random consequence, in every state at once.

    Attributes:
        probability: Shape (draw, state).
        levels: Public state that follows; shape (state, column). Trusted only where `outcome` is -1.
        outcome: Index of the outcome that ends the crisis, or -1.
        package: Package agreed on, or -1; shape (state,).
        payoff: Terminal payoff where the crisis ends; shape (draw, state, plane, 2, 2), as in `Terminals`.
    """

    probability: Floats
    levels: Levels
    outcome: int = -1
    package: NDArray[np.int32] | None = None
    payoff: Floats | None = None


@dataclass(frozen=True)
class ActionDraft:
    """One action, in every state at once.

    Attributes:
        name: Slug.
        available: Whether anybody has it; shape (draw, state).
        allowed: Whether each of the mover's types has it; shape (draw, state, 2).
        payoff: One-off payoff with the expected payoffs of its branches; shape (draw, state, plane).
        branches: Its consequences.
        path: Where in the scenario it is written.
        package: Package that it puts on the table, or -1; its name is that of the package in the first draw.
    """

    name: str
    available: Bools
    allowed: Bools
    payoff: Floats
    branches: tuple[BranchDraft, ...]
    path: str
    package: int = -1


@dataclass(frozen=True)
class PartDraft:
    """One mover's part of joint actions, in every state at once; attributes as in `ActionDraft`."""

    name: str
    available: Bools
    allowed: Bools
    path: str


@dataclass(frozen=True)
class SecondDraft:
    """Who moves at the same time as the mover of a layer; the layer's actions are joint.

    With n parts of the second mover, action i * n + j of the layer is part i of the mover with part j of the second.

    Attributes:
        mover: Player or `NOBODY`; shape (draw, state).
        first_parts: What the mover can do.
        parts: What the second mover can do.
    """

    mover: NDArray[np.int32]
    first_parts: tuple[PartDraft, ...]
    parts: tuple[PartDraft, ...]


@dataclass(frozen=True)
class LayerDraft:
    """One layer, in every state at once.

    Attributes:
        mover: Player, `NATURE` or `NOBODY`; shape (draw, state).
        arrival: Shape (draw, state).
        skip: Public state that follows where the layer does not come up; shape (state, column).
        actions: The moves, joint where there is a second mover.
        second: Who else moves at the same time.
    """

    mover: NDArray[np.int32]
    arrival: Floats
    skip: Levels
    actions: tuple[ActionDraft, ...] = field(default=())
    second: SecondDraft | None = None

    @property
    def parts(self) -> tuple[ActionDraft | PartDraft, ...]:
        """The moves of one player each: the actions, or the mover's parts of joint actions and then the second's."""
        return self.actions if self.second is None else (*self.second.first_parts, *self.second.parts)


@dataclass(frozen=True)
class LayerPlan:
    """How to make one layer.

    Attributes:
        name: Slug, unique in the period.
        stage: Name of the scenario's stage or hazard.
        path: Where in the scenario it is written.
        is_chance: Whether nature moves.
        draft: Makes the layer over any array of states.
    """

    name: str
    stage: str
    path: str
    is_chance: bool
    draft: Callable[[States], LayerDraft]
