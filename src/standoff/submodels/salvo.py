"""A missile exchange: a finite stock, fired in salvos, against layers of interceptors with finite magazines.

**Sets.** Salvos k = 1..K; defence layers l = 1..n, outermost first.

**Attack.** L launchers fire one missile each per salvo, and a share d of them is lost after each salvo, so salvo k
fires

    m_k = min( L (1 - d)^(k-1),  what is left of the stock S ),        N = m_1 + ... + m_K  in total.

A missile works with probability r (reliability), each independently; the others are duds.

**Defence.** Layer l serves C_l = readiness * readiness_l * I_l / s_l targets: I_l interceptors in a full magazine,
s_l of them at each target. An interceptor kills with probability p_l, so an engaged target is killed with probability
P_l = 1 - (1 - p_l)^s_l. Targets are engaged in the order of arrival until the magazine is empty; the rest pass
unengaged. With X_0 ~ Bin(N, r) live missiles,

    X_l = X_{l-1} - Bin( min(X_{l-1}, C_l), P_l ),        leakers = X_n.

One engagement, s_l interceptors, is spent on each target whatever the layers before did; no layer
looks and shoots again. Nothing is reloaded between salvos and no radar is saturated, so leakers depend on the salvos
through N alone, and the leakers of salvo k are those of the first k salvos minus those of the first k - 1.

**Numbers that are not whole.** S, N and C_l need not be integers. N = n + f means n + 1 missiles with probability f,
else n, and C_l likewise, independently. So expected leakers are linear in each between integers, continuous in the
stock and the readiness, never decreasing in the stock, and never increasing in readiness, interceptors and kill
probability. The lotteries add at most 1/4 each to the variance.

**Method.** Exact: X_l has a distribution, and each layer thins it (`counts.thin`). There is no normal approximation.
Dropped tails make numbers exact to about 1e-11 relative; "never decreasing" holds up to that. Above `MAX_FIRED`
missiles the call is refused.

References:
    Hughes, W. P. (1995), "A salvo model of warships in missile combat used to evaluate their staying power", Naval
    Research Logistics 42(2).
    Armstrong, M. J. (2005), "A stochastic salvo model for naval surface combat", Operations Research 53(5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from standoff.submodels.arguments import check_probability
from standoff.submodels.counts import CountDistribution
from standoff.submodels.forces import MAX_FIRED, Attack, InterceptorLayer
from standoff.submodels.passage import Passage

__all__ = [
    "MAX_FIRED",
    "METHOD",
    "Attack",
    "InterceptorLayer",
    "LayerResult",
    "SalvoResult",
    "SalvoRow",
    "solve_salvo_exchange",
]

METHOD = "exact (binomial thinning, tails below 1e-16 dropped)"
"""Method by which `solve_salvo_exchange` computes every result."""


@dataclass(frozen=True, slots=True)
class LayerResult:
    """The result of one layer.

    Attributes:
        name: Name of the layer.
        arrivals: Expected number of working missiles that reach it.
        engaged: Expected number of missiles that it engages.
        intercepts: Expected number of kills.
        interceptors_available: Interceptors in place.
        interceptors_used: Expected number of interceptors fired.
        exhausted: Probability that a missile passed it unengaged because the magazine was empty.
        dry_at: First salvo by whose end that probability is at least one half; None if there is no such salvo.
    """

    name: str
    arrivals: float
    engaged: float
    intercepts: float
    interceptors_available: float
    interceptors_used: float
    exhausted: float
    dry_at: int | None


@dataclass(frozen=True, slots=True)
class SalvoRow:
    """One salvo of the exchange; all numbers except the first two are expectations.

    Attributes:
        salvo: Number of the salvo, from 1.
        launchers: Launchers that fire.
        fired: Missiles fired.
        duds: Missiles that fail.
        intercepts: Kills, by layer.
        leakers: Missiles that get through.
        stock_left: Missiles left after the salvo.
    """

    salvo: int
    launchers: float
    fired: float
    duds: float
    intercepts: tuple[float, ...]
    leakers: float
    stock_left: float


@dataclass(frozen=True, eq=False)
class SalvoResult:
    """The result of an exchange: fired = duds + intercepts of all layers + leakers.

    Attributes:
        leakers: Expected number of missiles that get through.
        spread: Standard deviation of the leakers.
        distribution: Distribution of the leakers.
        fired: Missiles fired.
        duds: Expected number of missiles that fail.
        stock_left: Missiles left.
        stock_dry_at: Salvo in which the last missile is fired; 0 for an empty stock, None if missiles are left.
        exhausted: Probability that at least one layer let a missile pass because its magazine was empty.
        layers: Result of each layer, outermost first.
        salvos: Result of each salvo.
        method: Method of computation.
    """

    leakers: float
    spread: float
    distribution: CountDistribution
    fired: float
    duds: float
    stock_left: float
    stock_dry_at: int | None
    exhausted: float
    layers: tuple[LayerResult, ...]
    salvos: tuple[SalvoRow, ...]
    method: str = METHOD

    def compute_interval(self, level: float = 0.9) -> tuple[int, int]:
        """Return the central interval of the leakers.

        Args:
            level: Probability of the interval, in [0, 1].

        Returns:
            The quantiles at (1 - level) / 2 and (1 + level) / 2.
        """
        level = check_probability("level", level)
        return self.distribution.find_quantile((1.0 - level) / 2.0), self.distribution.find_quantile(
            (1.0 + level) / 2.0
        )


def solve_salvo_exchange(attack: Attack, layers: Sequence[InterceptorLayer], readiness: float = 1.0) -> SalvoResult:
    """Solve a missile exchange.

    Args:
        attack: The attacker's side.
        layers: The defence, outermost layer first; may be empty.
        readiness: Share of every magazine that is in place, in [0, 1].

    Returns:
        The result, exact.

    Raises:
        ValueError: `readiness` lies outside [0, 1].

    Examples:
        Ten missiles of which nine work on average; eight interceptors, one a target, kill three in four.

        >>> defence = [InterceptorLayer("terminal", interceptors=8, kill_probability=0.75)]
        >>> result = solve_salvo_exchange(Attack(stock=10, launchers=10, reliability=0.9), defence)
        >>> round(result.leakers, 3), round(result.layers[0].interceptors_used, 3)
        (3.064, 7.915)
    """
    readiness = check_probability("readiness", readiness)
    fired_by = attack.fired_by
    distinct = {fired: Passage.compute(fired, attack.reliability, layers, readiness) for fired in set(fired_by)}
    passages = [distinct[fired] for fired in fired_by]
    end = passages[-1]
    return SalvoResult(
        leakers=end.leakers.mean,
        spread=end.leakers.variance**0.5,
        distribution=end.leakers,
        fired=end.fired,
        duds=end.fired * (1.0 - attack.reliability),
        stock_left=attack.stock - end.fired,
        stock_dry_at=0 if attack.stock == 0.0 else _find_first(fired >= attack.stock for fired in fired_by),
        exhausted=end.exhausted,
        layers=tuple(_summarise_layer(i, layer, readiness, passages) for i, layer in enumerate(layers)),
        salvos=tuple(_iterate_salvos(attack, layers, passages)),
    )


def _summarise_layer(i: int, layer: InterceptorLayer, readiness: float, passages: Sequence[Passage]) -> LayerResult:
    """Return the result of layer i from the passages by the end of each salvo."""
    end = passages[-1]
    return LayerResult(
        name=layer.name,
        arrivals=end.arrivals[i],
        engaged=end.engaged[i],
        intercepts=end.engaged[i] * layer.target_kill_probability,
        interceptors_available=layer.count_available(readiness),
        interceptors_used=end.engaged[i] * layer.shots_per_target,
        exhausted=end.overrun[i],
        dry_at=_find_first(passage.overrun[i] >= 0.5 for passage in passages),
    )


def _iterate_salvos(
    attack: Attack, layers: Sequence[InterceptorLayer], passages: Sequence[Passage]
) -> Iterable[SalvoRow]:
    """Yield each salvo as the difference between the passages by its end and by the end of the one before."""
    fired, leakers, engaged = 0.0, 0.0, (0.0,) * len(layers)
    for salvo, passage in enumerate(passages, start=1):
        gained = passage.fired - fired
        yield SalvoRow(
            salvo=salvo,
            launchers=attack.count_launchers(salvo),
            fired=gained,
            duds=gained * (1.0 - attack.reliability),
            intercepts=tuple(
                (now - before) * layer.target_kill_probability
                for now, before, layer in zip(passage.engaged, engaged, layers, strict=True)
            ),
            leakers=passage.leakers.mean - leakers,
            stock_left=attack.stock - passage.fired,
        )
        fired, leakers, engaged = passage.fired, passage.leakers.mean, passage.engaged


def _find_first(claims: Iterable[bool]) -> int | None:
    """Return the number, from 1, of the first true claim."""
    return next((i for i, claim in enumerate(claims, start=1) if claim), None)
