"""Add a description, which nobody must give."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("environments", sa.Column("description", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("environments", "description")
