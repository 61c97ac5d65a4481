"""The crisis signalling game of Lewis and Schultz, and all its equilibria.

    A --- does nothing -------------------------------------> status quo      (S_A, . )
     \\--- challenges ---> B --- concedes --------------------> concession      (V_A, C_B)
                           \\--- resists ---> A --- fights ---> fighting        (W_A + e_A, W_B + e_B)
                                              \\-- backs down -> backing down    (a + e_a, V_B)

e_A, e_a and e_B are independent standard normal shocks; each is known to its owner alone. A learns both of its own before
it decides whether to challenge, so a challenge is informative about A, and B's belief about A's resolve is part of the
equilibrium.

**Reduction to one number.** Let p_R be the probability that B resists. A challenges if the better of its two last moves is
worth more than

    c = V_A - (V_A - S_A) / p_R

and fights if that better one is fighting. With N and M the probabilities that A challenges and then would fight, or
would back down,

    N(c) = Phi2( (W_A - a)/sqrt 2, W_A - c; 1/sqrt 2 ),    M(c) = Phi2( (a - W_A)/sqrt 2, a - c; 1/sqrt 2 )

the probabilities of a challenge and of a fight after resistance are p_C = N + M and p_F = N / (N + M). B resists if
e_B > -z, so p_R = Phi(z), where z is the gain from resisting over conceding per unit of the risk of war:

    z = Z(z),    Z = W_B - V_B + (V_B - C_B) / p_F

Everything on the right depends on z alone, through p_R and c. The equilibria are the roots of G(z) = Z(z) - z.

**The search is complete.** c rises with z, N and M fall in c, and Z falls in p_F. So values at the ends of an interval bound Z
on all of it, and likewise its slope, whose factors are monotone or densities. An interval is dropped if these bounds
exclude a root. It is settled if the slope of G cannot vanish on it: then it contains one root, which bisection finds, or none,
according to the signs at its ends. Else it is halved. p_F is bounded over all p_R, so all roots lie in a bounded interval,
where the search starts. An interval that is neither dropped nor settled at a width of 1e-7 contains a tangency up to rounding,
and is reported as such. The bounds hold up to floating-point rounding, for which slack is added.

**Branches.** For every z there is exactly one W_B with z as an equilibrium: W_B = z - (Z(z) - W_B). Where that curve turns
back, at a *fold*, two equilibria meet. The pieces between folds are the branches, numbered by rising z. On a stable one
B's best reply to its own expected resistance leads back after a small disturbance (|Z'| < 1).

References:
    Lewis, J. B. and Schultz, K. A. (2003), Revealing preferences: empirical estimation of a crisis bargaining game with
    incomplete information, Political Analysis 11(4).
    Jo, J. (2011), Nonuniqueness of the equilibrium in Lewis and Schultz's model, Political Analysis 19(3).
    Crisman-Cox, C. and Gibilisco, M. (2021), Estimating signaling games in international relations: problems and
    solutions, Political Science Research and Methods 9(3).
    Moore, R. E., Kearfott, R. B. and Cloud, M. J. (2009), Introduction to Interval Analysis, SIAM.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

from standoff.history.normal import bivariate_normal_cdf, normal_cdf, normal_density

__all__ = ["Fold", "SignallingEquilibrium", "SignallingGame", "SignallingSolution", "find_equilibria"]

SMALLEST_WAR_PROBABILITY = 1e-6
_NARROWEST = 1e-7
_NARROWEST_FOLD = 1e-4
_SLACK = 1e-11
_ROOT_HALF = math.sqrt(0.5)
_DEEPEST = -37.0  # below, Phi(z) is close to the smallest number there is
_HIGHEST = 20.0


@dataclass(frozen=True)
class SignallingGame:
    """Payoffs of the crisis signalling game, in standard deviations of the private shocks.

    Attributes:
        status_quo_a: S_A, A's payoff where it does not challenge.
        concession_a: V_A, A's payoff where B concedes; above `status_quo_a`.
        war_a: W_A, A's mean payoff of fighting.
        back_down_a: a, A's mean payoff of backing down.
        concession_b: C_B, B's payoff where it concedes.
        back_down_b: V_B, B's payoff where A backs down; above `concession_b`.
        war_b: W_B, B's mean payoff of fighting.
    """

    status_quo_a: float
    concession_a: float
    war_a: float
    back_down_a: float
    concession_b: float
    back_down_b: float
    war_b: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if not math.isfinite(getattr(self, field.name)):
                raise ValueError(f"{field.name} must be a finite number, not {getattr(self, field.name)!r}")
        if not self.concession_a > self.status_quo_a:
            raise ValueError(
                f"concession_a ({self.concession_a:g}) must lie above status_quo_a ({self.status_quo_a:g}): "
                "else A has no reason to challenge"
            )
        if not self.back_down_b > self.concession_b:
            raise ValueError(
                f"back_down_b ({self.back_down_b:g}) must lie above concession_b ({self.concession_b:g}): "
                "else B has no reason to resist"
            )


@dataclass(frozen=True)
class SignallingEquilibrium:
    """One equilibrium of the signalling game.

    Attributes:
        challenge: p_C, probability that A challenges.
        resist: p_R, probability that B resists a challenge.
        fight: p_F, probability that A fights once B resists.
        status_quo: Probability that A does not challenge.
        concession: Probability that B concedes.
        fighting: Probability of a fight.
        backing_down: Probability that A backs down.
        cutoff: z.
        slope: Z'(z), the slope of B's best reply in its expected resistance.
        is_stable: Whether best replies lead back to it after a small disturbance: |slope| < 1.
        is_tangent: Whether G touches 0 without crossing, to rounding: two equilibria meet here.
        branch: Index of its branch, from 0 for the least resistance.
        residual: |p_R - Phi(Z)|, violation of the equilibrium condition.
    """

    challenge: float
    resist: float
    fight: float
    status_quo: float
    concession: float
    fighting: float
    backing_down: float
    cutoff: float
    slope: float
    is_stable: bool
    is_tangent: bool
    branch: int
    residual: float


@dataclass(frozen=True)
class Fold:
    """The point where two equilibria meet as B's payoff of war changes, other payoffs fixed.

    Attributes:
        war_b: W_B at which they meet.
        resist: p_R there.
    """

    war_b: float
    resist: float


@dataclass(frozen=True)
class SignallingSolution:
    """All equilibria and folds of a game.

    Attributes:
        game: The game.
        equilibria: All equilibria, by rising resistance.
        folds: Folds as W_B changes, by rising resistance.
        intervals: Number of intervals examined.
    """

    game: SignallingGame
    equilibria: tuple[SignallingEquilibrium, ...]
    folds: tuple[Fold, ...]
    intervals: int

    def name_branch(self, equilibrium: SignallingEquilibrium) -> str:
        """Name the branch of an equilibrium.

        Examples:
            >>> found = find_equilibria(SignallingGame(0, 1, -1.9, -1.2, 0, 1, -2.8))
            >>> [found.name_branch(one) for one in found.equilibria]
            ['low resistance', 'between', 'high resistance']
        """
        last = len(self.folds)
        if last == 0:
            return "only branch"
        if equilibrium.branch in {0, last}:
            return "low resistance" if equilibrium.branch == 0 else "high resistance"
        return "between" if last == 2 else f"between, {equilibrium.branch} of {last - 1}"


def find_equilibria(game: SignallingGame) -> SignallingSolution:
    """Find every equilibrium of a crisis signalling game.

    Args:
        game: The game.

    Returns:
        All equilibria and the folds; the docstring of the module gives the argument that none is missed.

    Raises:
        ValueError: War is so bad for A that even with certain resistance it would fight with a probability below
            1e-6; the probabilities then lose the precision that the search needs.
    """
    curve = _Curve(game)
    search = _RootSearch(curve)
    folds = _find_folds(curve)
    equilibria = tuple(_make_equilibrium(curve, z, is_tangent, folds) for z, is_tangent in search.find_roots())
    points = tuple(Fold(z - curve.compute_reply(z) + game.war_b, normal_cdf(z)) for z in folds)
    return SignallingSolution(game, equilibria, points, search.intervals)


@dataclass(frozen=True)
class _Bounds:
    """Lowest and highest value on an interval."""

    low: float
    high: float


class _Curve:
    """Z, its slope, and bounds on both over intervals of z."""

    def __init__(self, game: SignallingGame) -> None:
        self.game = game
        self.lean = (game.war_a - game.back_down_a) * _ROOT_HALF
        self._kept: dict[float, tuple[float, float, float]] = {}
        surest = self._compute_masses(game.status_quo_a)
        if surest[0] < SMALLEST_WAR_PROBABILITY:
            raise ValueError(
                f"war_a ({game.war_a:g}) is so low that A fights with a probability of {surest[0]:.1e} at most; "
                f"the search needs {SMALLEST_WAR_PROBABILITY:g}"
            )
        largest = min(1.0, normal_cdf(self.lean) / (surest[0] + surest[1]))
        self.range = _Bounds(self._compute_worth(largest), self._compute_worth(surest[0]))

    def _compute_masses(self, c: float) -> tuple[float, float]:
        """N and M: A challenges and would fight, or would back down."""
        game = self.game
        return (
            bivariate_normal_cdf(self.lean, game.war_a - c, _ROOT_HALF),
            bivariate_normal_cdf(-self.lean, game.back_down_a - c, _ROOT_HALF),
        )

    def _compute_worth(self, fight: float) -> float:
        """Z by p_F."""
        game = self.game
        return game.war_b - game.back_down_b + (game.back_down_b - game.concession_b) / fight

    def compute_cutoff(self, z: float) -> tuple[float, float, float]:
        """c, N and M."""
        if z not in self._kept:
            game = self.game
            resist = normal_cdf(z)
            gain = game.concession_a - game.status_quo_a
            c = game.concession_a - gain / resist if resist > 0.0 else -math.inf
            self._kept[z] = (c, *self._compute_masses(c))
        return self._kept[z]

    def compute_reply(self, z: float) -> float:
        """Z."""
        _, fights, backs = self.compute_cutoff(z)
        return self._compute_worth(fights / (fights + backs))

    def compute_slope(self, z: float) -> float:
        """Z', exactly."""
        bounds = self.bound_slope(z, z)
        return 0.5 * (bounds.low + bounds.high)

    def bound_reply(self, low: float, high: float) -> _Bounds:
        """Z over an interval of z."""
        fight = self._bound_fight(low, high)
        return _Bounds(self._compute_worth(fight.high), self._compute_worth(fight.low))

    def _bound_fight(self, low: float, high: float) -> _Bounds:
        (_, most, most_backs), (_, least, least_backs) = self.compute_cutoff(low), self.compute_cutoff(high)
        return _Bounds(least / (least + most_backs), most / (most + least_backs))

    def bound_slope(self, low: float, high: float) -> _Bounds:
        """Z' over an interval of z.

        Z' = (V_B - C_B) / p_F^2 * (M f_W F_a - N F_W f_a) / (N + M)^2 * dc/dz,  dc/dz = (V_A - S_A) phi(z) / Phi(z)^2,
        with f and F the normal density and distribution at c - W_A and c - a. Now p_F (N + M) = N.
        """
        game = self.game
        (c_low, most, most_backs), (c_high, least, least_backs) = self.compute_cutoff(low), self.compute_cutoff(high)
        if math.isinf(c_low):
            c_low = min(-1e12, c_high)  # where c is far below, all densities are 0 and so is Z'
            if math.isinf(c_high):
                return _Bounds(0.0, 0.0)
        dc_high, dc_low = (
            (game.concession_a - game.status_quo_a) * math.exp(_compute_log_hazard(max(z, _DEEPEST)))
            for z in (low, high)
        )
        war = _bound_density(c_low - game.war_a, c_high - game.war_a)
        back = _bound_density(c_low - game.back_down_a, c_high - game.back_down_a)
        war_below = _Bounds(normal_cdf(c_low - game.war_a), normal_cdf(c_high - game.war_a))
        back_below = _Bounds(normal_cdf(c_low - game.back_down_a), normal_cdf(c_high - game.back_down_a))
        gain = game.back_down_b - game.concession_b
        rise_low = gain * least_backs * war.low * back_below.low / most**2
        rise_high = gain * most_backs * war.high * back_below.high / least**2
        fall_low = gain * war_below.low * back.low / most
        fall_high = gain * war_below.high * back.high / least
        lowest, highest = rise_low - fall_high, rise_high - fall_low
        return _Bounds(
            lowest * (dc_low if lowest >= 0.0 else dc_high), highest * (dc_high if highest >= 0.0 else dc_low)
        )


