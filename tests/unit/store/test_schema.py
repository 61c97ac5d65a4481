"""Migrations, and what is refused as no store or one of another version."""

import contextlib
import datetime as dt
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, inspect, text, update
from sqlalchemy.exc import DBAPIError

import standoff.store.schema as schema
from standoff.errors import StoreError
from standoff.store import Review, open_store, prepare_store
from standoff.store.database import Database
from standoff.store.location import find_location
from standoff.store.tables import metadata
from standoff.version import __version__
from stored_news import METHOD, coded, document


@pytest.fixture
def engine(address):
    url = find_location(address).url or f"sqlite:///{address}"
    made = create_engine(url)
    yield made
    made.dispose()


def change(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def fault(act):
    with pytest.raises(StoreError) as raised:
        act()
    assert raised.value.exit_code == 4
    return raised.value.problem


def differences(engine):
    """Differences between the tables of a database and those of the code."""
    with engine.connect() as connection:
        options = {"version_table": "standoff_revision", "compare_type": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def guarded_tables(engine):
    """Tables of a database that have a trigger."""
    of_sqlite = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    of_server = "SELECT event_object_table FROM information_schema.triggers"
    with engine.connect() as connection:
        return set(connection.execute(text(of_sqlite if engine.dialect.name == "sqlite" else of_server)).scalars())


def test_a_new_store_has_the_tables_that_the_code_uses(engine):
    assert differences(engine) == []
    assert guarded_tables(engine) == set(metadata.tables)


def test_an_upgraded_store_has_the_tables_that_the_code_uses(first_version):
    prepare_store(first_version).close()
    upgraded = create_engine(find_location(first_version).url or f"sqlite:///{first_version}")
    assert differences(upgraded) == []
    assert guarded_tables(upgraded) == set(metadata.tables)
    upgraded.dispose()


def test_every_migration_is_listed_in_order():
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(scripts)) == schema.REVISIONS


def test_every_table_refuses_changes(store, engine):
    store.add_documents([document()])
    store.add_codings([coded(document())], method=METHOD)
    numbers = [found.event_id for found in store.list_coded_events()]
    store.add_reviews([Review(numbers[0], "drop", "ann")])
    store.add_cluster(numbers, method="ann")
    store.set_mark("feed", 3)
    filled = [name for name in metadata.tables if name not in {"scenarios", "runs", "forecasts"}]
    refused = []
    for name in filled:
        table = metadata.tables[name]
        column = next(iter(table.primary_key.columns))
        for statement in (update(table).values({column.name: column}), delete(table)):
            with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
                connection.execute(statement)
            refused.append(name)
    assert len(refused) == 2 * 11


def test_a_file_is_made_and_a_server_is_not(no_store):
    if_server = find_location(no_store).url is not None
    codes = [fault(lambda: open_store(no_store)).code] if if_server else [open_store(no_store).close()]
    assert codes == ["store-missing" if if_server else None]


def test_preparing_makes_the_tables_once(no_store):
    for _ in range(2):
        with prepare_store(no_store) as store:
            assert store.read_last_write() == 0


def test_a_newer_store_is_refused_with_the_version_it_needs(engine, address):
    change(
        engine,
        "INSERT INTO schema_changes VALUES ('0099', '7.3.1', '2031-01-01 00:00:00')",
        "UPDATE standoff_revision SET version_num = '0099'",
    )
    for act in (open_store, prepare_store):
        found = fault(lambda act=act: act(address))
        assert (found.code, found.help) == ("store-newer", "install standoff 7.3.1 or newer")
        assert "`0099`" in found.message
        assert __version__ in found.message
    assert "documents" in inspect(engine).get_table_names()


def test_what_somebody_else_made_is_refused_and_left_alone(no_store):
    foreign = create_engine(find_location(no_store).url or f"sqlite:///{no_store}")
    change(foreign, "CREATE TABLE invoices (number integer)", "INSERT INTO invoices VALUES (7)")
    for act in (open_store, prepare_store):
        assert fault(lambda act=act: act(no_store)).code == "store-foreign"
    assert inspect(foreign).get_table_names() == ["invoices"]
    foreign.dispose()


@pytest.fixture
def first_version(no_store):
    """A store with the first version of the tables, which holds an event that a reviewer dropped."""
    if find_location(no_store).url is None:
        with contextlib.closing(sqlite3.connect(no_store)) as connection:
            connection.executescript(Path(__file__).with_name("first_version.sql").read_text())
            connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        return no_store
    with prepare_store(no_store) as store:
        store.add_documents([document()])
        store.add_codings([coded(document())], method=METHOD)
    made = create_engine(find_location(no_store).url)
    change(
        made,
        "DROP TABLE marks",
        "ALTER TABLE reviews DROP COLUMN scenario, DROP COLUMN stands_for",
        "UPDATE standoff_revision SET version_num = '0001'",
        "ALTER TABLE schema_changes DISABLE TRIGGER ALL",
        "DELETE FROM schema_changes WHERE revision = '0002'",
        "ALTER TABLE schema_changes ENABLE TRIGGER ALL",
        "INSERT INTO writes (recorded_at, what, standoff_version) VALUES ('2031-03-05 00:00:00', 'reviews', '0.1.0')",
        "INSERT INTO reviews (write_id, event_id, action, author, reason, reviewed_at) "
        "VALUES (3, 1, 'drop', 'ann', 'an exercise', '2031-03-05 00:00:00')",
    )
    made.dispose()
    return no_store


def test_an_older_store_is_brought_up_to_date_where_that_is_allowed(first_version):
    is_server = find_location(first_version).url is not None
    if_opened = [fault(lambda: open_store(first_version)).code] if is_server else [open_store(first_version).close()]
    assert if_opened == (["store-older"] if is_server else [None])
    prepare_store(first_version).close()
    database = Database(find_location(first_version), 1.0)
    with database.reading() as connection:
        assert schema.find_revision(connection) == schema.SchemaState("0002", __version__)
    database.close()


def test_what_an_older_store_holds_is_kept_and_can_be_extended(first_version):
    with prepare_store(first_version) as store:
        dropped, other = store.list_coded_events()
        assert dropped.review.review == Review(
            1, "drop", "ann", "an exercise", reviewed_at=dt.datetime(2031, 3, 5, tzinfo=dt.UTC)
        )
        assert (dropped.stands_for, other.review) == ({}, None)
        store.add_reviews([Review(2, "confirm", "ann", scenario="cuba-1962", stands_for="reply.ussr.write")])
        store.set_mark("feed", {"up_to": 3})
        assert store.list_coded_events()[1].stands_for == {"cuba-1962": "reply.ussr.write"}
        assert store.check() == ()


def test_tables_that_could_not_all_be_created_are_not_there(no_store, monkeypatch):
    create = schema._create

    def failing(connection):
        create(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "_create", failing)
    with pytest.raises(KeyboardInterrupt):
        prepare_store(no_store)
    monkeypatch.undo()
    with prepare_store(no_store) as store:
        assert (store.read_last_write(), store.check()) == (0, ())


def test_a_migration_that_fails_changes_nothing(first_version, monkeypatch):
    migrate = schema._migrate

    def failing(connection):
        migrate(connection)
        raise KeyboardInterrupt

    monkeypatch.setattr(schema, "_migrate", failing)
    with pytest.raises(KeyboardInterrupt):
        prepare_store(first_version)
    database = Database(find_location(first_version), 1.0)
    with database.reading() as connection:
        assert schema.find_revision(connection).revision == "0001"
        assert "marks" not in inspect(connection).get_table_names()
    database.close()
    monkeypatch.undo()
    with prepare_store(first_version) as store:
        assert store.check() == ()


def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    before = path.read_bytes()
    assert fault(lambda: open_store(path)).code == "store-foreign"
    assert path.read_bytes() == before


def test_an_sqlite_file_that_another_program_marked_is_refused(tmp_path):
    path = tmp_path / "map.gpkg"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id=1196444487")
    connection.execute("VACUUM")
    connection.close()
    assert fault(lambda: open_store(path)).code == "store-foreign"
