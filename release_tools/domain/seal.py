"""The seal of a launcher: the line that says a hook is ours, and whether somebody changed it since.

What a launcher does is written in `hooks.launcher`; only its first lines are known here.
"""

import hashlib
from enum import Enum

_MARK = "# release-tools launcher, seal "


class Seal(Enum):
    """Whose a hook's text is."""

    OURS = "ours"
    EDITED = "edited"
    FOREIGN = "foreign"


def render_sealed(shebang: str, body: str) -> bytes:
    """Return the bytes of a launcher: shebang line, seal, body."""
    data = body.encode("utf-8", "surrogateescape")
    return f"{shebang}\n{_MARK}{_digest(data)}\n".encode() + data


def parse_seal(data: bytes) -> Seal:
    """Return whose text a hook holds."""
    _, _, rest = data.partition(b"\n")
    line, _, body = rest.partition(b"\n")
    if _MARK.encode() not in data:
        return Seal.FOREIGN
    return Seal.OURS if line == f"{_MARK}{_digest(body)}".encode() else Seal.EDITED


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
