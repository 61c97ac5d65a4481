"""Scenario files: what a crisis is made of, read from YAML and checked."""

from standoff.scenario.archive import archive, restore
from standoff.scenario.base import Amount
from standoff.scenario.check import check
from standoff.scenario.coverage import Coverage, source_coverage
from standoff.scenario.expression import Expression, ExpressionError
from standoff.scenario.json_schema import json_schema
from standoff.scenario.load import load_scenario, parse_scenario
from standoff.scenario.nodes import Scope
from standoff.scenario.override import apply_overrides, replace
from standoff.scenario.schema import Agenda, Commitment, Deadline, Issue, Milestone, Package, Player, Scenario, Track
from standoff.scenario.schema_moves import (
    EVENT_CODES,
    Accept,
    Action,
    Bargaining,
    Effect,
    Hazard,
    Offer,
    Outcome,
    Ratification,
    Response,
    Stage,
    Together,
)
from standoff.scenario.schema_parameters import (
    Correlation,
    Distribution,
    Document,
    Evidence,
    Parameter,
    Period,
    Quantity,
)
from standoff.scenario.schema_submodels import SUBMODEL_FUNCTIONS, Layer, OilSubmodel, SalvoSubmodel, Submodel
from standoff.scenario.source_map import SourceMap
from standoff.scenario.values import base_scope

__all__ = [
    "EVENT_CODES",
    "SUBMODEL_FUNCTIONS",
    "Accept",
    "Action",
    "Agenda",
    "Amount",
    "Bargaining",
    "Commitment",
    "Correlation",
    "Coverage",
    "Deadline",
    "Distribution",
    "Document",
    "Effect",
    "Evidence",
    "Expression",
    "ExpressionError",
    "Hazard",
    "Issue",
    "Layer",
    "Milestone",
    "Offer",
    "OilSubmodel",
    "Outcome",
    "Package",
    "Parameter",
    "Period",
    "Player",
    "Quantity",
    "Ratification",
    "Response",
    "SalvoSubmodel",
    "Scenario",
    "Scope",
    "SourceMap",
    "Stage",
    "Submodel",
    "Together",
    "Track",
    "apply_overrides",
    "archive",
    "base_scope",
    "check",
    "json_schema",
    "load_scenario",
    "parse_scenario",
    "replace",
    "restore",
    "source_coverage",
]
