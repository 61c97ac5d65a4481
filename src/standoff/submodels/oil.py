"""The price of oil when a chokepoint is closed partly or completely.

**Loss.** A share c of the flow F through the chokepoint stops, spare capacity B of other routes replaces part of it, and
world supply W falls by the share

    q = max( 0, c F - B ) / W.

**Price.** Supply and demand respond to the price P with constant elasticities e_s >= 0 >= e_d. Supply shrinks by q at
any price, and the market clears again where (1 - q) P^e_s = P^e_d in units of the old quantity and price:

    dlnP = - ln(1 - q) / (e_s - e_d).

**Band.** Published short-run elasticities differ by more than a factor of ten, so there is no single price: `price_band`
gives one price for each published pair.

The model omits the release of stocks, rationing, fear and insurance before any loss, a recession that reduces demand,
and time. With small elasticities a large loss gives prices that no market has seen. Such a price would never be paid,
because stocks are released or demand is destroyed first. Harassment without a loss of supply has no effect on the price,
because no available source gives an insurance or risk premium.

References:
    Kilian, L. & Murphy, D. (2014), "The role of inventories and speculative trading in the global market for crude
    oil".
    Baumeister, C. & Hamilton, J. (2017), "Structural interpretation of vector autoregressions with incomplete
    identification: revisiting the role of oil supply and demand shocks".
    Caldara, D., Cavallo, M. & Iacoviello, M. (2017), "Oil price elasticities and oil price fluctuations".
    Bilgin, D. & Ellwanger, R., "The simple economics of global fuel consumption".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import SupportsFloat, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from standoff.submodels.arguments import check_at_least, check_number

__all__ = ["PUBLISHED_ELASTICITIES", "ElasticityPair", "OilPrice", "OilShock", "OilSubmodel"]

Numbers = float | NDArray[np.float64]

LARGEST_LOG_CHANGE = 700.0
"""Above this the price exceeds the largest floating-point number."""


@dataclass(frozen=True, slots=True)
class ElasticityPair:
    """Short-run elasticities from one study.

    Attributes:
        source: The study.
        supply: Per cent more supply when the price rises by one per cent, 0 or more.
        demand: Per cent more demand when the price rises by one per cent, 0 or less.
    """

    source: str
    supply: float
    demand: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "supply", check_at_least("supply elasticity", self.supply, 0))
        object.__setattr__(self, "demand", check_number("demand elasticity", self.demand))
        if self.demand > 0.0:
            raise ValueError(f"demand elasticity must be at most 0, not `{self.demand}`")
        if self.supply == self.demand:
            raise ValueError(
                "supply elasticity and demand elasticity must not both be 0: no price would clear the market"
            )

    def log_change(self, loss: Numbers) -> Numbers:
        """Compute the change of the log price.

        Args:
            loss: Share of world supply lost, in [0, 1); trusted.

        Returns:
            dlnP, 0 or more.
        """
        return cast(Numbers, -np.log1p(-loss) / (self.supply - self.demand))


PUBLISHED_ELASTICITIES: tuple[ElasticityPair, ...] = (
    ElasticityPair("Baumeister & Hamilton 2017", 0.15, -0.35),
    ElasticityPair("Kilian & Murphy 2014", 0.015, -0.26),
    ElasticityPair("Caldara, Cavallo & Iacoviello 2017", 0.11, -0.13),
    ElasticityPair("Bilgin & Ellwanger (fuel demand)", 0.015, -0.023),
)
"""Four published pairs, from the mildest price to the most extreme, all as Bilgin & Ellwanger's slides list them
(http://businessdocbox.com/Green_Solutions/127769706-The-simple-economics-of-global-fuel-consumption.html)."""


@dataclass(frozen=True, slots=True)
class OilPrice:
    """The price under one pair of elasticities.

    Attributes:
        elasticities: The pair, with its source.
        log_change: Change of the log price.
        price: Price in US dollars a barrel.
    """

    elasticities: ElasticityPair
    log_change: float
    price: float


@dataclass(frozen=True, slots=True)
class OilShock:
    """A chokepoint, the market around it, and one pair of elasticities.

    The methods take the share of the flow that is stopped, as a number or an array, and return a number or an array.

    Attributes:
        flow_mbd: Flow through the chokepoint, million barrels a day.
        bypass_mbd: Spare capacity of other routes, million barrels a day.
        world_mbd: World supply, million barrels a day; above the flow.
        supply_elasticity: Short-run elasticity of supply, 0 or more.
        demand_elasticity: Short-run elasticity of demand, 0 or less.
        price_usd: Price before the shock, US dollars a barrel, above 0.

    Examples:
        >>> hormuz = OilShock(flow_mbd=20, bypass_mbd=2.6, world_mbd=100,
        ...                   supply_elasticity=0.15, demand_elasticity=-0.35, price_usd=69)
        >>> round(hormuz.loss(1.0), 3), round(hormuz.price(1.0), 1)
        (0.174, 101.1)
    """

    flow_mbd: float
    bypass_mbd: float
    world_mbd: float
    supply_elasticity: float
    demand_elasticity: float
    price_usd: float

    def __post_init__(self) -> None:
        for name in ("flow_mbd", "bypass_mbd", "world_mbd", "supply_elasticity", "price_usd"):
            object.__setattr__(self, name, check_at_least(name, getattr(self, name), 0))
        if self.flow_mbd >= self.world_mbd:
            raise ValueError(f"flow_mbd must be below world_mbd `{self.world_mbd:g}`, not `{self.flow_mbd:g}`")
        if self.price_usd == 0.0:
            raise ValueError("price_usd must be above 0, not `0.0`")
        object.__setattr__(self, "demand_elasticity", self._elasticities.demand)

    @classmethod
    def from_mapping(cls, values: Mapping[str, SupportsFloat]) -> OilShock:
        """Build a submodel from plain numbers, as a file gives them.

        Args:
            values: The fields by name.

        Returns:
            The submodel.

        Raises:
            ValueError: A field is missing, unknown or out of range.
        """
        names = [field.name for field in fields(cls)]
        if wrong := sorted(set(names) ^ set(values)):
            verb = "unknown" if wrong[0] in values else "missing"
            raise ValueError(f"oil: {verb} field `{wrong[0]}`; the fields are {', '.join(names)}")
        return cls(**cast(Mapping[str, float], values))

    @property
    def _elasticities(self) -> ElasticityPair:
        return ElasticityPair("scenario", self.supply_elasticity, self.demand_elasticity)

    def loss(self, closure: ArrayLike) -> Numbers:
        """Compute the share of world supply that is lost after bypass.

        Args:
            closure: Share of the flow that is stopped, in [0, 1].

        Returns:
            q, in [0, 1).

        Raises:
            ValueError: `closure` lies outside [0, 1].
        """
        try:
            closures = np.asarray(closure, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"closure must be a number or an array of numbers, not `{closure!r}`") from None
        if wrong := [value for value in closures.ravel().tolist() if not 0.0 <= value <= 1.0]:
            raise ValueError(f"closure must lie in [0, 1], not `{wrong[0]}`")
        lost = np.maximum(0.0, closures * self.flow_mbd - self.bypass_mbd) / self.world_mbd
        return lost if closures.ndim else float(lost)

    def price_change(self, closure: ArrayLike) -> Numbers:
        """Compute the change of the log price.

        Args:
            closure: Share of the flow that is stopped, in [0, 1].

        Returns:
            dlnP; multiply by 100 for log points.

        Raises:
            ValueError: `closure` lies outside [0, 1].
        """
        return self._unwrap(self._elasticities.log_change(self.loss(closure)))

    def price(self, closure: ArrayLike) -> Numbers:
        """Compute the price after the shock.

        Args:
            closure: Share of the flow that is stopped, in [0, 1].

        Returns:
            US dollars a barrel.

        Raises:
            ValueError: `closure` lies outside [0, 1], or the price is too large for a number.
        """
        return self._compute_price(self._elasticities, closure)

    def price_band(
        self, closure: float, pairs: Sequence[ElasticityPair] = PUBLISHED_ELASTICITIES
    ) -> tuple[OilPrice, ...]:
        """Compute the price under each of several pairs of elasticities.

        Args:
            closure: Share of the flow that is stopped, in [0, 1].
            pairs: Elasticities with their sources; at least two.

        Returns:
            One price for each pair, lowest first.

        Raises:
            ValueError: `closure` lies outside [0, 1], or there are fewer than two pairs.
        """
        if len(pairs) < 2:
            raise ValueError(f"pairs must hold at least two pairs of elasticities, not `{len(pairs)}`")
        loss = self.loss(closure)
        edges = [OilPrice(p, float(p.log_change(loss)), float(self._compute_price(p, closure))) for p in pairs]
        return tuple(sorted(edges, key=lambda edge: edge.log_change))

    def _compute_price(self, pair: ElasticityPair, closure: ArrayLike) -> Numbers:
        change = pair.log_change(self.loss(closure))
        if np.max(change, initial=0.0) > LARGEST_LOG_CHANGE:
            raise ValueError(
                f"elasticities `{pair.supply}` and `{pair.demand}` are too small for a price to clear the market"
            )
        return self._unwrap(self.price_usd * np.exp(change))

    @staticmethod
    def _unwrap(numbers: Numbers) -> Numbers:
        """Return a float for a single number, else the array."""
        return numbers if np.ndim(numbers) else float(numbers)


OilSubmodel = OilShock
"""The name of the submodel in a scenario file."""
