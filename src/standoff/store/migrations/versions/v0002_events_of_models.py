"""Record which event of a scenario's model a reviewed event matches, and how far a repeated task has come.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op

from standoff.store.append_only import refuse_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns to reviews, empty in the rows that exist, and the table of marks."""
    for name in ("scenario", "stands_for"):
        op.add_column("reviews", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "marks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("write_id", sa.Integer(), sa.ForeignKey("writes.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, index=True),
        sa.Column("value", sa.JSON(), nullable=False),
    )
    refuse_changes(op.get_bind(), ["marks"])
