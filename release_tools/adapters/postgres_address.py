"""The address of a PostgreSQL database as an application writes it: a URL of any dialect, or libpq's keywords.

Nobody is connected to here. An address never shows its password, in no message and no representation.
"""

import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from release_tools.errors import ConfigError
from release_tools.record import record

SOCKETS = (Path("/var/run/postgresql"), Path("/tmp"))
"""Where servers put their Unix socket when nobody says otherwise."""

VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "dbname": "PGDATABASE",
    "service": "PGSERVICE",
    "options": "PGOPTIONS",
    "application_name": "PGAPPNAME",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcrl": "PGSSLCRL",
    "sslnegotiation": "PGSSLNEGOTIATION",
}
"""What libpq understands, with the variable that says the same to a program."""

LIBPQ_DRIVERS = ("", "psycopg", "psycopg_async", "psycopg2", "psycopg2cffi")
"""Drivers in a URL's scheme that hand what stands behind the question mark to libpq; others refuse the unknown."""

_SCHEME = r"^(?P<scheme>postgres(?:ql)?)(?:\+(?P<driver>\w+))?://"
_PORT = r"(?::\d*)?"
_PLACES = rf"(?P<places>(?:\[[^\]]*\]|[^/?#@:,\[]*){_PORT}(?:,(?:\[[^\]]*\]|[^/?#@:,\[]*){_PORT})*)"
_REST = rf"{_PLACES}(?:/(?P<dbname>[^?#@]*))?(?:\?(?P<query>(?:[\w.-]+=[^&#]*(?:&|$))*))?$"
# A password with `/`, `?` or `#` in it is no URL any more, yet some dialects take it: so the last chance is `[^@]*`.
_URLS = tuple(
    re.compile(rf"{_SCHEME}(?:(?P<user>[^:/?#@]*)(?::(?P<password>{password}))?@)?{_REST}")
    for password in (r"[^/?#]*", r"[^@]*")
)
_PLACE = re.compile(r"^(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?$")
_VALUE = r"(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<plain>(?:[^\s\\]|\\.)*))(?=\s|$)"
_KEYWORD = re.compile(rf"\s*(?P<name>\w+)\s*=\s*{_VALUE}", re.S)


@record
class Address:
    """Where a database is and how to get in; `parameters` go by libpq's names."""

    parameters: Mapping[str, str] = field(repr=False)
    form: Literal["url", "keywords"]
    scheme: str = "postgresql"
    driver: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What stands in the URL for the driver alone; libpq does not know it."""
    written: tuple[str, ...] = field(default=(), repr=False)
    """The password as it is written in the text, in every spelling."""

    @property
    def database(self) -> str:
        """Return the database's name; libpq takes the user's where none is given."""
        return self.parameters.get("dbname") or self.parameters.get("user", "")

    @property
    def port(self) -> str:
        """Return the TCP port, of which there may be several."""
        return self.parameters.get("port", "").strip(",") or "5432"

    @property
    def host(self) -> str:
        """Return the host or the directory of the socket, by default the first directory that has one."""
        standing = (str(path) for path in SOCKETS if (path / f".s.PGSQL.{self.port}").exists())
        return self.parameters.get("host") or self.parameters.get("hostaddr") or next(standing, "localhost")

    @property
    def place(self) -> str:
        """Return host and port, for messages."""
        return f"{self.host}:{self.port}"

    @property
    def local(self) -> bool:
        """Return whether the server is on this machine."""
        return self.host.startswith("/") or self.host in ("localhost", "127.0.0.1", "::1")

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no message may repeat."""
        return self.written

    def connecting(self, name: str, *, application: str) -> dict[str, str]:
        """Return libpq's parameters for a connection to a database on this server."""
        told = {word: value for word, value in self.parameters.items() if value}
        place = {} if "service" in told else {"host": self.host}
        return place | told | {"dbname": name, "application_name": application}

    def variables(self, name: str, *, application: str) -> dict[str, str]:
        """Return the variables by which libpq's own programs reach a database on this server, and nothing else."""
        told = self.connecting(name, application=application)
        return {VARIABLES[word]: value for word, value in told.items() if word in VARIABLES}

    def render(self, name: str, *, application: str = "", options: str = "") -> str:
        """Return the address of another database on this server, in the form and for the driver of this one.

        The name of the application and options of the server's are left out where the driver does not know them.
        """
        changed = {"dbname": name}
        if self.driver in LIBPQ_DRIVERS:
            changed |= {"application_name": application} if application else {}
            old = self.parameters.get("options", "")
            changed |= {"options": f"{old} {options}".strip()} if options else {}
        told = replace(self, parameters={**self.parameters, **changed})
        return told._render_keywords() if self.form == "keywords" else told._render_url()

    def _render_keywords(self) -> str:
        return " ".join(f"{word}='{_escaped(value)}'" for word, value in self.parameters.items())

    def _render_url(self) -> str:
        told = dict(self.parameters)
        user, password, name = (told.pop(word, None) for word in ("user", "password", "dbname"))
        scheme = f"{self.scheme}+{self.driver}" if self.driver else self.scheme
        login = quote(user or "", safe="") + ("" if password is None else f":{quote(password, safe='')}")
        at = f"{login}@" if login else ""
        host = told.get("host", "")
        places = ""
        if "/" not in host and "%" not in host:
            places = _render_places(told.pop("host", ""), told.pop("port", ""))
        query = urlencode(told | dict(self.extra), quote_via=quote, safe="/")
        # Dialects outside of libpq do not decode the name, so what may stand there as it is does.
        shown = "" if name is None else "/" + quote(name, safe="~!$&'()*+,;=:@")
        return f"{scheme}://{at}{places}{shown or ('/' if query else '')}" + (f"?{query}" if query else "")


