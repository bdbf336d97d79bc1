"""The directory of a dump, sealed: a list of its files with their hashes and of what the database held.

A program that restores believes what it reads; only what still has its seal is given to it. How a dump is made is
its database's business.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from release_tools.domain.deploy.database import Contents, Dump, SequenceValue, TableCount
from release_tools.errors import BackupRefused
from release_tools.record import record

NAME = "dump.json"
FORMAT = 1


@record
class SealedDump:
    """A dump whose files are what they were when it was taken."""

    method: str
    contents: Contents
    properties: Mapping[str, Any]
    """What the database's adapter wants to know again."""


def seal_dump(
    directory: Path, *, contents: Contents, method: str, position: str, properties: Mapping[str, Any]
) -> Dump:
    """Read everything back, write the seal, and return what the dump consists of."""
    hashes = _hashes(directory)
    told = {
        "format": FORMAT,
        "method": method,
        "files": hashes,
        "contents": asdict(contents),
        "properties": properties,
    }
    body = json.dumps(told, sort_keys=True, indent=1)
    descriptor = os.open(directory / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{_digest(body)}\n{body}")
        file.flush()
        os.fsync(file.fileno())
    return Dump(files=tuple(sorted((*hashes, NAME))), contents=contents, method=method, position=position)


def load_sealed(directory: Path, *, method: str) -> SealedDump:
    """Return what a dump says of itself; `BackupRefused` unless every byte of it is as it was."""
    told = _load(directory / NAME)
    faults = list(_faults(told["files"], _hashes(directory)))
    if told["format"] != FORMAT or told["method"] != method:
        faults.append(f"it was taken by `{told['method']}` (format {told['format']}), not by `{method}`")
    if faults:
        raise _refusal(directory, "; ".join(faults))
    return SealedDump(method=method, contents=_contents(told["contents"]), properties=told["properties"])


def _load(path: Path) -> dict[str, Any]:
    try:
        seal, _, body = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        raise _refusal(path.parent, f"{NAME} cannot be read") from None
    if seal != _digest(body):
        raise _refusal(path.parent, f"{NAME} was changed")
    told: dict[str, Any] = json.loads(body)
    return told


def _faults(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name} is missing" for name in before if name not in now)
    yield from (f"{name} was not there" for name in now if name not in before)
    yield from (f"{name} was changed" for name in before if now.get(name, before[name]) != before[name])


def _refusal(directory: Path, why: str) -> BackupRefused:
    return BackupRefused(
        f"The dump in {directory} is damaged: {why}.",
        state="Nothing was restored from it.",
        todo="Restore another backup.",
    )


def _contents(told: dict[str, Any]) -> Contents:
    rows = {
        "tables": tuple(TableCount(*row) for row in told["tables"]),
        "sequences": tuple(SequenceValue(*row) for row in told["sequences"]),
        "roles": tuple(told["roles"]),
        "invalid_indexes": tuple(told["invalid_indexes"]),
    }
    return Contents(schema=told["schema"], **rows)


def _hashes(directory: Path) -> dict[str, str]:
    """Return the SHA-256 of every file but the seal, by relative path; two files are read at a time."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file() and path != directory / NAME)
    with ThreadPoolExecutor(2) as readers:
        return dict(zip((str(path.relative_to(directory)) for path in paths), readers.map(_hash, paths), strict=True))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
