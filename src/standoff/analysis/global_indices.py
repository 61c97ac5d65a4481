"""Global sensitivity indices from given data: the effect of each parameter on a target while all others vary, too.

From draws of the parameters and the target for each:

    S1_i    = Var( E[T | x_i] ) / Var(T)             first-order Sobol index, by EASI with bias correction
    PAWN_i  = median_k  sup_t | F(t) - F(t | x_i in slice k) |      the largest shift of the target's distribution

S1 is the share of the variance of the target due to the parameter alone; PAWN also captures effects that leave the
mean unchanged.
With few draws both exceed 0 by chance. Their noise is measured with **dummies**, random numbers that enter no game: an index that
does not exceed the largest index of any dummy cannot be distinguished from zero.

References:
    Plischke, E. (2010), An effective algorithm for computing global sensitivity indices (EASI).
    Tissot, J.-Y. and Prieur, C. (2012), Bias correction for sensitivity indices by random balance designs.
    Pianosi, F. and Wagener, T. (2018), Distribution-based sensitivity analysis from a generic input-output sample.
    Khorashadi Zadeh, F. et al. (2017), Comparison of variance-based and moment-independent sensitivity analysis.
    Iwanaga, T., Usher, W. and Herman, J. (2022), Toward SALib 2.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from standoff.extras import import_extra

__all__ = ["FEWEST_DRAWS", "GlobalIndices", "compute_global_indices"]

Floats = NDArray[np.float64]

FEWEST_DRAWS = 64
"""With fewer draws the ten harmonics of the first-order index are mostly noise."""
NUM_DUMMIES = 8


@dataclass(frozen=True)
class GlobalIndices:
    """Global indices of several parameters for several targets.

    Attributes:
        names: The parameters.
        num_draws: Number of draws used.
        first_order: First-order Sobol index; shape (parameter, target), nan where the target does not vary.
        first_order_error: Half the width of its 95 % interval; shape (parameter, target).
        pawn: PAWN index, the median over slices; shape (parameter, target).
        first_order_noise: Largest first-order index of any dummy; shape (target,).
        pawn_noise: Largest PAWN index of any dummy; shape (target,).
    """

    names: tuple[str, ...]
    num_draws: int
    first_order: Floats
    first_order_error: Floats
    pawn: Floats
    first_order_noise: Floats
    pawn_noise: Floats


def compute_global_indices(
    names: Sequence[str], draws: Floats, probabilities: Floats, *, seed: int = 0, num_resamples: int = 100
) -> GlobalIndices:
    """Compute the global indices.

    Args:
        names: The parameters.
        draws: Values of the parameters; shape (draw, parameter). The index of a correlated parameter includes
            the effect of the parameters with which it is correlated.
        probabilities: Targets for each draw; shape (draw, target).
        seed: Random seed of the dummies and the resampling.
        num_resamples: Number of resamples for the interval.

    Raises:
        ValueError: There are fewer than `FEWEST_DRAWS` draws, or the shapes do not fit.
        MissingExtraError: SALib is not installed.
    """
    rbd_fast = import_extra("SALib.analyze.rbd_fast", "drivers", "global sensitivity")
    pawn = import_extra("SALib.analyze.pawn", "drivers", "global sensitivity")
    if draws.shape != (len(probabilities), len(names)):
        raise ValueError(
            f"draws of shape {draws.shape} do not fit {len(probabilities)} probabilities and {len(names)} names"
        )
    if len(probabilities) < FEWEST_DRAWS:
        raise ValueError(f"global indices need at least {FEWEST_DRAWS} draws, not {len(probabilities)!r}")
    rng = np.random.default_rng(seed)
    inputs = np.hstack([draws, rng.random((len(draws), NUM_DUMMIES))])
    problem = {"num_vars": inputs.shape[1], "names": [*names, *(f"(dummy {k})" for k in range(NUM_DUMMIES))]}
    shape = (inputs.shape[1], probabilities.shape[1])
    first, spread, moved = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    for t in range(probabilities.shape[1]):
        if np.ptp(probabilities[:, t]) == 0.0:
            continue
        found = rbd_fast.analyze(problem, inputs, probabilities[:, t], num_resamples=num_resamples, seed=rng)
        first[:, t], spread[:, t] = found["S1"], found["S1_conf"]
        moved[:, t] = pawn.analyze(problem, inputs, probabilities[:, t])["median"]
    count = len(names)
    return GlobalIndices(
        names=tuple(names),
        num_draws=len(draws),
        first_order=first[:count],
        first_order_error=spread[:count],
        pawn=moved[:count],
        first_order_noise=first[count:].max(axis=0),
        pawn_noise=moved[count:].max(axis=0),
    )
