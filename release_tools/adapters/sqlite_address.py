"""The address of an SQLite database as an application writes it: a URL of SQLAlchemy's kind, or a path.

The file is not looked at here.
"""

import re
from pathlib import Path

from release_tools.errors import ConfigError
from release_tools.record import record

_URL = re.compile(r"^(?P<scheme>sqlite3?(?:\+\w+)?)://(?:/(?P<path>[^?]*))?(?P<query>\?.*)?$")


@record
class SqliteAddress:
    """Where the file of a database is; `before` and `after` surround the path in the text."""

    path: Path
    before: str = ""
    after: str = ""

    def render(self, path: Path) -> str:
        """Return the address of another file in the form of this one."""
        return f"{self.before}{path}{self.after}"


def parse_sqlite_address(text: str, *, subject: str, home: Path) -> SqliteAddress:
    """Return the address in a text, a relative path taken from `home`; `ConfigError` names the text's key."""
    bare = text.strip()
    url = _URL.match(bare)
    path = (url["path"] if url else bare) or ""
    if not path or path.startswith(":memory:") or ("://" in bare and not url):
        raise ConfigError(
            f"{subject} is not the address of an SQLite file.",
            state="Nothing was opened.",
            todo="Write it as sqlite:////absolute/path.db, or as the path alone.",
        )
    if not url:
        return SqliteAddress(path=home / path)
    return SqliteAddress(path=home / path, before=f"{url['scheme']}:///", after=url["query"] or "")
