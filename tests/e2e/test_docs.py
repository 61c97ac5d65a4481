"""The documents: examples run, commands print what is shown, links lead somewhere, nothing is out of date."""

import contextlib
import doctest
import importlib
import importlib.util
import json
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import standoff
from standoff.catalog.opening import write_starter
from standoff.scenario import apply_overrides

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "standoff"
CODE = "import sys; from standoff.cli.app import main; sys.argv[0] = 'standoff'; main()"
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

_spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


def name_of(path):
    return str(path.relative_to(ROOT))


DOCUMENTS = generate.documents()
MODULES = sorted(["standoff", *(module.name for module in pkgutil.walk_packages([str(SOURCE)], "standoff."))])


def blocks(path, language):
    return [(found[2], found[3]) for found in FENCE.finditer(path.read_text()) if found[1] == language]


WITH_EXAMPLES = [path for path in DOCUMENTS if any(">>>" in text for _, text in blocks(path, "python"))]
WITH_COMMANDS = [path for path in DOCUMENTS if blocks(path, "console")]


def failures(test):
    """What a doctest that fails would print."""
    report = []
    with contextlib.suppress(doctest.UnexpectedException):
        doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=report.append)
    return "".join(report)


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=name_of)
def test_the_examples_of_a_document_run(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "\n".join(text for _, text in blocks(path, "python"))
    test = doctest.DocTestParser().get_doctest(text, {}, name_of(path), str(path), 0)
    assert test.examples
    assert failures(test) == ""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name):
    module = importlib.import_module(name)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        assert failures(test) == ""


class Session:
    """A reader who types the commands of one document, in order, in one folder."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        shim = folder / "bin" / "standoff"
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{CODE}" "$@"\n')
        shim.chmod(0o755)
        path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
        paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        self.environment = os.environ | {
            "PATH": path, "PYTHONPATH": paths, "COLUMNS": str(generate.WIDTH), "NO_COLOR": "1"
        }  # fmt: skip

    def type(self, command):
        assert command.startswith("standoff ")
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def commands(block):
    """Commands of a console block, each with the lines that are shown after it."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.strip():
            found[-1][1].append(line)
    return found


def line_matches(shown, printed):
    """Whether a printed line is as shown; `...` within a line stands for anything, numbers may differ as in `alike`."""
    pattern = [re.escape(piece) for piece in generate.NUMBER.sub("#", " ".join(shown.split())).split("...")]
    bare = generate.NUMBER.sub("#", " ".join(printed.split()))
    if "..." in shown:
        return re.fullmatch(".*".join(pattern), bare) is not None
    return generate.alike(shown, printed)


def shows(shown, printed):
    """Whether lines are shown in the order in which they are printed; a line `...` stands for any lines, also none."""
    if not shown:
        return not printed
    if shown[0].strip() == "...":
        return any(shows(shown[1:], printed[k:]) for k in range(len(printed) + 1))
    return bool(printed) and line_matches(shown[0], printed[0]) and shows(shown[1:], printed[1:])


@pytest.mark.parametrize("path", WITH_COMMANDS, ids=name_of)
def test_the_commands_of_a_document_print_what_it_shows(path, tmp_path):
    session = Session(tmp_path)
    for beside in path.parent.glob("*.txt"):  # what a document gives its readers to work on
        shutil.copy(beside, tmp_path)
    if not any("standoff init crisis.yaml" in text for _, text in blocks(path, "console")):
        write_starter(tmp_path / "crisis.yaml")
    for options, block in blocks(path, "console"):
        exit_code = int(re.search(r"exit=(\d+)|$", options)[1] or 0)
        for command, shown in commands(block):
            done = session.type(command)
            assert done.returncode == exit_code, done.stderr
            printed = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
            assert shows(shown, printed) or not shown, f"{command}\n" + "\n".join(printed)


def anchor_of(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_within_the_project_leads_somewhere(path):
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    lost = []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_document_can_be_reached_from_the_readme():
    reached, pending = set(), [ROOT / "README.md"]
    while pending:
        path = pending.pop()
        if path in reached or path.suffix != ".md" or not path.exists():
            continue
        reached.add(path)
        pending += [(path.parent / link.partition("#")[0]).resolve() for link in LINK.findall(path.read_text())]
    assert set(DOCUMENTS) - reached == set()


def test_what_needs_no_solving_is_up_to_date():
    assert generate.stale(cheap=True) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_generated_part_has_been_written(path):
    assert [name for name, old, _ in generate.renewed(path.read_text(), cheap=True) if old.count("\n") < 2] == []


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Deal 26 %", "Deal   27 %", True),
        ("Deal 26 %", "Deal 28 %", False),
        ("Deal <1 %", "Deal 1 %", True),
        ("Deal 26 %", "War 26 %", False),
        ("residual 1.4e-09", "residual 2.0e-11", True),
    ],
)
def test_texts_are_alike_up_to_one_per_cent(first, second, same):
    assert generate.alike(first, second) is same


