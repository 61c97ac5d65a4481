"""Draws of the parameters of a scenario: scrambled Sobol points, transformed to correlated parameters.

A point u of the unit cube becomes a draw in three steps. z_k = Phi^-1(u_k) are independent normal numbers; L z, with L the
Cholesky factor of the matrix of the copula (`standoff.scenario.correlations`), are correlated normal numbers; and
x_k = F_k^-1(Phi((L z)_k)) have the distributions of the file (`standoff.analysis.marginals`). Uncorrelated parameters are
x_k = F_k^-1(u_k).

The points come in turn from `REPLICATES` Sobol sequences, each scrambled independently: draw i is point i div `REPLICATES` of
sequence i mod `REPLICATES`. Each sequence alone is a sample, and the sequences are independent, so their spread measures the
accuracy of the whole sample. Draw i depends on the scenario, the seed and i alone: the first N of 2 N draws are the N draws,
and a run can be resumed or extended.

References:
    Sobol', I. M. (1967), On the distribution of points in a cube and the approximate evaluation of integrals.
    Matousek, J. (1998), On the L2-discrepancy for anchored boxes (the scrambling).
    L'Ecuyer, P. and Lemieux, C. (2002), Recent advances in randomized quasi-Monte Carlo methods (independent scramblings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.stats import qmc

from standoff.analysis.executor import Draw
from standoff.analysis.marginals import compute_quantiles
from standoff.scenario import Scenario
from standoff.scenario.correlations import build_rank_matrix, compute_copula_matrix, iterate_ranks
from standoff.scenario.schema_parameters import is_drawn

__all__ = ["REPLICATES", "SCHEME", "Sampler", "list_drawn_parameters", "list_fixed_parameters"]

Floats = NDArray[np.float64]

REPLICATES = 8
"""Number of independently scrambled Sobol sequences in a sample."""
SCHEME = "sobol-8"
"""Name of the sampling scheme; it changes whenever the same seed gives other draws."""
BLOCK = 64
"""Points of each sequence that are generated at a time: a power of two, as Sobol sequences require."""
SIZE = BLOCK * REPLICATES
"""Draws that are generated at a time."""
_HALF_STEP = 2.0**-31
"""Half the distance between the values of a sequence, which are multiples of 2^-30 from 0 on."""


def list_drawn_parameters(scenario: Scenario) -> tuple[str, ...]:
    """List the parameters that are drawn: those with a range or distribution that are not formulas and not set by an override."""
    given = scenario.source_map.overrides
    return tuple(
        name
        for name, parameter in scenario.parameters.items()
        if is_drawn(parameter, scenario.parameters) and f"parameters.{name}.value" not in given
    )


def list_fixed_parameters(scenario: Scenario) -> tuple[str, ...]:
    """List the parameters that are not drawn only because an override sets their value."""
    drawn = set(list_drawn_parameters(scenario))
    parameters = scenario.parameters
    return tuple(name for name in parameters if is_drawn(parameters[name], parameters) and name not in drawn)


@dataclass(frozen=True)
class Sampler:
    """Generates the draws of a scenario.

    Attributes:
        scenario: The scenario.
        names: The parameters that are drawn; K names.
        seed: Random seed of the scrambling.

    Examples:
        >>> from standoff import load
        >>> sampler = Sampler.of(load("cuba-1962"), seed=1)
        >>> few, more = sampler.compute_values(0, 10), sampler.compute_values(0, 100)
        >>> bool((more[:10] == few).all())
        True
    """

    scenario: Scenario
    names: tuple[str, ...]
    seed: int

    @staticmethod
    def of(scenario: Scenario, *, seed: int) -> Sampler:
        """Make the sampler of all parameters that are drawn."""
        return Sampler(scenario, list_drawn_parameters(scenario), seed)

    def compute_values(self, start: int, stop: int) -> Floats:
        """Values of the draws start..stop-1, in the unit of each parameter; shape (draw, K)."""
        if stop <= start:
            return np.zeros((0, len(self.names)))
        first = start // SIZE
        found = np.concatenate([block for _, block in self._make_blocks(range(first, -(-stop // SIZE)))])
        return found[start - first * SIZE : stop - first * SIZE]

    def make_draws(self, wanted: Sequence[int]) -> Iterator[Draw]:
        """Yield draws by their numbers, which are in ascending order; a block is generated at a time."""
        by_block = groupby(wanted, key=lambda draw: draw // SIZE)
        blocks = self._make_blocks(dict.fromkeys(draw // SIZE for draw in wanted))
        for (_, own), (number, block) in zip(by_block, blocks, strict=True):
            for draw in own:
                yield dict(zip(self.names, block[draw - number * SIZE].tolist(), strict=True))

    @cached_property
    def centre(self) -> Floats:
        """Value of each drawn parameter in the file, in its unit; shape (K,)."""
        values = self.scenario.compute_parameter_values()
        return np.array([values[name] / self.scenario.compute_unit_factor(name) for name in self.names])

    @cached_property
    def copula(self) -> Floats | None:
        """Correlations of the normal variables behind the draws, None where all are independent; shape (K, K)."""
        ranks = {
            (first, second): rank for part in self.scenario.correlations for first, second, rank in iterate_ranks(part)
        }
        matrix = build_rank_matrix(self.names, ranks)
        if not np.any(matrix[~np.eye(len(matrix), dtype=bool)]):
            return None
        return compute_copula_matrix(matrix)

    @cached_property
    def _correlated(self) -> tuple[NDArray[np.intp], Floats] | None:
        """The parameters that go with others, and the Cholesky factor of their part of the copula."""
        if self.copula is None:
            return None
        own = np.flatnonzero(np.count_nonzero(self.copula, axis=1) > 1)
        factor = np.linalg.cholesky(self.copula[np.ix_(own, own)]).astype(np.float64)
        return own, factor

    def _make_blocks(self, wanted: Iterable[int]) -> Iterator[tuple[int, Floats]]:
        """Yield the number and values of some blocks of `SIZE` draws, in rising order."""
        sequences = [
            qmc.Sobol(len(self.names), scramble=True, rng=np.random.default_rng([self.seed, replicate]))
            for replicate in range(REPLICATES if self.names else 0)
        ]
        position = 0
        for block in wanted:
            if not self.names:
                yield block, np.zeros((SIZE, 0))
                continue
            for sequence in sequences:
                if block > position:
                    sequence.fast_forward((block - position) * BLOCK)
            points = np.stack([sequence.random(BLOCK) for sequence in sequences], axis=1).reshape(SIZE, -1)
            position = block + 1
            yield block, self._convert_points(points + _HALF_STEP)

    def _convert_points(self, shares: Floats) -> Floats:
        """Turn points of the unit cube into values; both of shape (draw, K)."""
        if self._correlated is not None:
            own, factor = self._correlated
            shares[:, own] = np.clip(special.ndtr(special.ndtri(shares[:, own]) @ factor.T), _HALF_STEP, 1 - _HALF_STEP)
        parameters = self.scenario.parameters
        return np.stack(
            [
                compute_quantiles(parameters[name], float(self.centre[k]), shares[:, k])
                for k, name in enumerate(self.names)
            ],
            axis=1,
        )
