"""age encryption as streams: a sink that encrypts to recipients, and a reader that decrypts with an identity.

The library wants to read and write by itself; a thread and a pipe turn that round. Keys are never told in messages.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import pyrage  # type: ignore[import-untyped]

from release_tools.adapters.zstd_stream import Sink

_SSH = "ssh-"


class AgeFailed(Exception):
    """Encryption or decryption failed; the message is a sentence without its full stop."""


@contextmanager
def encrypting(sink: Sink, recipients: Sequence[str]) -> Iterator[BinaryIO]:
    """Yield a file whose content goes into the sink encrypted; on leaving, all of it has gone there."""
    keys = parse_recipients(recipients)
    reading, writing = os.pipe()
    job = _Job(lambda: _encrypt(reading, sink, keys))
    job.start()
    try:
        with os.fdopen(writing, "wb") as target:
            yield target
    except BrokenPipeError:
        job.finish()
        raise
    finally:
        job.join()
    job.finish()


@contextmanager
def decrypting(source: BinaryIO, identity: Path | None) -> Iterator[BinaryIO]:
    """Yield a file with the decrypted content; `AgeFailed` where the key is another one or the content is damaged.

    What was read before that is not proven.
    """
    keys = load_identities(identity)
    reading, writing = os.pipe()
    target = _PipeEnd(writing)
    job = _Job(lambda: _decrypt(source, target, keys))
    job.start()
    try:
        with os.fdopen(reading, "rb") as plain:
            yield plain
    finally:
        # The end that the reader saw may come from here, so this reason is the better one.
        job.join()
        if not target.abandoned:
            job.finish()


def parse_recipients(recipients: Sequence[str]) -> list[Any]:
    """Return the library's keys; `AgeFailed` names the one that is none."""
    keys: list[Any] = []
    for text in recipients:
        kind = pyrage.ssh if text.startswith(_SSH) else pyrage.x25519
        try:
            keys.append(kind.Recipient.from_str(text))
        except pyrage.RecipientError as error:
            raise AgeFailed(f"{text} is no age recipient") from error
    return keys


def load_identities(path: Path | None) -> list[Any]:
    """Return the library's keys from an identity file, age's or SSH's."""
    if path is None:
        raise AgeFailed("it is encrypted, and no identity is configured")
    try:
        data = path.read_bytes()
        if b"PRIVATE KEY-----" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = (line.strip() for line in data.decode().splitlines())
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise AgeFailed(f"the identity {path} cannot be read: {error.strerror}") from error
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise AgeFailed(f"{path} is no age identity") from error
    if not keys:
        raise AgeFailed(f"{path} holds no age identity")
    return keys


class _Job(Thread):
    """A thread whose error is kept."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.error: Exception | None = None

    def run(self) -> None:
        """Do the work."""
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - raised again by `finish`, in the thread that asked
            self.error = error

    def finish(self) -> None:
        """Wait, and raise what went wrong."""
        self.join()
        if self.error is not None:
            raise AgeFailed(f"age says: {self.error}") from self.error


class _PipeEnd:
    """Where decrypted bytes go in; remembers whether the reader went away."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.abandoned = False

    def write(self, data: bytes, /) -> int:
        """Write all of the bytes."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except BrokenPipeError:
            self.abandoned = True
            raise
        return len(data)

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""

    def close(self) -> None:
        """Tell the reader that this is the end."""
        os.close(self._descriptor)


def _encrypt(reading: int, sink: Sink, keys: list[Any]) -> None:
    with os.fdopen(reading, "rb") as source:
        pyrage.encrypt_io(source, sink, keys)


def _decrypt(source: BinaryIO, target: _PipeEnd, keys: list[Any]) -> None:
    with closing(target):
        pyrage.decrypt_io(source, target, keys)
