"""A SHA-256 that is computed on another core, while the caller reads or writes the next bytes.

What is hashed, and what the hash is compared with, is not known here.
"""

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

_SMALL = 1 << 16
"""Bytes that are hashed more quickly than they are handed over."""


@cache
def _hashers() -> ThreadPoolExecutor:
    """Return what hashes; its threads are started when the first large piece comes."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="sha256")


# A fork has no threads but the one that forked, and would wait for the others for ever.
os.register_at_fork(after_in_child=_hashers.cache_clear)


class SideDigest:
    """The hash of all bytes that it was given, in their order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._pending: Future[None] | None = None

    def update(self, data: bytes) -> None:
        """Take the next bytes, which must not change any more."""
        self._settle()
        if len(data) < _SMALL:
            self._digest.update(data)
            return
        self._pending = _hashers().submit(self._digest.update, data)

    def hexdigest(self) -> str:
        """Return the hash."""
        self._settle()
        return self._digest.hexdigest()

    def _settle(self) -> None:
        if self._pending is not None:
            self._pending.result()
            self._pending = None
