"""An empty store in a file; its tables are copied, for making them takes longer."""

import shutil

import pytest

from standoff.store import open_store, prepare_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "store.sqlite"
    prepare_store(path).close()
    return path


@pytest.fixture
def store(empty_store, tmp_path):
    with open_store(shutil.copy(empty_store, tmp_path / "store.sqlite")) as opened:
        yield opened
