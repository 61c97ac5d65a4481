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


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(name: str, target: str, *, null: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(target), nullable=null)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _json(name: str) -> Column[object]:
    return Column(name, JSON, nullable=False)


def _hash(name: str) -> Column[str]:
    return Column(name, String(64), nullable=False)


writes = Table(
    "writes", metadata, _key(), Column("recorded_at", UtcTime, nullable=False), _text("what"), _text("standoff_version")
)
documents = Table(
    "documents",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _hash("document_hash"),
    _text("text"),
    UniqueConstraint("document_hash"),
)
sightings = Table(
    "sightings",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _to("document_id", "documents.id"),
    _hash("sighting_hash"),
    _text("title"),
    _text("outlet"),
    _text("author"),
    Column("date", Date),
    _text("language"),
    _text("address"),
    _text("media_type"),
    Column("retrieved", UtcTime),
    UniqueConstraint("sighting_hash"),
    Index(None, "document_id"),
    Index(None, "date"),
)
codings = Table(
    "codings",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _to("document_id", "documents.id"),
    _text("method"),
    Column("version", Integer, nullable=False),
    _hash("content_hash"),
    _text("language"),
    _text("refused"),
    UniqueConstraint("document_id", "method", "version"),
)
events = Table(
    "events",
    metadata,
    _key(),
    _to("coding_id", "codings.id"),
    Column("position", Integer, nullable=False),
    _hash("event_key"),
    _text("event_type"),
    Column("date", Date),
    _text("actor"),
    _text("target"),
    _text("factuality"),
    Column("confidence", Float, nullable=False),
    _json("content"),
    UniqueConstraint("coding_id", "position"),
    Index(None, "event_key"),
    Index(None, "date"),
)
claims = Table(
    "claims",
    metadata,
    _key(),
    _to("coding_id", "codings.id"),
    Column("position", Integer, nullable=False),
    _text("kind"),
    _text("issue"),
    _text("holder"),
    _json("content"),
    UniqueConstraint("coding_id", "position"),
)
reviews = Table(
    "reviews",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _to("event_id", "events.id"),
    _text("action"),
    Column("correction", JSON(none_as_null=True)),
    _text("author"),
    _text("reason"),
    Column("reviewed_at", UtcTime, nullable=False),
    Column("scenario", Text, nullable=False, server_default=""),
    Column("stands_for", Text, nullable=False, server_default=""),
    CheckConstraint("action in ('confirm', 'correct', 'drop')", name="action"),
    CheckConstraint("(action = 'correct') = (correction is not null)", name="correction"),
    Index(None, "event_id"),
)
clusters = Table("clusters", metadata, _key(), _to("write_id", "writes.id"), _text("method"), _text("label"))
cluster_members = Table(
    "cluster_members",
    metadata,
    _key(),
    _to("cluster_id", "clusters.id"),
    _to("event_id", "events.id"),
    UniqueConstraint("cluster_id", "event_id"),
    Index(None, "event_id"),
)
scenarios = Table(
    "scenarios",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _hash("archive_hash"),
    _hash("scenario_hash"),
    _text("name"),
    _text("title"),
    Column("as_of", Date, nullable=False),
    _json("archive"),
    UniqueConstraint("archive_hash"),
    Index(None, "scenario_hash"),
    Index(None, "name"),
)
runs = Table(
    "runs",
    metadata,
    _key(),
    _to("write_id", "writes.id"),
    _to("scenario_id", "scenarios.id"),
    _to("known_by", "writes.id", null=True),
    _text("kind"),
    _text("note"),
    _json("settings"),
    _json("versions"),
    _json("certificate"),
    _json("document"),
    Index(None, "scenario_id"),
)
forecasts = Table(
    "forecasts",
    metadata,
    _key(),
    _to("run_id", "runs.id"),
    _text("kind"),
    _text("name"),
    _text("label"),
    _json("dates"),
    _json("probabilities"),
    CheckConstraint("kind in ('outcome', 'milestone')", name="kind"),
    UniqueConstraint("run_id", "kind", "name"),
)
marks = Table(
    "marks", metadata, _key(), _to("write_id", "writes.id"), _text("name"), _json("value"), Index(None, "name")
)
schema_changes = Table(
    "schema_changes",
    metadata,
    Column("revision", String(32), primary_key=True),
    _text("standoff_version"),
    Column("changed_at", UtcTime, nullable=False),
)
