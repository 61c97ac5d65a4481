"""The tables. Rows are added and never changed or deleted: the database itself refuses both.

    writes            one row for each transaction; its number orders everything that is recorded
      documents       texts, by hash
        sightings     copies of a text: outlet, address, title, day
        codings       what one method found in a document; old codings stay
          events      with an `event_key` by which the same event of another coding is known
            reviews   a person's verdict on an event, and the matching event of a scenario's model
            cluster_members
          claims
      clusters        reports of one event
      scenarios       scenarios with their overrides, as written, by hash
        runs          a solve: settings, versions, certificate and JSON document
          forecasts   probabilities by date of one outcome or milestone
      marks           progress of a repeated task, such as the reading of a feed
    schema_changes    migrations, and the version of standoff that made them

Rows with `write_id <= n` are what was known after write `n`, so that any past forecast can be repeated.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from standoff.store.columns import UtcTime

__all__ = [
    "claims",
    "cluster_members",
    "clusters",
    "codings",
    "documents",
    "events",
    "forecasts",
    "marks",
    "metadata",
    "reviews",
    "runs",
    "scenarios",
    "schema_changes",
    "sightings",
    "writes",
]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _make_key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _make_reference(name: str, target: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), nullable=null)


def _make_text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _make_json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


def _make_hash(name: str) -> Column[str]:
    return Column(name, String(64), nullable=False)


writes = Table(
    "writes",
    metadata,
    _make_key(),
    Column("recorded_at", UtcTime, nullable=False),
    _make_text("what"),
    _make_text("standoff_version"),
)
documents = Table(
    "documents",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_hash("document_hash"),
    _make_text("text"),
    UniqueConstraint("document_hash"),
)
sightings = Table(
    "sightings",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_reference("document_id", "documents.id"),
    _make_hash("sighting_hash"),
    _make_text("title"),
    _make_text("outlet"),
    _make_text("author"),
    Column("date", Date),
    _make_text("language"),
    _make_text("address"),
    _make_text("media_type"),
    Column("retrieved", UtcTime),
    UniqueConstraint("sighting_hash"),
    Index(None, "document_id"),
    Index(None, "date"),
)
codings = Table(
    "codings",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_reference("document_id", "documents.id"),
    _make_text("method"),
    Column("version", Integer, nullable=False),
    _make_hash("content_hash"),
    _make_text("language"),
    _make_text("refused"),
    UniqueConstraint("document_id", "method", "version"),
)
events = Table(
    "events",
    metadata,
    _make_key(),
    _make_reference("coding_id", "codings.id"),
    Column("position", Integer, nullable=False),
    _make_hash("event_key"),
    _make_text("event_type"),
    Column("date", Date),
    _make_text("actor"),
    _make_text("target"),
    _make_text("factuality"),
    Column("confidence", Float, nullable=False),
    _make_json("content"),
    UniqueConstraint("coding_id", "position"),
    Index(None, "event_key"),
    Index(None, "date"),
)
claims = Table(
    "claims",
    metadata,
    _make_key(),
    _make_reference("coding_id", "codings.id"),
    Column("position", Integer, nullable=False),
    _make_text("kind"),
    _make_text("issue"),
    _make_text("holder"),
    _make_json("content"),
    UniqueConstraint("coding_id", "position"),
)
reviews = Table(
    "reviews",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_reference("event_id", "events.id"),
    _make_text("action"),
    Column("correction", JSON(none_as_null=True)),
    _make_text("author"),
    _make_text("reason"),
    Column("reviewed_at", UtcTime, nullable=False),
    Column("scenario", Text, nullable=False, server_default=""),
    Column("stands_for", Text, nullable=False, server_default=""),
    CheckConstraint("action in ('confirm', 'correct', 'drop')", name="action"),
    CheckConstraint("(action = 'correct') = (correction is not null)", name="correction"),
    Index(None, "event_id"),
)
clusters = Table(
    "clusters",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_text("method"),
    _make_text("label"),
)
cluster_members = Table(
    "cluster_members",
    metadata,
    _make_key(),
    _make_reference("cluster_id", "clusters.id"),
    _make_reference("event_id", "events.id"),
    UniqueConstraint("cluster_id", "event_id"),
    Index(None, "event_id"),
)
scenarios = Table(
    "scenarios",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_hash("archive_hash"),
    _make_hash("scenario_hash"),
    _make_text("name"),
    _make_text("title"),
    Column("as_of", Date, nullable=False),
    _make_json("archive"),
    UniqueConstraint("archive_hash"),
    Index(None, "scenario_hash"),
    Index(None, "name"),
)
runs = Table(
    "runs",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_reference("scenario_id", "scenarios.id"),
    _make_reference("known_by", "writes.id", null=True),
    _make_text("kind"),
    _make_text("note"),
    _make_json("settings"),
    _make_json("versions"),
    _make_json("certificate"),
    _make_json("document"),
    Index(None, "scenario_id"),
)
forecasts = Table(
    "forecasts",
    metadata,
    _make_key(),
    _make_reference("run_id", "runs.id"),
    _make_text("kind"),
    _make_text("name"),
    _make_text("label"),
    _make_json("dates"),
    _make_json("probabilities"),
    CheckConstraint("kind in ('outcome', 'milestone')", name="kind"),
    UniqueConstraint("run_id", "kind", "name"),
)
marks = Table(
    "marks",
    metadata,
    _make_key(),
    _make_reference("write_id", "writes.id"),
    _make_text("name"),
    _make_json("value"),
    Index(None, "name"),
)
schema_changes = Table(
    "schema_changes",
    metadata,
    Column("revision", String(32), primary_key=True),
    _make_text("standoff_version"),
    Column("changed_at", UtcTime, nullable=False),
)
