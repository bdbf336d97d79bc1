"""Every version of the checked out commit: what its files name, what is tagged, what open branches claim.

Nothing is written, and the remote is not asked: its branches are those of the last fetch.
"""

from collections.abc import Mapping

from release_tools.domain.refs import Refs
from release_tools.domain.version import Version, parse_tag
from release_tools.domain.version_files.agreement import agreed_text, lint_age, lint_agreement
from release_tools.domain.version_files.found import FoundVersion
from release_tools.errors import PreconditionFailed
from release_tools.ports import GitReader
from release_tools.record import record
from release_tools.release.flows.looking import looking
from release_tools.release.flows.session import Session
from release_tools.release.names import claimed_versions, remote_name
from release_tools.release.version_files import read_versions
from release_tools.release.version_tree import bytes_of, version_blobs


@record
class Versions:
    """The versions that a commit and the refs around it name, and where they contradict one another."""

    commit: str
    branch: str | None
    places: tuple[FoundVersion, ...]
    unsaved: tuple[str, ...]
    """Version files with changes that no commit holds; what is told here is without them."""
    latest: str | None
    """The tag of the greatest final version."""
    contained: str | None
    """The tag of the greatest final version in the history of the commit."""
    claims: Mapping[str, str]
    """Versions claimed by open branches, each with its branch."""
    disagreements: tuple[str, ...]
    """One line for each place when the files name different versions."""
    remarks: tuple[str, ...]
    """One line for each place that contradicts the latest tag or the name of the branch."""

    @property
    def version(self) -> str | None:
        """Return the version that all places name, None when they name none or disagree."""
        return agreed_text(self.places)

    def as_json(self) -> dict[str, object]:
        """Return everything as JSON values."""
        return {
            "commit": self.commit,
            "branch": self.branch,
            "version": self.version,
            "places": [_place_as_json(place) for place in self.places],
            "unsaved": list(self.unsaved),
            "latest": self.latest,
            "contained": self.contained,
            "claims": dict(self.claims),
            "disagreements": list(self.disagreements),
            "remarks": list(self.remarks),
        }


@looking()
def list_versions(session: Session) -> Versions:
    """Return the versions of the checked out commit; raise PreconditionFailed for files that cannot be read."""
    bench = session.bench
    config, reader = bench.config, bench.reader
    head, branch = reader.commit_of("HEAD"), reader.head()
    if head is None:
        raise PreconditionFailed(
            "There is no commit yet.", state="Nothing was changed.", todo="Commit the version files, then look again."
        )
    blobs = version_blobs(bench, head)
    places = read_versions(config, bytes_of(blobs), bench.locate)
    here, tracked = reader.refs(remote_name(bench.settings, config))
    prefix = config.version.tag_prefix
    finals = _finals(here, prefix)
    latest, contained = max(finals, default=None), _contained(reader, finals, head)
    claims = claimed_versions(config, (*here.branches, *tracked))
    claimed = next((version for version, name in claims.items() if name == branch), None)
    return Versions(
        commit=head,
        branch=branch,
        places=places,
        unsaved=tuple(path for path in reader.status().changed if path in blobs),
        latest=latest.tag_name(prefix) if latest else None,
        contained=contained.tag_name(prefix) if contained else None,
        claims=claims,
        disagreements=lint_agreement(places),
        remarks=(
            *(lint_age(places, contained.tag_name(prefix), contained) if contained else ()),
            *(lint_agreement(places, expected=claimed) if claimed else ()),
        ),
    )


def _finals(here: Refs, prefix: str) -> dict[Version, str]:
    found = ((parse_tag(tag.name, prefix), tag.commit) for tag in here.tags.values())
    return {version: commit for version, commit in found if version is not None and version.is_final}


def _contained(reader: GitReader, finals: Mapping[Version, str], head: str) -> Version | None:
    """Return the greatest version whose tag is an ancestor; tags of other lines are few and are asked in turn."""
    newest_first = sorted(finals, reverse=True)
    return next((version for version in newest_first if reader.is_ancestor(finals[version], head)), None)


def _place_as_json(place: FoundVersion) -> dict[str, object]:
    return {
        "path": place.path,
        "line": place.line or None,
        "written": place.written,
        "version": place.text,
        "spelling": place.spelling,
        "writable": not place.is_only_read,
    }
