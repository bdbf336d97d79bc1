"""Dumps of PostgreSQL databases, taken in one snapshot together with what it held, and restored beside the live one.

A restored database has its name only when it is whole.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from release_tools.adapters.postgres_admission import let_in
from release_tools.adapters.postgres_connection import PostgresServer, PostgresSession
from release_tools.adapters.postgres_contents import SNAPSHOT, read_contents
from release_tools.adapters.postgres_copies import PostgresCopies
from release_tools.adapters.postgres_facts import server_version
from release_tools.adapters.postgres_programs import PostgresPrograms
from release_tools.adapters.postgres_properties import Grant, Properties, Setting, load_properties
from release_tools.adapters.postgres_sequences import dumped_sequences, read_steps, settle_sequences
from release_tools.adapters.sealed_dump import SealedDump, load_sealed, seal_dump
from release_tools.domain.deploy.database import Contents, Dump
from release_tools.errors import ToolFailed
from release_tools.record import record

METHOD = "pg_dump -Fd"
DATA, GLOBALS = "data", "globals.sql"

FIRST_WITH_ZSTD = 16
GZIP, ZSTD = ("--compress=1",), ("--compress=zstd:3",)
LOCK_WAIT = "--lock-wait-timeout=30s"


@record
class PostgresDump:
    """Dumps and restores by the server's own programs."""

    server: PostgresServer
    programs: PostgresPrograms
    copies: PostgresCopies

    def dump(self, directory: Path, *, jobs: int, timeout: float) -> Dump:
        """Write a dump of the live database with the globals of its server, and seal it."""
        begun, live = time.monotonic(), self.server.address.database
        with let_in(self.server, live, sessions=jobs + 3), self.server.connect(live) as session:
            self.programs.guard(server_version(session))
            properties = load_properties(session, live)
            with session.transaction(SNAPSHOT):
                position = str(session.value("SELECT pg_current_wal_lsn()"))
                contents = self._write(session, directory, jobs=jobs, timeout=timeout)
            steps = read_steps(session)
        self._write_globals(directory, timeout=timeout)
        dumped = dumped_sequences(self.programs, directory / DATA, steps)
        contents = replace(contents, sequences=settle_sequences(contents.sequences, dumped))
        sealed = seal_dump(
            directory, contents=contents, method=METHOD, position=position, properties=asdict(properties)
        )
        return replace(sealed, seconds=time.monotonic() - begun)

    def restore(self, directory: Path, name: str, *, jobs: int, timeout: float) -> None:
        """Make a database from a dump, with its owners and grants; nobody sees it under its name before it is whole."""
        sealed = load_sealed(directory, method=METHOD)
        properties = _properties(sealed)
        self._guard_roles(sealed)
        with self.copies.made(name, properties, template="template0", timeout=timeout) as draft:
            how = ("--exit-on-error", "--no-password", f"--jobs={jobs}", f"--dbname={_escaped(draft)}")
            argv = ("pg_restore", *how, str(directory / DATA))
            self.programs.run(*argv, database=draft, timeout=timeout, cwd=directory)
            with self.server.connect(draft, timeout=timeout) as session:
                # Without statistics the first queries on it would take plans for empty tables.
                session.run("ANALYZE")

    def _write(self, session: PostgresSession, directory: Path, *, jobs: int, timeout: float) -> Contents:
        """Let pg_dump write while what it writes is counted here, in the same snapshot."""
        snapshot = str(session.value("SELECT pg_export_snapshot()"))
        packed = ZSTD if self.programs.version()[0] >= FIRST_WITH_ZSTD else GZIP
        how = ("--format=directory", "--no-password", LOCK_WAIT, *packed, f"--jobs={jobs}", f"--snapshot={snapshot}")
        argv = ("pg_dump", *how, f"--file={directory / DATA}")
        live = self.server.address.database
        with ThreadPoolExecutor(1) as beside:
            writing = beside.submit(self.programs.run, *argv, database=live, timeout=timeout, cwd=directory)
            # A full disk is told at once, and not when a big database has been counted to its end.
            writing.add_done_callback(lambda done: session.cancel() if done.exception() else None)
            try:
                contents = read_contents(session, hashed=True)
            except ToolFailed:
                if writing.done():
                    writing.result()
                # It loses the snapshot with us, and would only say so.
                raise
            writing.result()
            return contents

    def _write_globals(self, directory: Path, *, timeout: float) -> None:
        """Write roles and tablespaces, with passwords where this role may see them."""
        with self.server.maintain() as session:
            readable = session.value("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")
        words = () if readable else ("--no-role-passwords",)
        argv = ("pg_dumpall", "--globals-only", "--no-password", *words, f"--file={directory / GLOBALS}")
        self.programs.run(*argv, database=self.server.maintenance, timeout=timeout, cwd=directory)

    def _guard_roles(self, sealed: SealedDump) -> None:
        with self.server.maintain() as session:
            there = {row[0] for row in session.rows("SELECT rolname FROM pg_roles")}
        if missing := [role for role in sealed.contents.roles if role not in there]:
            raise ToolFailed(
                f"The server at {self.server.address.place} lacks roles of the dump: {', '.join(missing)}.",
                state="Nothing was restored.",
                todo=f"Create them, as {GLOBALS} in the dump does, then repeat this.",
            )


def _properties(sealed: SealedDump) -> Properties:
    told = dict(sealed.properties)
    told["grants"] = tuple(Grant(*row) for row in told["grants"])
    told["settings"] = tuple(Setting(*row) for row in told["settings"])
    return Properties(**told)


def _escaped(name: str) -> str:
    """Return a name so that a program takes it for one and not for a connection string."""
    value = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{value}'"
