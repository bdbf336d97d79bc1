"""What PostgreSQL keeps about a database outside of it: owner, encoding, grants, settings, comment.

A dump has none of it and a copy gets none of it, so whoever makes a database beside the live one carries it over here.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple

from release_tools.adapters.postgres_connection import PostgresSession, StatementFailed
from release_tools.adapters.postgres_names import literal, quoted
from release_tools.record import record


class Grant(NamedTuple):
    """A privilege on a database; the grantee is empty for everybody."""

    grantee: str
    privilege: str
    grantable: bool


class Setting(NamedTuple):
    """A setting for all sessions in a database, or for those of one role."""

    role: str
    name: str
    value: str


@record
class Properties:
    """All of it; only what is chosen when a database is made (`encoding` to `icu`) cannot be changed later."""

    owner: str
    encoding: str
    collate: str
    ctype: str
    provider: str
    """`c`: the C library's locales; `i`: ICU's; `b`: the server's own."""
    locale: str
    """Of ICU or of the server's own provider."""
    comment: str
    grants: tuple[Grant, ...]
    settings: tuple[Setting, ...]
    limit: int
    """How many may be connected, -1: any number."""

    def compared(self) -> str:
        """Return what belongs to the schema, as text: all but the number of connections, which a deploy changes."""
        told = asdict(self)
        del told["limit"]
        return repr(told)


_QUERY = """
SELECT pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
  coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
  coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', ''),
  coalesce(shobj_description(d.oid, 'pg_database'), ''), d.datconnlimit
FROM pg_database d WHERE d.datname = %s"""

_GRANTS = """
SELECT CASE a.grantee WHEN 0 THEN '' ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable
FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE d.datname = %s ORDER BY 1, 2, 3"""

_SETTINGS = """
SELECT CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) END, split_part(one, '=', 1),
  substr(one, strpos(one, '=') + 1)
FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) one
WHERE d.datname = %s ORDER BY 1, 2"""

_MARK = re.compile(r"\n?\(closed for maintenance; connections: (-?\d+)\)$")
"""Ends the comment of a closed database and tells how many might connect before: nothing else outlives us there."""

LISTS = frozenset(("search_path", "session_preload_libraries", "local_preload_libraries", "temp_tablespaces"))
"""Settings whose value is a list of names, which must not be quoted as one."""


def load_properties(session: PostgresSession, name: str) -> Properties:
    """Return the properties of a database as they are when it is open."""
    rows = session.rows(_QUERY, name)
    if not rows:
        raise StatementFailed(f"{session.place}: there is no database {name}.", code="3D000")
    owner, encoding, collate, ctype, provider, locale, comment, limit = rows[0]
    closed = _MARK.search(comment)
    return Properties(
        owner=owner,
        encoding=encoding,
        collate=collate,
        ctype=ctype,
        provider=provider,
        locale=locale,
        comment=_MARK.sub("", comment),
        grants=tuple(Grant(*row) for row in session.rows(_GRANTS, name)),
        settings=tuple(Setting(*row) for row in session.rows(_SETTINGS, name)),
        limit=int(closed[1]) if closed else limit,
    )


def is_closed(session: PostgresSession, name: str) -> bool:
    """Return whether a database was closed by us and not opened since."""
    rows = session.rows(_QUERY, name)
    return bool(rows and _MARK.search(rows[0][6]))


def closing(properties: Properties, name: str) -> Iterator[str]:
    """Yield the statements that let nobody but superusers in."""
    mark = f"(closed for maintenance; connections: {properties.limit})"
    yield _comment(name, "\n".join(filter(None, (properties.comment, mark))))
    yield f"ALTER DATABASE {quoted(name)} ALLOW_CONNECTIONS true CONNECTION LIMIT 0"


def opening(properties: Properties, name: str) -> Iterator[str]:
    """Yield the statements that let everybody in who might before."""
    yield f"ALTER DATABASE {quoted(name)} ALLOW_CONNECTIONS true CONNECTION LIMIT {properties.limit}"
    yield _comment(name, properties.comment)


def creation(properties: Properties, name: str, *, template: str) -> str:
    """Return the statement that makes a database with what cannot be changed later."""
    words = [f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)}"]
    if template == "template0":
        words += [f"ENCODING {literal(properties.encoding)}", f"LC_COLLATE {literal(properties.collate)}"]
        words += [f"LC_CTYPE {literal(properties.ctype)}"]
        if properties.provider == "i":
            words += ["LOCALE_PROVIDER icu", f"ICU_LOCALE {literal(properties.locale)}"]
        elif properties.provider == "b":
            words += ["LOCALE_PROVIDER builtin", f"BUILTIN_LOCALE {literal(properties.locale)}"]
    return " ".join(words)


def applying(properties: Properties, name: str) -> Iterator[str]:
    """Yield the statements that give a fresh database everything else; the owner comes last, who might be another."""
    here = f"DATABASE {quoted(name)}"
    yield f"REVOKE ALL ON {here} FROM PUBLIC"
    for role, setting, value in properties.settings:
        whose = f"ALTER ROLE {quoted(role)} IN {here}" if role else f"ALTER {here}"
        yield f"{whose} SET {quoted(setting)} TO {value if setting in LISTS else literal(value)}"
    if properties.comment:
        yield _comment(name, properties.comment)
    yield f"ALTER {here} CONNECTION LIMIT {properties.limit}"
    yield f"ALTER {here} OWNER TO {quoted(properties.owner)}"
    for grantee, privilege, grantable in properties.grants:
        whom = quoted(grantee) if grantee else "PUBLIC"
        yield f"GRANT {privilege} ON {here} TO {whom}" + (" WITH GRANT OPTION" if grantable else "")


def _comment(name: str, text: str) -> str:
    return f"COMMENT ON DATABASE {quoted(name)} IS {literal(text) if text else 'NULL'}"
