"""Scenario files: read from YAML, checked, and changed by overrides.

From text to a `Scenario`: `reader` reads the YAML, `schema` gives its form, `check` finds faults of meaning, `build` puts
these together, and `load` is the entry point. `override` and `commitment` change a scenario and build it again."""

from standoff.scenario.archive import archive_scenario, restore_scenario
from standoff.scenario.base import Amount
from standoff.scenario.check import check
from standoff.scenario.coverage import Coverage, measure_coverage
from standoff.scenario.expression import Expression, ExpressionError
from standoff.scenario.json_schema import build_json_schema
from standoff.scenario.load import load_scenario, parse_scenario
from standoff.scenario.nodes import Scope
from standoff.scenario.override import apply_overrides, replace
from standoff.scenario.schema import (
    Agenda,
    Commitment,
    Deadline,
    Issue,
    MilestoneSpec,
    Package,
    PlayerSpec,
    Scenario,
    Track,
)
from standoff.scenario.schema_moves import (
    EVENT_CODES,
    Accept,
    ActionSpec,
    Bargaining,
    Effect,
    Hazard,
    JointAction,
    Offer,
    Outcome,
    Ratification,
    Response,
    StageSpec,
)
from standoff.scenario.schema_parameters import (
    Citation,
    Correlation,
    Distribution,
    Parameter,
    Period,
    Quantity,
    SourceDocument,
)
from standoff.scenario.schema_submodels import (
    SUBMODEL_FUNCTIONS,
    DefenceLayerSpec,
    OilSubmodelSpec,
    SalvoSubmodelSpec,
    Submodel,
)
from standoff.scenario.scope import build_scope
from standoff.scenario.source_map import SourceMap

__all__ = [
    "EVENT_CODES",
    "SUBMODEL_FUNCTIONS",
    "Accept",
    "ActionSpec",
    "Agenda",
    "Amount",
    "Bargaining",
    "Citation",
    "Commitment",
    "Correlation",
    "Coverage",
    "Deadline",
    "DefenceLayerSpec",
    "Distribution",
    "Effect",
    "Expression",
    "ExpressionError",
    "Hazard",
    "Issue",
    "JointAction",
    "MilestoneSpec",
    "Offer",
    "OilSubmodelSpec",
    "Outcome",
    "Package",
    "Parameter",
    "Period",
    "PlayerSpec",
    "Quantity",
    "Ratification",
    "Response",
    "SalvoSubmodelSpec",
    "Scenario",
    "Scope",
    "SourceDocument",
    "SourceMap",
    "StageSpec",
    "Submodel",
    "Track",
    "apply_overrides",
    "archive_scenario",
    "build_json_schema",
    "build_scope",
    "check",
    "load_scenario",
    "measure_coverage",
    "parse_scenario",
    "replace",
    "restore_scenario",
]
