"""Which event of a scenario's model a reviewed event is, and how far something has come.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; reviews that are there already say nothing of any scenario."""
    for name in ("scenario", "stands_for"):
        op.add_column("reviews", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("write_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["write_id"], ["writes.id"], name=op.f("fk_marks_write_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
    )
    op.create_index(op.f("ix_marks_name"), "marks", ["name"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER marks_no_{act} BEFORE {act.upper()} ON marks "
                "BEGIN SELECT RAISE(ABORT, 'rows of a store are never changed and never taken out'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER marks_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON marks "
        "FOR EACH STATEMENT EXECUTE FUNCTION standoff_refuse_change()"
    )
