"""Sessions: the database's URL with a driver that is installed here, how every session is set up, and one of our own.

What is migrated, and when, is not known here.
"""

from __future__ import annotations

import asyncio
import configparser
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

import sqlalchemy
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.url import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from release_tools.adapters.alembic_driver.channel import Order

Rows = Sequence[Sequence[Any]]

LOCK = int.from_bytes(hashlib.sha256(b"release-tools migrate").digest()[:7], "big")
"""Key of the advisory lock, which every database has for itself."""
HOLDERS = f"""SELECT a.pid, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
    AND l.classid::bigint = {LOCK >> 32} AND l.objid::bigint = {LOCK & 0xFFFFFFFF} AND l.objsubid = 1"""
BLOCKERS = """SELECT DISTINCT b.pid, b.application_name FROM pg_stat_activity w
    CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS p(pid) JOIN pg_stat_activity b ON b.pid = p.pid
    WHERE w.wait_event_type = 'Lock' AND w.application_name = current_setting('application_name')"""
SETTINGS = """SELECT set_config(s.name, v.value, false) FROM pg_settings s JOIN (VALUES
    ('application_name', '{name}'), ('lock_timeout', '{patience:.0f}'), ('client_connection_check_interval', '1000')
    ) AS v(name, value) USING (name)"""
POSTGRESQL = "postgresql"
DRIVERS = ("postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "postgresql+pg8000")
LIBPQ = ("psycopg", "psycopg_async", "psycopg2", "psycopg2cffi")
PATIENCE = 30.0


def url_of(order: Order, configured: Callable[[str], str | None]) -> URL:
    """Return the database's URL; where it names no driver, the configured one's, else one that is installed."""
    url = make_url(re.sub(r"^postgres\b", POSTGRESQL, os.environ[order.url_key]))
    if "+" in url.drivername:
        return url
    with suppress(configparser.Error, ArgumentError):
        known = make_url(configured("sqlalchemy.url") or "")
        if backend(known) == url.drivername:
            return url.set(drivername=known.drivername)
    for name in (url.drivername, *(DRIVERS if url.drivername == POSTGRESQL else ())):
        with suppress(ImportError, NoSuchModuleError):
            candidate = url.set(drivername=name)
            candidate.get_dialect().import_dbapi()
            return candidate
    return url


def backend(url: URL) -> str:
    """Return the kind of database that a URL leads to."""
    return url.drivername.partition("+")[0]


def set_up_sessions(order: Order, end: float) -> None:
    """Give every PostgreSQL session its name, its patience, and an end soon after ours, whoever opens it.

    `end` is a time of the monotonic clock that no waiting for a lock goes beyond.
    """

    def connect(dialect: Any, record: Any, args: Any, words: Any) -> Any:
        if dialect.name != POSTGRESQL:
            return None
        if dialect.driver not in LIBPQ:
            # The URL was written for libpq, and the application changed its driver to one that refuses these.
            words = {name: value for name, value in words.items() if name not in ("application_name", "options")}
        connection = dialect.connect(*args, **words)
        patience = max(min(order.lock_timeout, end - time.monotonic()), 0.01) * 1000
        cursor = connection.cursor()
        cursor.execute(SETTINGS.format(name=_application(order).replace("'", "''"), patience=patience))
        cursor.close()
        connection.commit()
        return connection

    sqlalchemy.event.listen(DefaultDialect, "do_connect", connect)


def _application(order: Order) -> str:
    """Return what sessions are called: by the URL, by libpq's variable, or as usual."""
    named = parse_qs(os.environ[order.url_key].partition("?")[2]).get("application_name")
    return named[-1] if named else os.environ.get("PGAPPNAME") or order.application


def sqlstate(error: BaseException) -> str:
    """Return the code that the database gave with an error, empty where it gave none."""
    origin = origin_of(error)
    return str(getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None) or "")


def origin_of(error: BaseException) -> BaseException:
    """Return the database's own error, whose words do not repeat the statement with its parameters."""
    origin = getattr(error, "orig", None)
    return origin if isinstance(origin, BaseException) else error


class Beside:
    """A session of our own beside the migrations', for the lock and for looking at who is in the way."""

    def __init__(self, url: URL) -> None:
        self._turn = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        if not url.get_dialect().is_async:
            self._connection: Any = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT").connect()
            return
        from sqlalchemy.ext.asyncio import create_async_engine

        # A loop of its own: the migrations' one runs in the main thread, and only while they do.
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        self._connection = self._awaited(_entered(engine.connect()))

    def take_lock(self) -> bool:
        """Take the migration lock unless somebody has it; it is ours until this session ends."""
        return bool(self.rows(f"SELECT pg_try_advisory_lock({LOCK})")[0][0])

    def rows(self, query: str) -> Rows:
        """Return the rows that a query gives."""
        with self._turn:
            asked = self._connection.exec_driver_sql(query)
            found: Rows = (self._awaited(asked) if self._loop else asked).all()
            return found

    def _awaited(self, wanted: Coroutine[Any, Any, Any]) -> Any:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(wanted, self._loop).result(PATIENCE)


async def _entered(connection: Any) -> Any:
    return await connection
