"""The database: PostgreSQL or SQLite, with the same transactions around schema changes in both."""

from typing import Any

from sqlalchemy import Engine, create_engine, event

from ai_lab.settings import database_url


def open_database() -> Engine:
    """Return an engine for the configured database."""
    engine = create_engine(database_url(), pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        # Python's driver begins no transaction before DDL; left to itself, a failed migration would stay by half.
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _leave_transactions_to_us(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 5000")