NAMED = {
    "beliefs", "levels", "modal_state", "player_types", "points_used", "posteriors", "ratification", "strategy", "today_state",
    "versions", "worth",
}  # fmt: skip
"""Keys of JSON objects whose own keys are names of the scenario or of packages."""


def keys_of(value, path=""):
    """Paths of the keys of a JSON document; names of the scenario are left out."""
    last = path.rpartition(".")[2].removesuffix("[]")
    if isinstance(value, dict):
        if last in NAMED or re.search(r"first_moves\[\]\.(before|after)$", path):
            return
        for key, inner in value.items():
            inner_path = f"{path}.{key}" if path else key
            yield inner_path
            yield from keys_of(inner, inner_path)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, f"{path}[]")


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    path = tmp_path_factory.mktemp("starter") / "crisis.yaml"
    write_starter(path)
    return standoff.load(path, overrides=["period.horizon=2"])


SETTINGS = standoff.Settings(belief_points=5, belief_tolerance=0.1)


@pytest.fixture(scope="module")
def starter_solution(starter):
    return standoff.solve(starter, SETTINGS)


def rows_of_json_page():
    return [
        line for line in (ROOT / "docs" / "reference" / "json.md").read_text().splitlines() if line.startswith("| `")
    ]


def test_every_key_of_the_json_output_is_explained(starter_solution):
    rows = rows_of_json_page()
    unexplained = set()
    for path in keys_of(json.loads(json.dumps(starter_solution.to_json()))):
        parent, _, key = path.rpartition(".")
        listed = any(f"`{path}{end}" in row for row in rows for end in ("`", "[]`", "."))
        in_row_of_list = any(row.startswith(f"| `{parent}`") and f"`{key}`" in row for row in rows)
        if not (listed or in_row_of_list):
            unexplained.add(path)
    assert unexplained == set()


ANSWERS = {
    "whatif": lambda scenario, _: standoff.whatif(scenario, ["war_cost=0.3"], SETTINGS),
    "compare": lambda scenario, _: standoff.compare(
        scenario, apply_overrides(scenario, ["war_cost=0.3", "nature.clash=off"]), SETTINGS
    ),
    "drivers": lambda _, solution: standoff.drivers(solution, ["mobilisation"], num_tornado=0, num_draws=64),
    "tripwires": lambda _, solution: standoff.tripwires(solution, "unresolved>mobilisation", parameters=["war_cost"]),
    "ensemble": lambda scenario, _: standoff.ensemble(scenario, 4, settings=SETTINGS),
    "map": lambda scenario, _: standoff.regime_map(scenario, "war_cost=0.3:0.4:2", "pace=0.4:0.5:2", settings=SETTINGS),
    "equilibria": lambda scenario, _: standoff.search_equilibria(scenario, SETTINGS, num_starts=2),
    "indicators": lambda _, solution: standoff.indicators(solution, ["mobilisation"]),
    "paths": lambda _, solution: standoff.paths(solution, num_samples=50),
    "window": lambda _, solution: standoff.window(solution),
    "bargain": lambda _, solution: standoff.bargain(solution),
    "no_deal": lambda _, solution: standoff.why_no_deal(solution, ["mobilisation"], payments=[0.1]),
    "sweep": lambda scenario, _: standoff.sweep(scenario, "war_cost", [0.3, 0.4], settings=SETTINGS),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_key_of_an_answer_is_explained(name, starter, starter_solution):
    rows = rows_of_json_page()
    shared = {path.rpartition(".")[2] for path in keys_of(json.loads(json.dumps(starter_solution.to_json())))}
    own_rows = [row for row in rows if f"`{name}`" in row.split(" | ")[0]]
    explained = {
        part.removesuffix("[]")
        for row in own_rows
        for text in re.findall(r"`([^`]+)`", row)
        for part in text.split(".")
    }
    found = ANSWERS[name](starter, starter_solution).to_json()
    keys = {path.rpartition(".")[2].removesuffix("[]") for path in keys_of(json.loads(json.dumps(found)))}
    assert own_rows
    assert keys - explained - shared == set()


def test_contributing_says_why_each_dependency_is_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2]
    given = project["dependencies"] + [item for extra in project["optional-dependencies"].values() for item in extra]
    names = {re.match(r"[\w.-]+", item)[0] for item in given} - {"standoff"}
    assert {name for name in names if name not in text} == set()


def test_no_dependency_is_explained_that_is_not_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2].partition("| extra |")[0]
    explained = set(re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE)) - {"package", "---"}
    assert explained == {re.match(r"[\w.-]+", item)[0] for item in project["dependencies"]}
