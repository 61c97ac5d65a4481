"""The use cases. The command line, notebooks and the brief call these, so that one number comes from one function."""

from standoff.catalog import list_scenarios
from standoff.desk.news import CodedNews, CodedReport, code, code_lines
from standoff.desk.updated import Updated
from standoff.workbench.crisis import Crisis, answer_document, compare, load, rerun
from standoff.workbench.dossier import PARTS, Dossier, chosen_parts
from standoff.workbench.finding import find_scenario, write_starter
from standoff.workbench.provenance import JSON_VERSION, versions
from standoff.workbench.solution import Solution

__all__ = [
    "JSON_VERSION",
    "PARTS",
    "CodedNews",
    "CodedReport",
    "Crisis",
    "Dossier",
    "Solution",
    "Updated",
    "answer_document",
    "chosen_parts",
    "code",
    "code_lines",
    "compare",
    "find_scenario",
    "list_scenarios",
    "load",
    "rerun",
    "versions",
    "write_starter",
]
