"""Runs migrations in one transaction each, on PostgreSQL and on SQLite."""

from ai_lab.database import open_database
from ai_lab.models import metadata
from ai_lab.settings import database_url
from alembic import context

OPTIONS = {"target_metadata": metadata, "transactional_ddl": True, "transaction_per_migration": True}

if context.is_offline_mode():
    context.configure(url=database_url(), literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
else:
    with open_database().connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
