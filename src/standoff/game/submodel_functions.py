"""The functions that expressions of a scenario may call, built from its `submodels` section."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from standoff.submodels.oil import OilShock
from standoff.submodels.salvo_submodel import SalvoSubmodel

if TYPE_CHECKING:
    from standoff.scenario import Expression, Scenario, Scope

__all__ = ["SubmodelFault", "submodel_functions"]

SubmodelFault = tuple[str, str]
"""Where in the scenario, and what is wrong."""
OIL_FIELDS = {
    "flow": "flow_mbd",
    "bypass": "bypass_mbd",
    "world": "world_mbd",
    "supply_elasticity": "supply_elasticity",
    "demand_elasticity": "demand_elasticity",
    "price": "price_usd",
}


def submodel_functions(scenario: Scenario, scope: Scope) -> tuple[dict[str, Callable[..., Any]], list[SubmodelFault]]:
    """Build the submodels of a scenario.

    Args:
        scenario: The scenario.
        scope: Its parameters as numbers.

    Returns:
        The functions by dotted name, and the faults of submodels that could not be built.
    """
    functions: dict[str, Callable[..., Any]] = {}
    faults: list[SubmodelFault] = []
    for name, submodel in scenario.submodels.items():

        def number(expression: Expression) -> float:
            return float(np.asarray(expression.evaluate(scope)))

        try:
            built: SalvoSubmodel | OilShock
            if submodel.kind == "salvo":
                fields: dict[str, object] = {
                    key: number(getattr(submodel, key))
                    for key in ("launchers", "launcher_loss", "salvos", "reliability")
                }
                layer_fields = ("interceptors", "kill_probability", "shots_per_target", "readiness")
                fields["layers"] = [
                    {"name": layer.name} | {key: number(getattr(layer, key)) for key in layer_fields}
                    for layer in submodel.layers
                ]
                built = SalvoSubmodel.from_mapping(fields)
                names: tuple[str, ...] = ("leakers", "spread", "exhausted")
            else:
                built = OilShock.from_mapping(
                    {target: number(getattr(submodel, key)) for key, target in OIL_FIELDS.items()}
                )
                names = ("price_change", "price")
        except ValueError as error:
            faults.append((f"submodels.{name}", str(error)))
            continue
        functions |= {f"{name}.{function}": getattr(built, function) for function in names}
    return functions, faults
