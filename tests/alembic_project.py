"""Alembic projects for tests: a directory with alembic.ini, an env.py of some kind, and revisions.

What is tried on them stands in the tests.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Literal

from release_tools.adapters.alembic_migrator import AlembicMigrator

EnvKind = Literal["variable", "option", "async"]

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("account", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)))
sa.Table("note", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.String(40)))
"""
ENGINE = {
    "variable": 'create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))',
    "option": 'engine_from_config(context.config.get_section("alembic"))',
    "async": 'async_engine_from_config(context.config.get_section("alembic"))',
}
ENV = """\
import asyncio, os, sys
from alembic import context
from sqlalchemy import create_engine, engine_from_config
from sqlalchemy.ext.asyncio import async_engine_from_config
from app_models import metadata

print("env.py talks on stdout")
OPTIONS = dict(target_metadata=metadata, {options})


def run(connection):
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def run_async():
    async with {engine}.connect() as connection:
        await connection.run_sync(run)


if context.is_offline_mode():
    url = context.config.get_main_option("sqlalchemy.url")
    context.configure(url=url, literal_binds=True, dialect_opts={{"paramstyle": "named"}}, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
elif {asynchronous}:
    asyncio.run(run_async())
else:
    with {engine}.connect() as connection:
        run(connection)
"""
REVISION = '''\
"""{title}."""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = {down!r}


def upgrade():
{up}


def downgrade():
{back}
'''
LINE = (
    ("r1", 'op.create_table("account", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("account")'),
    ("r2", 'op.add_column("account", sa.Column("name", sa.String(40)))', 'op.drop_column("account", "name")'),
    (
        "r3",
        'op.create_table("note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.String(40)))',
        'op.drop_table("note")',
    ),
)


@dataclass(frozen=True, kw_only=True)
class AlembicProject:
    """A project in `top`, below which revisions are written one upon the other."""

    top: Path
    kind: EnvKind = "variable"
    options: str = ""
    """More words for `context.configure`."""
    driver: str = "postgresql+psycopg"
    """What the configured URL names."""

    def write(self) -> "AlembicProject":
        """Write all but the revisions."""
        (self.top / "migrations" / "versions").mkdir(parents=True)
        ini = f"[alembic]\nscript_location = migrations\nprepend_sys_path = .\nsqlalchemy.url = {self.driver}://\n"
        (self.top / "alembic.ini").write_text(ini)
        (self.top / "app_models.py").write_text(MODELS)
        text = ENV.format(engine=ENGINE[self.kind], asynchronous=self.kind == "async", options=self.options)
        (self.top / "migrations" / "env.py").write_text(text)
        return self

    def revision(self, name: str, up: str, back: str = "pass", *, down: str | Sequence[str] | None = None) -> Path:
        """Write a revision; its code is given by lines."""
        path = self.top / "migrations" / "versions" / f"{name}.py"
        bodies = {"up": indent(dedent(up), " " * 4), "back": indent(dedent(back), " " * 4)}
        path.write_text(REVISION.format(title=f"Make {name}", name=name, down=down, **bodies))
        return path

    def line(self) -> "AlembicProject":
        """Write three revisions: a table, a column, a table."""
        down = None
        for name, up, back in LINE:
            self.revision(name, up, back, down=down)
            down = name
        return self

    def migrator(self, *, lock_timeout: float = 0.3) -> AlembicMigrator:
        """Return the migrator of this project, with the tests' own interpreter."""
        return AlembicMigrator(
            python=sys.executable, directory=self.top, lock_timeout=lock_timeout, application="release-tools/t1"
        )
