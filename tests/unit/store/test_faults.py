"""What happens when a store is locked, full, read-only, damaged or gone: a clear error, and nothing damaged.

The full disk is a real one where the tests may mount a small file system in memory; in any case SQLite is given a limit of
pages, at which it fails in the same way.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

import standoff
from postgres_server import running
from standoff.errors import StoreError
from standoff.store import open_store, prepare_store
from stored_news import METHOD, coded, document

SOURCE = str(Path(standoff.__file__).parents[1])


def fault(act):
    with pytest.raises(StoreError) as raised:
        act()
    assert raised.value.exit_code == 4
    return raised.value.problem


def long_documents(count):
    """Documents of 20,000 characters that do not compress."""
    letters = random.Random(7)  # noqa: S311  these are no secrets
    for k in range(count):
        yield document(k, text=f"{k} " + "".join(letters.choices("abcdefgh ", k=20_000)))


def test_a_writer_waits_for_another_and_then_gives_up_with_nothing_written(store, address):
    with open_store(address, wait_seconds=0.2) as other, store._database.writing("a test") as write:
        assert write.write_id == 1
        found = fault(lambda: other.add_documents([document()]))
        assert (found.code, "documents 1 to 1 were not written" in found.message) == ("store-locked", True)
        assert list(other.read_documents()) == []  # a reader does not wait
    assert store.read_last_write() == 1


def test_a_writer_that_waits_long_enough_writes(store, address):
    begun, done = threading.Event(), threading.Event()

    def hold():
        with store._database.writing("a test") as write:
            _ = write.write_id
            begun.set()
            done.wait(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(10)
    with open_store(address, wait_seconds=20) as other:
        other.add_documents([document()])
    holder.join()
    assert store.read_last_write() == 2


def test_a_transaction_that_breaks_off_leaves_nothing(store, monkeypatch):
    store.add_documents([document(1), document(2)])
    monkeypatch.setattr("standoff.store.news_writing._make_claim_rows", lambda found: 1 / len(list(found)[2:]))
    with pytest.raises(ZeroDivisionError):
        store.add_codings([coded(document(1)), coded(document(2))], method=METHOD)
    monkeypatch.undo()
    assert (store.list_coded_events(), store.read_last_write()) == ((), 1)
    assert store.add_codings([coded(document(1))], method=METHOD).new == 1


def fill_until_full(path, make_room):
    """Fill a store until it fails, make room, and go on; returns whether everything was as it should be."""
    with open_store(path) as store:
        found = fault(lambda: store.add_documents(long_documents(400), batch_size=10))
        kept = len(list(store.read_documents()))
        assert f"documents {kept + 1} to {kept + 10} were not written, the {kept} before are kept" in found.message
        assert (kept > 0, kept % 10, store.check()) == (True, 0, ())
        make_room()
        assert store.add_documents(long_documents(kept + 10), batch_size=10).new == 10
        assert store.check() == ()
    return found.code


def test_a_file_that_may_not_grow_keeps_what_it_has(template_file, tmp_path):
    pages = [150]

    def limit(connection, record):
        del record
        connection.execute(f"PRAGMA max_page_count={pages[0]}")  # SQLite keeps the limit for each connection

    sqlalchemy_event.listen(Engine, "connect", limit)
    try:
        path = shutil.copy(template_file, tmp_path / "store.sqlite")
        assert fill_until_full(path, lambda: pages.__setitem__(0, 100_000)) == "store-full"
    finally:
        sqlalchemy_event.remove(Engine, "connect", limit)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MB in memory; needs the right to mount."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_what_it_has(template_file, small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    path = shutil.copy(template_file, small_disk / "store.sqlite")
    assert fill_until_full(path, ballast.unlink) == "store-full"


def test_no_store_is_made_on_a_full_disk_and_one_is_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(3 * 1024 * 1024 - 40_000))
    path = small_disk / "store.sqlite"
    assert fault(lambda: open_store(path)).code == "store-full"
    ballast.unlink()
    with open_store(path) as store:
        assert store.check() == ()


READ_ONLY = """
import os, sys
path, user = sys.argv[1], int(sys.argv[2])
from standoff.errors import StoreError
from standoff.news.document import Document
from standoff.store import open_store
open_store(path).close()  # loads what the other user may not be allowed to load
if user:
    os.setgroups([]), os.setgid(user), os.setuid(user)
