"""Models of missile exchanges and oil shocks that payoffs call; each can be used alone.

`salvo` is the missile exchange and `oil` the closed chokepoint.
A scenario file calls `SalvoSubmodel` and `OilSubmodel`; `exchanges` compares the missile exchange with three real attacks.
"""

from standoff.submodels.exchanges import COMPARISON_HEADER, compare_exchanges, write_comparison_table
from standoff.submodels.forces import Attack, InterceptorLayer
from standoff.submodels.oil import PUBLISHED_ELASTICITIES, ElasticityPair, OilPrice, OilShock, OilSubmodel
from standoff.submodels.salvo import SalvoResult, solve_salvo_exchange
from standoff.submodels.salvo_submodel import SalvoSubmodel

__all__ = [
    "COMPARISON_HEADER",
    "PUBLISHED_ELASTICITIES",
    "Attack",
    "ElasticityPair",
    "InterceptorLayer",
    "OilPrice",
    "OilShock",
    "OilSubmodel",
    "SalvoResult",
    "SalvoSubmodel",
    "compare_exchanges",
    "solve_salvo_exchange",
    "write_comparison_table",
]
