"""The missile exchange as a scenario file calls it: leakers from a stock and a readiness."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standoff.submodels.arguments import check_number, check_probability
from standoff.submodels.forces import Attack, InterceptorLayer
from standoff.submodels.passage import Passage

__all__ = ["SalvoSubmodel"]

Numbers = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SalvoSubmodel:
    """A missile exchange in which only the attacker's stock and the defence's readiness vary.

    Each method takes numbers or arrays, which broadcast against each other, and returns a float for two numbers, else
    an array. Each distinct pair is solved once and cached.

    Attributes:
        launchers: Launchers at the first salvo, each firing one missile a salvo.
        launcher_loss: Share of the launchers that is lost after each salvo, in [0, 1].
        salvos: Salvos that can be fired, 1 or more; in 2.5 salvos the third is half a salvo.
        reliability: Probability that a missile works, in [0, 1].
        layers: The defence, outermost layer first.

    Examples:
        >>> exchange = SalvoSubmodel(launchers=40, launcher_loss=0.1, salvos=3, reliability=0.8,
        ...                          layers=(InterceptorLayer("upper", 48, 0.7, shots_per_target=2),))
        >>> [round(leakers, 2) for leakers in exchange.leakers(100.0, np.array([0.0, 0.5, 1.0])).tolist()]
        [80.0, 69.08, 58.16]
    """

    launchers: float
    launcher_loss: float
    salvos: float
    reliability: float
    layers: tuple[InterceptorLayer, ...]

    def __post_init__(self) -> None:
        checked = Attack(0, self.launchers, self.launcher_loss, self.salvos, self.reliability)
        for name in ("launchers", "launcher_loss", "salvos", "reliability"):
            object.__setattr__(self, name, getattr(checked, name))
        object.__setattr__(self, "layers", tuple(self.layers))

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> SalvoSubmodel:
        """Build a submodel from plain numbers, as a file gives them.

        Args:
            values: The fields by name; `layers` is a list of mappings with the fields of `InterceptorLayer`.

        Returns:
            The submodel.

        Raises:
            ValueError: A field is missing, unknown or out of range.

        Examples:
            >>> SalvoSubmodel.from_mapping({"launchers": 4, "launcher_loss": 0, "salvos": 1, "reliability": 1,
            ...     "layers": [{"name": "point", "interceptors": 2, "kill_probability": 1}]}).leakers(4, 1)
            2.0
        """
        layers = values.get("layers", ())
        if not isinstance(layers, (list, tuple)):
            raise ValueError(f"salvo.layers must be a list, not `{layers!r}`")
        given = {**values, "layers": tuple(_fill(InterceptorLayer, "salvo.layers", layer) for layer in layers)}
        result = _fill(cls, "salvo", given)
        assert isinstance(result, SalvoSubmodel)
        return result

    def build_attack(self, stock: float) -> Attack:
        """Return the attacker's side for `solve_salvo_exchange`.

        Args:
            stock: Missiles that could be fired.

        Returns:
            The attack.

        Raises:
            ValueError: The stock is negative, not finite, or more than can be computed.
        """
        return Attack(stock, self.launchers, self.launcher_loss, self.salvos, self.reliability)

    def leakers(self, stock: ArrayLike, readiness: ArrayLike) -> Numbers:
        """Compute the expected number of missiles that get through.

        Args:
            stock: Missiles that could be fired, 0 or more.
            readiness: Share of every magazine that is in place, in [0, 1].

        Returns:
            A number that never decreases in the stock, never increases in the readiness, and is continuous in both.

        Raises:
            ValueError: An argument is out of range.
        """
        return self._evaluate(stock, readiness, lambda answer: answer[0])

    def spread(self, stock: ArrayLike, readiness: ArrayLike) -> Numbers:
        """Compute the standard deviation of the missiles that get through.

        Args:
            stock: Missiles that could be fired, 0 or more.
            readiness: Share of every magazine that is in place, in [0, 1].

        Returns:
            The standard deviation.

        Raises:
            ValueError: An argument is out of range.
        """
        return self._evaluate(stock, readiness, lambda answer: answer[1])

    def exhausted(self, stock: ArrayLike, readiness: ArrayLike) -> Numbers:
        """Compute the probability that at least one layer let a missile pass because its magazine was empty.

        Args:
            stock: Missiles that could be fired, 0 or more.
            readiness: Share of every magazine that is in place, in [0, 1].

        Returns:
            A probability; a layer that exactly the last target empties does not count.

        Raises:
            ValueError: An argument is out of range.
        """
        return self._evaluate(stock, readiness, lambda answer: answer[2])

    def _evaluate(self, stock: ArrayLike, readiness: ArrayLike, pick: Callable[[_Answer], float]) -> Numbers:
        """Evaluate once for each distinct pair."""
        stocks, shares = np.broadcast_arrays(np.asarray(stock), np.asarray(readiness))
        if stocks.ndim == 0:
            return pick(_solve(self, check_number("stock", stock), check_probability("readiness", readiness)))
        pairs = np.stack([stocks.ravel(), shares.ravel()], axis=1).astype(np.float64)
        unique, positions = np.unique(pairs, axis=0, return_inverse=True)
        answers = [
            pick(_solve(self, check_number("stock", s), check_probability("readiness", r))) for s, r in unique.tolist()
        ]
        return np.array(answers, dtype=np.float64)[positions.reshape(stocks.shape)]


_Answer = tuple[float, float, float]


@lru_cache(maxsize=65_536)
def _solve(submodel: SalvoSubmodel, stock: float, readiness: float) -> _Answer:
    """Return the expected leakers, their standard deviation, and the probability that a layer ran dry."""
    passage = Passage.compute(submodel.build_attack(stock).fired, submodel.reliability, submodel.layers, readiness)
    return passage.leakers.mean, passage.leakers.variance**0.5, passage.exhausted


def _fill(kind: type, where: str, values: object) -> InterceptorLayer | SalvoSubmodel:
    """Return a dataclass filled from a mapping; errors name the field."""
    if not isinstance(values, Mapping):
        raise ValueError(f"{where}: `{values!r}` must be a mapping")
    known = [field.name for field in fields(kind)]
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"{where}: unknown field `{unknown[0]}`; the fields are {', '.join(known)}")
    missing = [field.name for field in fields(kind) if field.default is MISSING and field.name not in values]
    if missing:
        raise ValueError(f"{where}: missing field `{missing[0]}`; the fields are {', '.join(known)}")
    filled: InterceptorLayer | SalvoSubmodel = kind(**values)
    return filled
