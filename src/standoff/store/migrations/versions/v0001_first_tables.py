"""The first tables. New stores are created from `standoff.store.tables`, so no store is ever upgraded to this revision.

Revision: 0001
"""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Do nothing: a store at this revision already has its tables."""
