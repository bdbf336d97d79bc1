"""Call the name of an environment its title: code that asks for the name cannot go on."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Rename the column; in plain SQL, which SQLite understands as well."""
    op.execute("ALTER TABLE environments RENAME COLUMN name TO title")


def downgrade() -> None:
    """Rename it back."""
    op.execute("ALTER TABLE environments RENAME COLUMN title TO name")