def _compute_log_hazard(z: float) -> float:
    """log( phi(z) / Phi(z)^2 ), which falls in z."""
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - 2.0 * math.log(normal_cdf(z))


def _bound_density(low: float, high: float) -> _Bounds:
    """The normal density over an interval."""
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return _Bounds(normal_density(max(abs(low), abs(high))), normal_density(nearest))


class _RootSearch:
    """Every root of G(z) = Z(z) - z, by halving intervals until each is dropped or settled."""

    def __init__(self, curve: _Curve) -> None:
        self.curve = curve
        self.intervals = 0

    def compute_gap(self, z: float) -> float:
        """G."""
        return self.curve.compute_reply(z) - z

    def find_roots(self) -> list[tuple[float, bool]]:
        """Roots in order, each with whether it is a tangency."""
        margin = 1e-6 * (1.0 + abs(self.curve.range.low) + abs(self.curve.range.high))
        pending = [(self.curve.range.low - margin, self.curve.range.high + margin)]
        found: list[tuple[float, bool]] = []
        doubtful: list[tuple[float, float]] = []
        while pending:
            low, high = pending.pop()
            self.intervals += 1
            if self._is_empty(low, high):
                continue
            slope = self.curve.bound_slope(low, high)
            if slope.high < 1.0 or slope.low > 1.0:
                if (self.compute_gap(low) > 0.0) != (self.compute_gap(high) > 0.0):
                    found.append((_bisect(self.compute_gap, low, high), False))
                continue
            if high - low < _NARROWEST:
                doubtful.append((low, high))
                continue
            middle = 0.5 * (low + high)
            pending += [(middle, high), (low, middle)]
        return sorted(found + self._find_tangencies(doubtful, found))

    def _is_empty(self, low: float, high: float) -> bool:
        """Whether bounds on Z, or its value in the middle and bounds on its slope, exclude a root."""
        bounds = self.curve.bound_reply(low, high)
        slack = _SLACK * (1.0 + max(abs(bounds.low), abs(bounds.high)))
        if bounds.low - slack > high or bounds.high + slack < low:
            return True
        slope = self.curve.bound_slope(low, high)
        steepest = max(abs(slope.low - 1.0), abs(slope.high - 1.0))
        return abs(self.compute_gap(0.5 * (low + high))) > steepest * 0.5 * (high - low) + slack

    def _find_tangencies(
        self, doubtful: list[tuple[float, float]], found: list[tuple[float, bool]]
    ) -> list[tuple[float, bool]]:
        """One equilibrium for each run of intervals that could be neither dropped nor settled.

        Where the sign of G does not change along a run and roots were settled right beside it, G has crossed 0 there and
        merely stays within rounding of it on the run.
        """
        runs: list[list[float]] = []
        for low, high in sorted(doubtful):
            if runs and low <= runs[-1][1] + _NARROWEST:
                runs[-1][1] = high
            else:
                runs.append([low, high])
        tangencies = []
        for low, high in runs:
            crosses = (self.compute_gap(low) > 0.0) != (self.compute_gap(high) > 0.0)
            if not crosses and any(low - _NARROWEST_FOLD < z < high + _NARROWEST_FOLD for z, _ in found):
                continue
            tangencies.append((_bisect(self.compute_gap, low, high) if crosses else 0.5 * (low + high), not crosses))
        return tangencies


