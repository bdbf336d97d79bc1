"""The packages of a lock are those whose manifests the configuration names; they are read before the lock is.

Locating their entries is `lock_entries`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from release_tools.domain.version_files.cargo import cargo_package, workspace_version
from release_tools.domain.version_files.lock_entries import inheriting, parse_entries
from release_tools.domain.version_files.pyproject import uv_package
from release_tools.domain.version_files.source import Unlocatable, line_at
from release_tools.domain.version_files.spec import FileSpec, Kind

PACKAGES: Mapping[Kind, Callable[[bytes], str]] = {"uv-lock": uv_package, "cargo-lock": cargo_package}


def with_packages(spec: FileSpec, blobs: Mapping[str, bytes]) -> FileSpec:
    """Return the spec of a lock with the names of its packages; any other spec as it is."""
    if spec.kind not in PACKAGES or spec.path not in blobs:
        return spec
    manifests = [blobs[path] for path in spec.manifests if path in blobs]
    try:
        names = tuple(sorted({PACKAGES[spec.kind](data) for data in manifests} - {""}))
        handed_down = {workspace_version(data) for data in manifests} - {""} if spec.kind == "cargo-lock" else set()
    except Unlocatable:
        return spec  # the manifest has a row of its own, which names what is wrong with it
    for version in handed_down:
        _refuse_unknown(blobs[spec.path], version, names)
    return replace(spec, packages=names)


def _refuse_unknown(lock: bytes, version: str, names: tuple[str, ...]) -> None:
    """Raise for an entry that may inherit the workspace's version: whether it does stands in a file nobody named."""
    unknown = inheriting(parse_entries(lock, "cargo-lock"), version, names)
    if unknown:
        places = ", ".join(f"`{entry.name}` (line {line_at(lock, entry.start)})" for entry in unknown)
        raise Unlocatable(
            f"{places} may inherit the workspace's version: name each one's Cargo.toml in a row of `version.files`, "
            "or give it another version when it has one of its own"
        )
