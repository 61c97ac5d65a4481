"""Runs migrations on the connection that it is given, inside the transaction that is open on it."""

from alembic import context

from standoff.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="standoff_revision",
)
with context.begin_transaction():
    context.run_migrations()
