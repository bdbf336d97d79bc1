"""Count how often an environment was opened."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column."""
    op.add_column("environments", sa.Column("opened", sa.Integer))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("environments", "opened")
