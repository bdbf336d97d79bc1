"""Make experiments, and fill them from environments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; what fills it names a column that is not there."""
    op.create_table(
        "experiments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("environment", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO experiments (environment) SELECT number FROM environments")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("experiments")
