"""The gate: whether users are let in, as a control file says, and who may pass while they are not.

The file holds the hash of the bypass token, never the token; a file that cannot be understood keeps everybody out.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from release_tools.adapters.processes.place import replace_file

HEADER = "X-Maintenance-Bypass"
COOKIE = "maintenance-bypass"
PASS = HEADER.lower().encode()
CRUMB = re.compile(rb"(?:^|;)[ \t]*maintenance-bypass=([^;]*)")


class Order(NamedTuple):
    """What the control file says."""

    closed: bool
    token: str = ""
    """SHA-256 of the token; empty: nobody passes."""
    retry_after: int = 30


OPEN, SHUT = Order(closed=False), Order(closed=True)


class Gate:
    """Reads the control file anew whenever it was replaced, which costs one look at its inode for each request."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._order = OPEN

    def order(self) -> Order:
        """Return what the control file says now."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._seen = None
            return OPEN
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._order, self._seen = load_order(self.path), seen
        return self._order


def load_order(path: Path) -> Order:
    """Return what a control file says."""
    try:
        words = json.loads(path.read_bytes())
        return Order(bool(words["closed"]), str(words["token"]), int(words["retry_after"]))
    except (OSError, ValueError, KeyError, TypeError):
        return SHUT


def write_order(path: Path, order: Order) -> None:
    """Replace a control file as a whole."""
    replace_file(path, json.dumps(order._asdict()).encode())


def hash_token(token: str | bytes) -> str:
    """Return what of a token may be written down."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).hexdigest()


def passes(order: Order, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a header or a cookie brings the token; how long that takes says nothing about it."""
    brought = [value for name, value in headers if name.lower() == PASS]
    brought += [crumb.strip() for name, value in headers if name.lower() == b"cookie" for crumb in CRUMB.findall(value)]
    return bool(order.token) and any(hmac.compare_digest(hash_token(token), order.token) for token in brought)


def without_token(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers as the service gets them, so that the token does not end up in its logs."""
    kept = []
    for name, value in headers:
        if name.lower() == b"cookie":
            value = CRUMB.sub(b"", value).lstrip(b"; \t")
        if name.lower() != PASS and (value or name.lower() != b"cookie"):
            kept.append((name, value))
    return tuple(kept)
