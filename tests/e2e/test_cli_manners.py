"""How the command behaves towards a shell: help, exit codes, pipes, and how soon it is there."""

import json
import re
import subprocess
import sys

import pytest

from standoff.version import __version__

COMMANDS = (
    "run",
    "equilibria",
    "brief",
    "whatif",
    "compare",
    "drivers",
    "tripwires",
    "indicators",
    "paths",
    "bargain",
    "window",
    "ensemble",
    "map",
    "code",
    "review",
    "update",
    "feed",
    "list",
    "init",
    "schema",
    "check",
    "show",
    "export",
    "doctor",
    "events",
    "submodel",
)
HEAVY = ("numba", "scipy", "pandas", "ray", "pyarrow", "SALib", "matplotlib", "numpy", "ruamel", "jinja2")
MODULES_AFTER = """
import json, sys
from standoff.cli.app import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
finally:
    sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def modules_after(environment):
    """What a Python process has imported once the command is done."""

    def modules(*arguments):
        words = [sys.executable, "-c", MODULES_AFTER, *arguments]
        finished = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60, env=environment)
        return {name.partition(".")[0] for name in json.loads(finished.stderr)}

    return modules


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["ensemble", "--help"],
        ["submodel", "oil", "-h"],
        ["events", "list", "-h"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(modules_after, arguments):
    assert modules_after(*arguments).isdisjoint(HEAVY)


def test_the_check_of_a_file_loads_no_solver(modules_after, starter):
    assert modules_after("check", str(starter)).isdisjoint(
        {"numba", "scipy", "pandas", "ray", "pyarrow", "SALib", "matplotlib", "jinja2"}
    )


def test_help_names_every_command(standoff):
    finished = standoff("--help")
    assert (finished.code, finished.err) == (0, "")
    assert re.findall(r"^  ([a-z][a-z-]*)  ", finished.out, re.MULTILINE) == list(COMMANDS)


def test_no_command_at_all_shows_the_help(standoff):
    finished = standoff()
    assert (finished.code, finished.err) == (2, standoff("--help").out)


@pytest.mark.parametrize("name", ["run", "check", "init"])
def test_the_help_of_a_command_says_what_it_takes(standoff, name):
    finished = standoff(name, "--help")
    assert (finished.code, finished.err) == (0, "")
    assert finished.out.startswith(f"Usage: standoff {name} ")


def test_the_version_is_printed(standoff):
    finished = standoff("--version")
    assert (finished.code, finished.out, finished.err) == (0, f"standoff {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rum"], "No such command 'rum'. Did you mean 'run'?"),
        (["run"], "Missing argument 'SCENARIO'."),
        (["run", "a", "b"], "Got unexpected extra argument"),
        (["run", "cuba-1962", "--jsno"], "No such option: --jsno"),
        (["run", "cuba-1962", "--horizon", "soon"], "Invalid value for '--horizon'"),
        (["run", "cuba-1962", "--belief-points", "2"], "Invalid value for '--belief-points'"),
        (["run", "cuba-1962", "--belief-tolerance", "0"], "Invalid value for '--belief-tolerance'"),
        (["run", "cuba-1962", "--belief-tolerance", "nan"], "Invalid value for '--belief-tolerance'"),
        (["submodel", "gas"], "No such command 'gas'"),
        (["submodel", "oil", "--closure", "half"], "Invalid value for '--closure'"),
        (["init"], "Missing argument 'FILE'."),
    ],
)
def test_a_wrong_command_line_is_reported(warm, arguments, message):
    finished = warm(*arguments)
    assert (finished.code, finished.out) == (2, "")
    assert message in finished.err
    assert "Traceback" not in finished.err


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["show", "cuba-1962"], ["schema"], ["check", "cuba-1962"], ["submodel", "oil"]],
    ids=" ".join,
)
def test_output_into_a_pipe_is_plain(standoff, arguments):
    finished = standoff(*arguments, TERM="xterm-256color")
    assert (finished.code, finished.err) == (0, "")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", finished.out)


@pytest.mark.parametrize("arguments", [["schema"], ["show", "iran-us-2026"], ["check", "iran-us-2026"]], ids=" ".join)
def test_a_reader_that_leaves_hears_no_complaint(start, arguments):
    """As `| head -1` does: here the reader is gone before the first line."""
    with start(*arguments) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) in {0, 1}


def test_head_takes_the_first_line_of_a_forecast(start, starter):
    with start("run", starter, "--horizon", 4, "--belief-points", 5) as process:
        with subprocess.Popen(
            ["head", "-1"],
            stdin=process.stdout,
            stdout=subprocess.PIPE,
            text=True,
        ) as head:
            process.stdout.close()
            assert head.communicate(timeout=120)[0] == "A border crisis\n"
        assert process.stderr.read() == ""


def test_labels_in_any_script_are_shown(standoff, starter, tmp_path):
    path = tmp_path / "labels.yaml"
    text = starter.read_text(encoding="utf-8").replace("A border crisis", "国境危机 [bold]")
    path.write_text(text, encoding="utf-8")
    finished = standoff("show", path, PYTHONIOENCODING="utf-8")
    assert (finished.code, finished.err) == (0, "")
    assert "国境危机 [bold] (my-crisis)" in finished.out


@pytest.mark.parametrize("escape", [r"\e[31m", r"\x9b31m", r"\a", r"\x7f", r"\ud800"])
def test_a_file_cannot_command_the_terminal(warm, starter, tmp_path, escape):
    text = starter.read_text(encoding="utf-8").replace("title: A border crisis", f'title: "A border {escape}crisis"')
    (tmp_path / "crisis.yaml").write_text(text, encoding="utf-8")
    finished = warm("show", "crisis.yaml", cwd=tmp_path)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith("crisis.yaml:5: control-character: the text contains the control character `U+")


def test_what_was_typed_cannot_command_the_terminal(standoff):
    finished = standoff("run", "\x1b[31mcuba")
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith(r"unknown-scenario: there is no scenario `\x1b[31mcuba`")


@pytest.mark.parametrize(
    ("arguments", "present"),
    [
        (["watch", "cuba-1962"], "the command `watch` is now called `indicators`"),
        (["watch-feed", "--once", "feed.xml"], "the command `watch-feed` is now called `feed`"),
        (["stories", "cuba-1962"], "the command `stories` is now called `paths`"),
        (["solve", "cuba-1962", "--branches", "12"], "the command `solve` is now called `equilibria`"),
        (["whatif", "cuba-1962", "--base", "war_cost=3"], "the option `--base` of `whatif` is now called `--set`"),
        (
            ["equilibria", "cuba-1962", "--branches=3"],
            "the option `--branches` of `equilibria` is now called `--starts`",
        ),
    ],
)
def test_an_old_name_is_answered_with_the_present_one(warm, arguments, present):
    finished = warm(*arguments)
    assert (finished.code, finished.out) == (2, "")
    assert finished.err.startswith(f"renamed: {present}\n")


@pytest.mark.parametrize("group", [(), ("events",), ("submodel",)], ids=str)
def test_the_purpose_of_every_command_fits_in_its_line(warm, group):
    commands = warm(*group, "--help").out.partition("Commands:")[2]
    assert [line for line in commands.splitlines() if line.endswith("...")] == []
    assert commands
