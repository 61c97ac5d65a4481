"""Physics and markets that payoffs call: missile exchanges and oil shocks, each usable alone.

`salvo` is the missile exchange, `two_forces` the plain models of Hughes and Armstrong, `oil` the closed chokepoint;
`SalvoSubmodel` and `OilSubmodel` are what a scenario file calls; `exchanges` sets the model against what happened.
"""

from standoff.submodels.exchanges import COMPARISON_HEADER, compare_exchanges, comparison_table
from standoff.submodels.forces import Attack, InterceptorLayer
from standoff.submodels.oil import PUBLISHED_ELASTICITIES, ElasticityPair, OilPrice, OilShock, OilSubmodel
from standoff.submodels.salvo import SalvoResult, salvo_exchange
from standoff.submodels.salvo_submodel import SalvoSubmodel
from standoff.submodels.two_forces import Force, Losses, armstrong_losses, hughes_losses

__all__ = [
    "COMPARISON_HEADER",
    "PUBLISHED_ELASTICITIES",
    "Attack",
    "ElasticityPair",
    "Force",
    "InterceptorLayer",
    "Losses",
    "OilPrice",
    "OilShock",
    "OilSubmodel",
    "SalvoResult",
    "SalvoSubmodel",
    "armstrong_losses",
    "compare_exchanges",
    "comparison_table",
    "hughes_losses",
    "salvo_exchange",
]
