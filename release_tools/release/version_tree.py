"""The version files of a commit, read from its tree: the configured ones, and the manifests of a Cargo workspace.

Which version they name and how they get another one is told by `version_files`.
"""

from collections.abc import Mapping

from release_tools.domain.refs import Blob
from release_tools.domain.version import Version, parse_tag
from release_tools.domain.version_files.cargo import MANIFEST, members_of
from release_tools.domain.version_files.found import FoundVersion
from release_tools.errors import PreconditionFailed
from release_tools.release.bench import Bench
from release_tools.release.version_files import read_version, read_versions, version_paths, write_version


def version_blobs(bench: Bench, commit: str) -> dict[str, Blob]:
    """Return the version files of a commit; members of a workspace come with their root, for its lock names them."""
    blobs = dict(bench.reader.files(commit, version_paths(bench.config)))
    roots = {path: blob.data for path, blob in blobs.items() if path.endswith(MANIFEST)}
    members = members_of(roots, lambda: bench.reader.named(commit, MANIFEST))
    return blobs | dict(bench.reader.files(commit, members)) if members else blobs


def versions_of(bench: Bench, commit: str) -> tuple[FoundVersion, ...]:
    """Return every place of a commit that names the version; raises `PreconditionFailed` for untrustworthy files."""
    return read_versions(bench.config, bytes_of(version_blobs(bench, commit)), bench.locate)


def agreed_version(bench: Bench, commit: str) -> str | None:
    """Return the one version that all files of a commit name; raises `PreconditionFailed` where they disagree."""
    return read_version(bench.config, bytes_of(version_blobs(bench, commit)), bench.locate)


def named_version(bench: Bench, commit: str) -> Version | None:
    """Return the version that the files of a commit agree on, None when there are none or they cannot be read."""
    try:
        found = versions_of(bench, commit)
    except PreconditionFailed:
        return None
    versions = {parse_tag(one.text.removeprefix("v"), "") for one in found}
    return versions.pop() if len(versions) == 1 else None


def raised_blobs(bench: Bench, commit: str, version: Version) -> dict[str, Blob]:
    """Return the version files of a commit that change when they take a version."""
    blobs = version_blobs(bench, commit)
    written = write_version(bench.config, bytes_of(blobs), str(version), bench.locate)
    return {path: Blob(mode=blobs[path].mode, data=data) for path, data in written.items()}


def bytes_of(blobs: Mapping[str, Blob]) -> dict[str, bytes]:
    """Return the content of files, by path."""
    return {path: blob.data for path, blob in blobs.items()}