try:
    with open_store(path) as store:
        print(store.is_read_only, [found.text for found in store.read_documents()])
        store.add_documents([Document("new")])
except StoreError as error:
    print(error.problem.code, "|", error.problem.message)
"""


def looked_at_by_another_user(path):
    """What a user without write permission sees, and the message; root, who may write to everything, becomes another user."""
    user = 65534 if os.geteuid() == 0 else 0
    environment = os.environ | {"PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-c", READ_ONLY, str(path), str(user)]
    return subprocess.run(
        words, capture_output=True, text=True, check=True, env=environment, cwd="/"
    ).stdout.splitlines()


@pytest.fixture
def filled_file(template_file):
    """A store with a document, in a folder that other users may enter, as they may not enter pytest's."""
    with tempfile.TemporaryDirectory(prefix="standoff-ro-") as name:
        folder = Path(name)
        path = Path(shutil.copy(template_file, folder / "store.sqlite"))
        with open_store(path) as store:
            store.add_documents([document()])
        path.chmod(0o444)
        yield path
        folder.chmod(0o755)


def test_a_read_only_file_is_read_and_not_written_to(filled_file):
    filled_file.parent.chmod(0o777)
    before = filled_file.read_bytes()
    seen, message = looked_at_by_another_user(filled_file)
    assert seen == f"True {[document().text]}"
    assert message.startswith("store-read-only |")
    assert "documents 1 to 1 were not written" in message
    assert filled_file.read_bytes() == before


def test_the_advice_for_a_file_in_a_closed_folder_is_to_copy_it(filled_file):
    filled_file.parent.chmod(0o555)
    before = filled_file.read_bytes()
    (message,) = looked_at_by_another_user(filled_file)
    assert message.startswith("store-read-only |")
    assert "needs write permission for its folder" in message
    assert filled_file.read_bytes() == before


def test_a_damaged_file_is_reported(template_file, tmp_path):
    path = Path(shutil.copy(template_file, tmp_path / "store.sqlite"))
    with open_store(path) as store:
        store.add_documents(long_documents(10))
    content = bytearray(path.read_bytes())
    content[4096 : len(content)] = bytes([0xA5]) * (len(content) - 4096)
    path.write_bytes(content)

    def use():
        with open_store(path) as store:
            list(store.read_documents())

    assert fault(use).code == "store-damaged"


def test_a_changed_text_or_event_is_found(template_file, tmp_path):
    path = Path(shutil.copy(template_file, tmp_path / "store.sqlite"))
    with open_store(path) as store:
        store.add_documents([document(1), document(2)])
        store.add_codings([coded(document(1)), coded(document(2))], method=METHOD)
        connection = sqlite3.connect(path)
        connection.executescript(
            "DROP TRIGGER documents_no_update; DROP TRIGGER events_no_update;"
            "UPDATE documents SET text = text || '!' WHERE id = 1;"
            """UPDATE events SET content = replace(content, '"STH"', '"XXX"') WHERE id = 3;"""
        )
        connection.close()
        assert [found.table for found in store.check()] == ["documents", "events"]


def test_a_server_that_stops_is_reported_and_found_again_when_it_is_back():
    with running() as server:
        address = server.make_database()
        with prepare_store(address) as store:
            store.add_documents([document(1)])
            server.stop()
            found = fault(lambda: store.add_documents([document(2)]))
            assert (found.code, "documents 1 to 1 were not written" in found.message) == ("store-unreachable", True)
            assert fault(lambda: list(store.read_documents())).code == "store-unreachable"
            server.start_again()
            assert [one.title for one in store.read_documents()] == ["Report 1"]
            assert store.add_documents([document(2)]).new == 1


def test_a_user_without_the_right_to_write_is_reported(postgres):
    address = postgres.make_database()
    with prepare_store(address) as store:
        store.add_documents([document()])
    postgres.execute(address, "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with open_store(address.replace("//standoff@", "//reader@")) as reader:
        assert list(reader.read_documents()) == [document()]
        assert fault(lambda: reader.add_documents([document(2)])).code == "store-read-only"