def parse_address(text: str, *, subject: str) -> Address:
    """Return the address that a text holds; `ConfigError` names the subject (the text's key), never the text."""
    bare = text.strip()
    if "://" in bare.partition("=")[0]:
        found = next(filter(None, (pattern.match(bare) for pattern in _URLS)), None)
        parsed = found and _from_url(found)
    else:
        parsed = _from_keywords(bare)
    if not parsed:
        raise ConfigError(
            f"{subject} is not the address of a PostgreSQL database.",
            state="Nothing was connected to.",
            todo="Write it as postgresql://USER:PASSWORD@HOST:PORT/NAME, with odd characters percent-encoded.",
        )
    return parsed


def _from_url(found: re.Match[str]) -> Address:
    parts = found.groupdict()
    places = [_PLACE.match(one) for one in parts["places"].split(",")]
    query = dict(parse_qsl((parts["query"] or "").replace("+", "%2B"), keep_blank_values=True))
    told = {word: unquote(parts[word]) for word in ("user", "password", "dbname") if parts[word] is not None}
    hosts = ",".join(unquote(one["host"]).strip("[]") for one in places if one)
    ports = ",".join(one["port"] or "" for one in places if one)
    told |= {word: value for word, value in (("host", hosts), ("port", ports)) if value}
    told |= {word: value for word, value in query.items() if word in VARIABLES}
    return Address(
        parameters=told,
        form="url",
        scheme=parts["scheme"],
        driver=parts["driver"] or "",
        extra={word: value for word, value in query.items() if word not in VARIABLES},
        written=_spellings(told.get("password"), parts["password"]),
    )


def _from_keywords(text: str) -> Address | None:
    told, at = {}, 0
    while at < len(text):
        found = _KEYWORD.match(text, at)
        if not found:
            return None
        raw = found["plain"] if found["quoted"] is None else found["quoted"]
        told[found["name"]] = re.sub(r"\\(.)", r"\1", raw, flags=re.S)
        at = found.end()
    if not told:
        return None
    password = told.get("password")
    return Address(parameters=told, form="keywords", written=_spellings(password, _escaped(password or "")))


def _spellings(password: str | None, raw: str | None) -> tuple[str, ...]:
    spelt = (password or "", raw or "", quote(password or "", safe=""), quote(password or ""))
    return tuple(dict.fromkeys(filter(None, spelt)))


def _render_places(hosts: str, ports: str) -> str:
    several = hosts.split(",")
    given = ports.split(",") if ports else []
    given = given * len(several) if len(given) == 1 else given + [""] * (len(several) - len(given))
    shown = (f"[{host}]" if ":" in host else host for host in several)
    return ",".join(f"{host}:{port}" if port else host for host, port in zip(shown, given, strict=True))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