def _find_folds(curve: _Curve) -> list[float]:
    """Where Z' = 1, found like the roots; two folds closer than 1e-4 in z count as none.

    Beyond the interval searched Z' vanishes: below, because c falls faster than any density; above, with phi(z).
    """

    def compute_excess(z: float) -> float:
        return curve.compute_slope(z) - 1.0

    pending = [(_DEEPEST, _HIGHEST)]
    found = []
    while pending:
        low, high = pending.pop()
        bounds = curve.bound_slope(low, high)
        if bounds.high < 1.0 or bounds.low > 1.0:
            continue
        if high - low < _NARROWEST_FOLD:
            if (compute_excess(low) > 0.0) != (compute_excess(high) > 0.0):
                found.append(_bisect(compute_excess, low, high))
            continue
        middle = 0.5 * (low + high)
        pending += [(middle, high), (low, middle)]
    return sorted(found)


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Find the point where the sign changes, to the last digit."""
    is_positive = function(low) > 0.0
    while True:
        middle = 0.5 * (low + high)
        if middle in {low, high}:
            return middle
        if (function(middle) > 0.0) == is_positive:
            low = middle
        else:
            high = middle


def _make_equilibrium(curve: _Curve, z: float, is_tangent: bool, folds: list[float]) -> SignallingEquilibrium:
    c, fights, backs = curve.compute_cutoff(z)
    challenge, resist = fights + backs, normal_cdf(z)
    slope = curve.compute_slope(z)
    return SignallingEquilibrium(
        challenge=challenge,
        resist=resist,
        fight=fights / challenge,
        status_quo=normal_cdf(c - curve.game.war_a) * normal_cdf(c - curve.game.back_down_a),
        concession=challenge * normal_cdf(-z),
        fighting=fights * resist,
        backing_down=backs * resist,
        cutoff=z,
        slope=slope,
        is_stable=abs(slope) < 1.0 and not is_tangent,
        is_tangent=is_tangent,
        branch=sum(fold < z for fold in folds),
        residual=abs(resist - normal_cdf(curve.compute_reply(z))),
    )
