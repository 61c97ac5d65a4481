"""The two sides of a missile exchange; `salvo` states the model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from standoff.submodels.arguments import check_at_least, check_probability

__all__ = ["MAX_FIRED", "MAX_SALVOS", "Attack", "InterceptorLayer"]

MAX_FIRED = 20_000
"""Largest number of missiles fired in one exchange; more would need too much memory."""
MAX_SALVOS = 1_000
"""Largest number of salvos in one exchange."""


@dataclass(frozen=True, slots=True)
class InterceptorLayer:
    """A layer of the defence.

    Attributes:
        name: Name for display.
        interceptors: Interceptors in the full magazine, 0 or more.
        kill_probability: Probability that one interceptor kills its target, in [0, 1].
        shots_per_target: Interceptors fired at each target, 1 or more; an average such as 1.5 is allowed.
        readiness: Share of the magazine that this layer has in place, in [0, 1]; multiplied by the overall readiness.
    """

    name: str
    interceptors: float
    kill_probability: float
    shots_per_target: float = 1.0
    readiness: float = 1.0

    def __post_init__(self) -> None:
        prefix = f"layer {self.name}: "
        object.__setattr__(self, "interceptors", check_at_least(prefix + "interceptors", self.interceptors, 0))
        object.__setattr__(
            self, "kill_probability", check_probability(prefix + "kill_probability", self.kill_probability)
        )
        object.__setattr__(
            self, "shots_per_target", check_at_least(prefix + "shots_per_target", self.shots_per_target, 1)
        )
        object.__setattr__(self, "readiness", check_probability(prefix + "readiness", self.readiness))

    @property
    def target_kill_probability(self) -> float:
        """Probability that an engaged target is killed."""
        return float(1.0 - (1.0 - self.kill_probability) ** self.shots_per_target)

    def count_available(self, readiness: float) -> float:
        """Count the interceptors in place.

        Args:
            readiness: Share of the whole defence that is in place, in [0, 1].

        Returns:
            Interceptors, not necessarily a whole number.
        """
        return self.interceptors * self.readiness * readiness


@dataclass(frozen=True, slots=True)
class Attack:
    """The attacker's side.

    Attributes:
        stock: Missiles that could be fired, 0 or more.
        launchers: Launchers at the first salvo, each firing one missile a salvo.
        launcher_loss: Share of the launchers lost after each salvo, in [0, 1].
        salvos: Salvos that can be fired, 1 to 1000; in 2.5 salvos the third is half a salvo.
        reliability: Probability that a missile works, in [0, 1].
    """

    stock: float
    launchers: float
    launcher_loss: float = 0.0
    salvos: float = 1.0
    reliability: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "stock", check_at_least("stock", self.stock, 0))
        object.__setattr__(self, "launchers", check_at_least("launchers", self.launchers, 0))
        object.__setattr__(self, "launcher_loss", check_probability("launcher_loss", self.launcher_loss))
        object.__setattr__(self, "salvos", check_at_least("salvos", self.salvos, 1))
        object.__setattr__(self, "reliability", check_probability("reliability", self.reliability))
        if self.salvos > MAX_SALVOS:
            raise ValueError(f"salvos must be at most {MAX_SALVOS}, not `{self.salvos:g}`")
        if self.fired > MAX_FIRED:
            raise ValueError(f"stock: at most {MAX_FIRED} missiles can be fired in one exchange, not `{self.fired:g}`")

    def count_launchers(self, salvo: int) -> float:
        """Count the launchers that fire.

        Args:
            salvo: Number of the salvo, from 1.

        Returns:
            Launchers that take part in it, not necessarily a whole number.
        """
        return float(self.launchers * (1.0 - self.launcher_loss) ** (salvo - 1) * min(1.0, self.salvos - (salvo - 1)))

    @property
    def fired_by(self) -> tuple[float, ...]:
        """Missiles fired by the end of each salvo, cumulative; shape (salvo,)."""
        totals, total = [], 0.0
        for salvo in range(1, math.ceil(self.salvos) + 1):
            total = min(self.stock, total + self.count_launchers(salvo))
            totals.append(total)
        return tuple(totals)

    @property
    def fired(self) -> float:
        """Total number of missiles fired."""
        return self.fired_by[-1]
