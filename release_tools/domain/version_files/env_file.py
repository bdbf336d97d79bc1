"""An env file holds `KEY=value` lines; quotes, an `export` in front and comments behind stay as they stand.

The file may hold any bytes; variables are not expanded and no other key is looked at.
"""

import re

from release_tools.domain.version_files.source import BYTE_ORDER_MARK, Scalar, Unlocatable, line_at
from release_tools.domain.version_files.spec import FileSpec

_QUOTED = rb"\"(?:[^\"\\]|\\.)*+\"|'[^']*+'"
_PLAIN = rb"(?:[^\s#]|(?<![ \t])#|[ \t](?![ \t]*+(?:#|\r?$)))*+"
_ASSIGNMENT = re.compile(
    rb"^[ \t]*+(?:export[ \t]++)?+([^\s=#'\"]++)[ \t]*+=[ \t]*+("
    + _QUOTED
    + rb"|"
    + _PLAIN
    + rb")(?=[ \t]*+(?:#|\r?$))",
    re.MULTILINE | re.DOTALL,
)


def find_variable(data: bytes, spec: FileSpec) -> tuple[Scalar, ...]:
    """Locate the value of the spec's key; it must be set exactly once."""
    skipped = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    name = spec.wanted.encode()
    found = [match for match in _ASSIGNMENT.finditer(data[skipped:]) if match[1] == name]
    if len(found) != 1:
        lines = ", ".join(f"line {line_at(data, match.start(1) + skipped)}" for match in found)
        raise Unlocatable(f"lines that set `{spec.wanted}`: expected 1, found {len(found)}{lines and f' ({lines})'}")
    start, end = found[0].span(2)
    token = found[0][2]
    quoted = len(token) > 1 and token[:1] == token[-1:] and token[:1] in (b'"', b"'")
    text = (token[1:-1] if quoted else token).decode(errors="replace")
    return (Scalar(start=start + skipped, end=end + skipped, text=text),)
