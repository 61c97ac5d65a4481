"""Schema of the submodels, and the table of their kinds and functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from standoff.scenario.base import Label, Part, Slug
from standoff.scenario.expression import Expression

__all__ = ["SUBMODEL_FUNCTIONS", "DefenceLayerSpec", "OilSubmodelSpec", "SalvoSubmodelSpec", "Submodel"]

SUBMODEL_FUNCTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "salvo": {
        "leakers": ("stock", "readiness"),
        "spread": ("stock", "readiness"),
        "exhausted": ("stock", "readiness"),
    },
    "oil": {"price_change": ("closure",), "price": ("closure",)},
}
"""Kind of submodel -> its functions -> the names of their arguments."""


class DefenceLayerSpec(Part):
    """One layer of a defence against missiles."""

    name: Slug = Field(description="Name of the layer, as a slug.")
    label: Label | None = Field(default=None, description="The name that people read.")
    interceptors: Expression = Field(description="Interceptors in the layer when all are in place.")
    kill_probability: Expression = Field(description="Probability that one shot stops one missile.")
    shots_per_target: Expression = Field(
        default=Expression.parse(1), description="Interceptors fired at each missile; may be an average such as 1.5."
    )
    readiness: Expression = Field(
        default=Expression.parse(1),
        description="Share of the layer that is ready; multiplied by the argument of the call.",
    )


class SalvoSubmodelSpec(Part):
    """A missile exchange: salvos against layered defences."""

    kind: Literal["salvo"] = Field(description="The kind of submodel.")
    label: Label | None = Field(default=None, description="The name that people read.")
    launchers: Expression = Field(description="Launchers at the first salvo.")
    launcher_loss: Expression = Field(description="Share of the launchers lost after each salvo.")
    salvos: Expression = Field(description="Number of salvos; each launcher fires one missile in each salvo.")
    reliability: Expression = Field(description="Probability that a missile works.")
    layers: tuple[DefenceLayerSpec, ...] = Field(description="Layers of the defence, outermost first.")


class OilSubmodelSpec(Part):
    """The price of oil when a chokepoint is closed."""

    kind: Literal["oil"] = Field(description="The kind of submodel.")
    label: Label | None = Field(default=None, description="The name that people read.")
    flow: Expression = Field(description="Flow of oil through the chokepoint.")
    bypass: Expression = Field(description="Flow that other routes can carry, in the unit of `flow`.")
    world: Expression = Field(description="World consumption, in the unit of `flow`.")
    supply_elasticity: Expression = Field(description="Price elasticity of the remaining supply.")
    demand_elasticity: Expression = Field(description="Price elasticity of demand; negative.")
    price: Expression = Field(description="Price before the closure.")


Submodel = Annotated[SalvoSubmodelSpec | OilSubmodelSpec, Field(discriminator="kind")]
