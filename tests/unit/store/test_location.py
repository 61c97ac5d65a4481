"""Where a store is, and what is said of an address that is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from standoff.errors import InputError, MissingExtraError, StoreError
from standoff.store import open_store, prepare_store
from standoff.store.location import find_default_path, find_location


@pytest.mark.parametrize(
    ("given", "path"),
    [("a.sqlite", "a.sqlite"), (Path("b/c"), "b/c"), ("sqlite:///d.db", "d.db"), ("sqlite:////e", "/e")],
)
def test_a_file_is_named_by_its_path_or_a_url(given, path):
    assert find_location(given).path == Path(path)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_named_by_a_url_and_its_password_is_not_shown(scheme):
    place = find_location(f"{scheme}://ann:secret@db.example/crisis")
    assert place.url.drivername == "postgresql+psycopg"
    assert "secret" not in str(place)
    assert place.url.password == "secret"  # noqa: S105


@pytest.mark.parametrize(
    "given",
    [
        "",
        "mysql://host/db",
        "sqlite://",
        "sqlite:///:memory:",
        ":memory:",
        "file:x?mode=rw",
        "postgresql://a:secret@h:port/b",
    ],
)
def test_what_names_no_store_is_refused_without_its_password(given):
    with pytest.raises(InputError) as raised:
        find_location(given)
    assert [problem.code for problem in raised.value.problems] == ["store-address"]
    assert "secret" not in str(raised.value)


def test_the_environment_names_the_store(monkeypatch):
    monkeypatch.setenv("STANDOFF_STORE", "named.sqlite")
    assert find_location().path == Path("named.sqlite")
    assert find_location("given.sqlite").path == Path("given.sqlite")


def test_else_it_is_in_the_folder_for_data_which_is_made(monkeypatch, tmp_path):
    monkeypatch.delenv("STANDOFF_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_store() as store:
        assert store.place.path == find_default_path()
    assert find_default_path().name == "standoff.sqlite"
    assert find_default_path().exists()
    assert find_default_path().is_relative_to(tmp_path)


def test_a_folder_that_is_not_there_is_no_place_for_a_store(tmp_path):
    with pytest.raises(StoreError, match=r"store-unreachable.*cannot be opened") as raised:
        open_store(tmp_path / "none" / "store.sqlite")
    assert str(tmp_path) in str(raised.value)


def test_a_server_that_is_not_there_is_reported(tmp_path):
    with pytest.raises(StoreError, match="store-unreachable") as raised:
        open_store(f"postgresql://ann:secret@/crisis?host={tmp_path}")
    assert "secret" not in str(raised.value)


def test_a_database_that_is_not_there_is_reported(postgres):
    with pytest.raises(StoreError, match=r"store-unreachable.*nowhere.*does not exist"):
        open_store(postgres.url("nowhere"))


@pytest.mark.parametrize(
    ("missing", "given", "extra"),
    [
        ("psycopg", "postgresql://host/db", "postgres"),
        ("sqlalchemy", "a.sqlite", "store"),
        ("alembic", "a.sqlite", "store"),
    ],
)
def test_a_missing_extra_is_named(monkeypatch, missing, given, extra):
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=rf"standoff\[{extra}\]"):
        open_store(given)


def test_the_store_is_named_without_loading_sqlalchemy():
    code = (
        "import sys, standoff.store, standoff.analysis.solution; "
        "print([name for name in ('sqlalchemy', 'alembic', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("open_it", [open_store, prepare_store])
def test_the_store_at_the_default_place_is_made_with_its_folder(monkeypatch, tmp_path, open_it):
    monkeypatch.delenv("STANDOFF_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with open_it() as store:
        assert tuple(store.read_documents()) == ()
    assert (tmp_path / "data" / "standoff" / "standoff.sqlite").exists()
