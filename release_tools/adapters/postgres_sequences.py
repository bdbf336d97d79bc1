"""Sequences of a PostgreSQL database: their last values, now and in a dump.

No snapshot holds a sequence still. So what a dump of a database in use has is asked of the dump itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from release_tools.adapters.postgres_connection import PostgresSession
from release_tools.adapters.postgres_names import qualified
from release_tools.adapters.postgres_programs import PostgresPrograms
from release_tools.domain.deploy.database import SequenceValue
from release_tools.errors import ToolFailed

LISTING_SECONDS = 120.0

_STEPS = """
SELECT format('%I.%I', n.nspname, c.relname), n.nspname, c.relname, s.seqstart, s.seqincrement
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND c.relpersistence <> 't' AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname"""

_SET = re.compile(
    r"^SELECT pg_catalog\.setval\('(?P<name>(?:[^']|'')+)', (?P<last>-?\d+), (?P<used>true|false)\);$", re.M
)


class Step(NamedTuple):
    """How a sequence counts; `written` is its name as dumps write it."""

    written: str
    name: str
    start: int
    increment: int

    def last(self, value: int, *, used: bool) -> int | None:
        """Return the value given last; a sequence that was set to give `value` next has given the one before."""
        if used:
            return value
        return None if value == self.start else value - self.increment


def read_steps(session: PostgresSession) -> tuple[Step, ...]:
    """Return how each sequence of a database counts, ordered by name."""
    rows = session.rows(_STEPS)
    return tuple(Step(written, qualified(schema, name), start, by) for written, schema, name, start, by in rows)


def read_sequences(session: PostgresSession) -> Iterator[SequenceValue]:
    """Yield the sequences with their last values as they are now."""
    for step in read_steps(session):
        value, used = session.rows(f"SELECT last_value, is_called FROM {step.written}")[0]
        yield SequenceValue(step.name, step.last(value, used=used))


def dumped_sequences(programs: PostgresPrograms, data: Path, steps: Sequence[Step]) -> Mapping[str, int | None]:
    """Return the last values that a dump will set, by name."""
    entries = [line for line in _ask(programs, data, "--list").splitlines() if " SEQUENCE SET " in line]
    if not entries:
        return {}
    listing = data.with_name("sequences.list")
    listing.write_text("\n".join(entries), encoding="utf-8", errors="surrogateescape")
    said = _ask(programs, data, f"--use-list={listing}", "--file=-")
    listing.unlink()
    known = {step.written: step for step in steps}
    found = ((known.get(name.replace("''", "'")), int(last), used) for name, last, used in _SET.findall(said))
    return {step.name: step.last(last, used=used == "true") for step, last, used in found if step}


def settle_sequences(read: Sequence[SequenceValue], dumped: Mapping[str, int | None]) -> tuple[SequenceValue, ...]:
    """Return the sequences that were read, with the values of the dump; `ToolFailed` where it lacks one."""
    if lost := [one.name for one in read if one.name not in dumped]:
        raise ToolFailed(f"The dump has no value of {', '.join(lost)}.", state="It was not finished.")
    return tuple(SequenceValue(one.name, dumped[one.name]) for one in read)


def _ask(programs: PostgresPrograms, data: Path, *words: str) -> str:
    argv = ("pg_restore", *words, str(data))
    return programs.run(*argv, database="", timeout=LISTING_SECONDS, cwd=data.parent).out
