import json
from typing import Any

import pytest

from standoff.scenario import Scenario, build_json_schema
from standoff.scenario.json_schema import list_fields


def parts(schema: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(schema, dict):
        return [(path, schema), *(pair for key, inner in schema.items() for pair in parts(inner, f"{path}/{key}"))]
    if isinstance(schema, list):
        return [pair for index, inner in enumerate(schema) for pair in parts(inner, f"{path}/{index}")]
    return []


def test_it_is_json() -> None:
    assert json.loads(json.dumps(build_json_schema()))["title"] == "standoff scenario"


def test_every_field_of_the_file_is_described() -> None:
    for path, schema in parts(build_json_schema()):
        for name, field in schema.get("properties", {}).items() if isinstance(schema.get("properties"), dict) else ():
            assert field.get("description"), f"{path}/{name}"


def test_it_knows_all_top_fields() -> None:
    assert set(build_json_schema()["properties"]) == set(Scenario.model_fields)


def test_an_effect_accepts_tracks_and_needs_no_list() -> None:
    definitions = build_json_schema()["$defs"]
    changes = definitions["Effect"]["additionalProperties"]
    assert {kind["type"] for kind in changes["anyOf"]} == {"string", "integer"}
    alone, in_a_list = definitions["ActionSpec"]["properties"]["leads_to"]["anyOf"]
    assert alone == {"$ref": "#/$defs/Effect"}
    assert in_a_list["items"] == alone


def test_defaults_are_written_as_in_a_file() -> None:
    assert build_json_schema()["$defs"]["Effect"]["properties"]["p"]["default"] == 1


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("", "agenda"),
        ("players.usa", "rationality"),
        ("stages.0.actions.strike.leads_to.1", "outcome"),
        ("stages.0.actions.strike.leads_to", "outcome"),
        ("submodels.x.layers.0", "interceptors"),
        ("stages.0.bargaining.accept.ratify.usa", "chance"),
    ],
)
def test_the_fields_at_a_path_are_known(path: str, field: str) -> None:
    assert field in list_fields(path.split(".") if path else [])
