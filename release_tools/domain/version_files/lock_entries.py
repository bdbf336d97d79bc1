"""The entries of uv.lock and Cargo.lock: one `[[package]]` for each package, those of the repository itself among them.

Only entries of the repository's own packages are told; what else a lock pins is nobody's version here.
"""

import re
from collections.abc import Sequence

from release_tools.domain.version_files.source import Scalar, Unlocatable, line_at
from release_tools.domain.version_files.spec import FileSpec, Kind
from release_tools.domain.version_files.toml_document import parse_toml, text_at, value_at
from release_tools.record import record

LOCAL_SOURCES = ("editable", "virtual", "directory")
"""How uv.lock marks a package that lies in the repository; Cargo.lock gives such a package no source at all."""

_HEADER = re.compile(rb"^[ \t]*\[\[[ \t]*package[ \t]*\]\]", re.MULTILINE)
_TABLE = re.compile(rb"^[ \t]*\[", re.MULTILINE)
_VERSION = re.compile(rb"""^[ \t]*version[ \t]*=[ \t]*("[^"\r\n]*"|'[^'\r\n]*')""", re.MULTILINE)


@record
class Entry:
    """One entry: its name and version, whether it lies in the repository, the bytes from its header to the next."""

    name: str
    version: str
    local: bool
    start: int
    end: int


def parse_entries(data: bytes, kind: Kind) -> tuple[Entry, ...]:
    """Parse every entry of a lock; raise Unlocatable when its layout is not the one that the tools write."""
    packages = value_at(parse_toml(data), ("package",))
    packages = packages if isinstance(packages, list) else []
    starts = [match.end() for match in _HEADER.finditer(data)]
    if len(starts) != len(packages):
        raise Unlocatable("the entries of this lock cannot be told apart; let its own tool write it anew")
    return tuple(
        Entry(
            name=text_at(package, ("name",)),
            version=text_at(package, ("version",)),
            local=_is_local(package, kind),
            start=start,
            end=_next_table(data, start),
        )
        for package, start in zip(packages, starts, strict=True)
    )


def find_lock_entries(data: bytes, spec: FileSpec) -> tuple[Scalar, ...]:
    """Locate the version of each of the spec's packages; one that is not in the lock has no place there."""
    if not spec.packages:
        return ()
    entries = parse_entries(data, spec.kind)
    own = [entry for entry in entries if entry.local and entry.version and entry.name in spec.packages]
    for entry in own:
        if sum(other.name == entry.name for other in entries) > 1:
            raise Unlocatable(
                f"line {line_at(data, entry.start)}: the lock has more than one `{entry.name}`, so other entries may "
                "name its version; let its own tool write it"
            )
    return tuple(_version_of(data, entry) for entry in own)


def inheriting(entries: Sequence[Entry], version: str, known: Sequence[str]) -> tuple[Entry, ...]:
    """Return the entries that may inherit a workspace's version, and whose own files nobody has named."""
    return tuple(entry for entry in entries if entry.local and entry.version == version and entry.name not in known)


def _version_of(data: bytes, entry: Entry) -> Scalar:
    found = tuple(_VERSION.finditer(data, entry.start, entry.end))
    if len(found) != 1 or found[0][1][1:-1].decode() != entry.version:
        raise Unlocatable(
            f"line {line_at(data, entry.start)}: the version of `{entry.name}` does not stand on a line of its own"
        )
    return Scalar(start=found[0].start(1), end=found[0].end(1), text=entry.version)


def _next_table(data: bytes, start: int) -> int:
    following = _TABLE.search(data, start)
    return following.start() if following else len(data)


def _is_local(package: object, kind: Kind) -> bool:
    source = value_at(package, ("source",))
    if kind == "cargo-lock":
        return source is None
    return isinstance(source, dict) and any(word in source for word in LOCAL_SOURCES)
