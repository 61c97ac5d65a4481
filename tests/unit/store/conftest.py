"""An empty store, in a file and on a server."""

import shutil
from functools import cache

import pytest

from standoff.store import open_store, prepare_store


@cache
def template_database(server):
    """Name of a database with an empty store, to be copied, for making the tables takes longer."""
    address = server.make_database()
    prepare_store(address).close()
    return address.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def template_file(tmp_path_factory):
    """A file with an empty store, likewise."""
    path = tmp_path_factory.mktemp("template") / "store.sqlite"
    prepare_store(path).close()
    return path


@pytest.fixture(params=["file", "server"])
def no_store(request, tmp_path):
    """Where no store is yet."""
    if request.param == "server":
        return request.getfixturevalue("postgres").make_database()
    return tmp_path / "store.sqlite"


@pytest.fixture(params=["file", "server"])
def address(request, tmp_path):
    """Where an empty store is."""
    if request.param == "server":
        server = request.getfixturevalue("postgres")
        return server.make_database(template_database(server))
    return shutil.copy(request.getfixturevalue("template_file"), tmp_path / "store.sqlite")


@pytest.fixture
def store(address):
    with open_store(address) as opened:
        yield opened
