"""`list`, `check`, `show`, `schema`: what there is to see of a scenario before it is solved."""

import re
from types import SimpleNamespace

import pytest
from ruamel.yaml import YAML

from standoff import load
from standoff.catalog import GROUPS, find_scenario_path, list_scenarios
from standoff.game.compile import compile_game
from standoff.text import format_percent


@pytest.fixture(scope="module")
def shown(warm, scenario):
    finished = warm("show", scenario)
    assert (finished.code, finished.err) == (0, "")
    return finished.out


@pytest.fixture(scope="module")
def loaded(scenario):
    opened = load(scenario)
    return SimpleNamespace(scenario=opened, game=compile_game(opened))


@pytest.fixture(scope="module")
def checked(warm, scenario):
    finished = warm("check", scenario, "--json")
    assert (finished.code, finished.err) == (0, "")
    return finished.document


@pytest.fixture(scope="module")
def schema(standoff):
    finished = standoff("schema")
    assert (finished.code, finished.err) == (0, "")
    return finished.document


# ------------------------------------------------------------------------------------------------------- list and check


def test_the_list_holds_every_scenario_of_the_catalogue(warm):
    rows = warm("list", "--json").document
    assert [(row["group"], row["id"]) for row in rows] == [
        (group, name) for group in GROUPS for name in list_scenarios(group)
    ]
    assert all(row.keys() == {"id", "group", "title", "as_of", "scenario_hash"} for row in rows)
    text = warm("list").out
    assert [row["id"] for row in rows if row["id"] not in text or row["title"] not in text] == []


def test_a_check_tells_the_hash_of_the_scenario(checked, loaded):
    assert (checked["scenario"], checked["scenario_hash"]) == (loaded.scenario.id, loaded.scenario.scenario_hash)


def test_a_check_counts_the_states_of_every_layer(checked, loaded):
    layers = loaded.game.epochs[0].layers
    assert checked["states"] == {layer.name: layer.num_states for layer in layers}


def test_a_check_says_where_every_parameter_comes_from(checked, loaded):
    assert checked["sources"].keys() == loaded.scenario.parameters.keys()
    assert set(checked["sources"].values()) <= {"evidence", "judgement", "derived", "none"}
    assert checked["unsourced"] == [name for name, source in checked["sources"].items() if source == "none"]


def test_the_text_of_a_check_lists_every_parameter(warm, scenario, loaded):
    finished = warm("check", scenario)
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.startswith(f"{loaded.scenario.id}: no faults\n")
    assert [
        name for name in loaded.scenario.parameters if not re.search(rf"^{name} ", finished.out, re.MULTILINE)
    ] == []


def test_a_check_sees_what_is_set(warm, starter):
    finished = warm("check", starter, "--json", "--set", "war_cost=0.5")
    plain = warm("check", starter, "--json")
    assert finished.document["scenario_hash"] != plain.document["scenario_hash"]


# ----------------------------------------------------------------------------------------------------------------- show


def test_it_shows_every_player_with_its_types_and_priors(shown, loaded):
    for name, player in loaded.scenario.players.items():
        assert player.label in shown, name
        assert [label for label in player.type_labels.values() if label not in shown] == []
    priors = [prior for player in loaded.game.players if len(player.player_types) == 2 for prior in player.prior]
    assert [prior for prior in priors if f": prior {format_percent(prior)}" not in shown] == []


def test_it_shows_every_stage_and_action(shown, loaded):
    for stage in loaded.scenario.stages:
        assert (stage.label or stage.name) in shown, stage.name
        assert [one.label for one in (stage.actions or {}).values() if (one.label or "") not in shown] == []


def test_it_shows_every_track_hazard_outcome_and_milestone(shown, loaded):
    scenario = loaded.scenario
    parts = [
        *scenario.state.values(),
        *scenario.nature.values(),
        *scenario.outcomes.values(),
        *scenario.milestones.values(),
    ]
    assert [part.label for part in parts if part.label not in shown] == []


def test_it_shows_every_issue_and_package(shown, loaded):
    assert [issue.label for issue in loaded.scenario.agenda.issues.values() if issue.label not in shown] == []
    assert f"packages that can be proposed ({len(loaded.game.packages)})" in shown
    assert [name for name in loaded.game.packages if loaded.game.get_label(name) not in shown] == []


def test_it_shows_what_is_set(warm, starter):
    assert "Challenger: rationality 9," in warm("show", starter, "--set", "challenger.rationality=9").out


# --------------------------------------------------------------------------------------------------------------- schema


def plain_yaml(path):
    """A scenario as an editor sees it: dates stay text."""
    reader = YAML(typ="safe", pure=True)
    reader.constructor.yaml_constructors["tag:yaml.org,2002:timestamp"] = reader.constructor.construct_yaml_str.__func__
    return reader.load(path.read_text(encoding="utf-8"))


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
KEYWORDS = {
    "$defs", "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description",
    "discriminator", "enum", "exclusiveMinimum", "format", "items", "maxItems", "maxLength", "maximum",
    "minItems", "minLength", "minProperties", "minimum", "oneOf", "pattern", "patternProperties",
    "prefixItems", "properties", "propertyNames", "required", "title", "type",
}  # fmt: skip


def is_of_type(value, name):
    number = isinstance(value, int | float) and not isinstance(value, bool)
    numeric = {"number": number, "integer": number and value == int(value)}
    return numeric[name] if name in numeric else isinstance(value, TYPES[name])


