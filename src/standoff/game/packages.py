"""The packages of an agenda in every draw of the parameters: a package sets each issue to one level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_PACKAGE", "Packages"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]

NO_PACKAGE = -1
"""The package of a state in which none is on the table or agreed."""


@dataclass(frozen=True)
class Packages:
    """Candidates, and those of them that can be put on the table in each draw.

    Worths may differ from draw to draw, so the packages on the table may, too, and even their number. The methods need the
    same number of packages in every draw; a package is then a position among those of its draw.

    Attributes:
        candidates: Slugs of the candidates.
        candidate_labels: Text for people.
        candidate_levels: Level of each issue; shape (candidate, issue).
        candidate_worths: Worth to every plane; shape (draw, candidate, plane).
        forbidden: Whether a red line of a player type forbids a candidate; shape (candidate, player, type).
        chosen: Candidates that can be put on the table in each draw, in order.
    """

    candidates: tuple[str, ...]
    candidate_labels: tuple[str, ...]
    candidate_levels: Ints
    candidate_worths: Floats
    forbidden: Bools
    chosen: tuple[NDArray[np.int64], ...]

    def take(self, draws: NDArray[np.int64]) -> Packages:
        """Return the packages of some of the draws."""
        return Packages(
            self.candidates,
            self.candidate_labels,
            self.candidate_levels,
            self.candidate_worths[draws],
            self.forbidden,
            tuple(self.chosen[d] for d in draws),
        )

    @property
    def num_packages(self) -> int:
        """Number of packages in the first draw."""
        return len(self.chosen[0])

    def list_names(self, draw: int = 0) -> tuple[str, ...]:
        """Return the names of a draw's packages."""
        return tuple(self.candidates[k] for k in self.chosen[draw])

    def list_labels(self, draw: int = 0) -> tuple[str, ...]:
        """Return the text for people of a draw's packages."""
        return tuple(self.candidate_labels[k] for k in self.chosen[draw])

    @cached_property
    def _indices(self) -> NDArray[np.int64]:
        """Candidate of each package; shape (draw, package), or (1, package) where all draws agree."""
        if all(np.array_equal(own, self.chosen[0]) for own in self.chosen):
            return self.chosen[0][None]
        return np.stack(self.chosen)

    @cached_property
    def _levels(self) -> Ints:
        """Level of each issue; shape (draw, package, issue), or (1, package, issue) where all draws agree."""
        return self.candidate_levels[self._indices]

    @cached_property
    def _worths(self) -> Floats:
        """Worth to every plane; shape (draw, package, plane)."""
        return self.candidate_worths[np.arange(len(self.chosen))[:, None], self._indices]

    @cached_property
    def _forbidden(self) -> Bools:
        """Whether a red line of a type forbids a package; shape (draw, package, player, type), the first of length 1 alike."""
        return self.forbidden[self._indices]

    def find_levels(self, issue: int, packages: Ints) -> Floats:
        """Return the level of an issue in each of some packages, 0 where there is none; shape (draw, state)."""
        if not self.num_packages:
            return np.zeros((1, len(packages)))
        own = self._levels[:, packages.clip(min=0), issue]
        return np.where(packages >= 0, own, 0).astype(np.float64)

    def find_worths(self, packages: Ints) -> Floats:
        """Return the worth of each of some packages to every plane, 0 where there is none; shape (draw, state, plane)."""
        if not self.num_packages:
            return np.zeros((1, len(packages), self.candidate_worths.shape[2]))
        return np.where((packages >= 0)[:, None], self._worths[:, packages.clip(min=0)], 0.0)

    def is_allowed(self, player: int, player_type: int, packages: Ints) -> Bools:
        """Say whether no red line of a player type forbids each of some packages; shape (draw, state).

        False where there is no package, and for the second type of a player that has one.
        """
        if not self.num_packages:
            return np.zeros((1, len(packages)), dtype=np.bool_)
        return np.asarray((packages >= 0) & ~self._forbidden[:, packages.clip(min=0), player, player_type])