def faults(schema, value, root, path=""):
    """What a value breaks of the part of JSON Schema that the schema of scenarios makes use of."""
    if "$ref" in schema:
        yield from faults(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root, path)
    for keyword in {"anyOf", "oneOf"} & schema.keys():
        if all(any(faults(one, value, root, path)) for one in schema[keyword]):
            yield f"{path}: fits no alternative"
    if "type" in schema and not is_of_type(value, schema["type"]):
        yield f"{path}: not of type {schema['type']}"
    elif isinstance(value, dict):
        yield from faults_of_mapping(schema, value, root, path)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from faults(schema.get("items", {}), inner, root, f"{path}.{index}")
    elif value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{path}: `{value}` is not allowed"
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{path}: `{value}` does not match {schema['pattern']}"


def faults_of_mapping(schema, value, root, path):
    yield from (f"{path}: `{name}` is missing" for name in schema.get("required", []) if name not in value)
    for name, inner in value.items():
        fitting = [one for pattern, one in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        named = [schema["properties"][name]] if name in schema.get("properties", {}) else fitting
        (under,) = named or [schema.get("additionalProperties", {})]
        if under is False:
            yield f"{path}: `{name}` is not known"
        elif under is not True:
            yield from faults(under, inner, root, f"{path}.{name}")


def subschemas(schema):
    """A schema and every schema in it."""
    yield schema
    for keyword in ("properties", "patternProperties", "$defs"):
        for inner in schema.get(keyword, {}).values():
            yield from subschemas(inner)
    for keyword in ("anyOf", "oneOf", "prefixItems"):
        for inner in schema.get(keyword, []):
            yield from subschemas(inner)
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(keyword), dict):
            yield from subschemas(schema[keyword])


def test_the_schema_uses_only_keywords_of_json_schema(schema):
    assert {keyword for one in subschemas(schema) for keyword in one} <= KEYWORDS


def test_the_schema_defines_everything_that_it_refers_to(schema):
    named = {one["$ref"] for one in subschemas(schema) if "$ref" in one}
    assert named <= {f"#/$defs/{name}" for name in schema["$defs"]}


@pytest.mark.parametrize("name", list_scenarios())
def test_the_catalogue_fits_the_schema(schema, name):
    assert list(faults(schema, plain_yaml(find_scenario_path(name)), schema)) == []


def test_the_starter_fits_the_schema(schema, starter):
    assert list(faults(schema, plain_yaml(starter), schema)) == []


def test_a_misspelt_field_does_not_fit_the_schema(schema, starter):
    written = plain_yaml(starter)
    written["stages"][0]["actoins"] = written["stages"][0].pop("actions")
    assert list(faults(schema, written, schema)) == [".stages.0: `actoins` is not known"]


def test_a_missing_section_does_not_fit_the_schema(schema, starter):
    written = plain_yaml(starter)
    del written["players"]
    assert list(faults(schema, written, schema)) == [": `players` is missing"]


@pytest.mark.parametrize("name", list_scenarios())
def test_the_catalogue_fits_the_schema_by_a_full_validator(schema, name):
    jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema is not installed")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(plain_yaml(find_scenario_path(name)))


TWO_MOVERS = """
standoff: 1
id: night
title: A night at the ford
as_of: 2026-02-02
period: {unit: week, horizon: 6, continues: true}
payoff_unit: 1 is what the ford is worth
players:
  upper: {label: Upper valley, rationality: 4, discount: 0.98}
  lower: {label: Lower valley, rationality: 4, discount: 0.99}
state:
  guard: {label: Guard, levels: [none, few], start: none}
stages:
  - name: night
    movers: [upper, lower]
    actions:
      upper: {rest: {label: rest}, post: {label: post a guard, leads_to: {guard: few}}}
      lower: {rest: {label: sleep}, raid: {label: raid, when: guard == none, leads_to: {outcome: feud}}}
    together: [{upper: post, lower: raid, leads_to: []}]
outcomes: {feud: {label: Feud}}
unresolved: {label: Still open}
"""


def test_show_says_who_moves_at_the_same_time_and_that_it_continues(standoff, tmp_path):
    (tmp_path / "night.yaml").write_text(TWO_MOVERS)
    finished = standoff("show", tmp_path / "night.yaml")
    output = " ".join(finished.out.replace("│", " ").split())
    assert finished.code == 0
    assert "Upper valley and Lower valley choose at the same time, without seeing each other's move" in output
    assert "together: post a guard with raid" in output
    assert "6 periods of 1 week, continued without end." in output


def test_check_says_that_a_crisis_continues(standoff, tmp_path):
    (tmp_path / "night.yaml").write_text(TWO_MOVERS)
    finished = standoff("check", tmp_path / "night.yaml")
    assert finished.code == 0
    assert "6 periods, continued without end, 0 packages" in finished.out


def test_a_milestone_that_must_follow_another_says_so(warm):
    shown = warm("show", "iran-us-2026").out
    assert "talks >= rounds and conflict == none, after First strike on Iran\n" in shown


def test_sides_are_shown_by_their_labels(warm):
    shown = warm("show", "iran-us-2026").out
    assert "red line of Iran (hardline): reduced" in shown
    assert "between United States and Iran;" in shown
    assert "United States must ratify the deal" in shown
