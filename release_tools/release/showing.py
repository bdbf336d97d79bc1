"""Showing a release on the forge: what its page says, which files it has, and the steps that are left.

The steps themselves stand in `steps.pages`; a page that is shown already is left as it is.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from release_tools.domain.changelog.section import read_sections
from release_tools.domain.forge.description import cut_text
from release_tools.domain.forge.page import CHECKSUMS
from release_tools.domain.version import Version
from release_tools.engine.step import Step
from release_tools.record import record
from release_tools.release.bench import Bench
from release_tools.release.guards import Problem, refuse
from release_tools.release.section import version_tags
from release_tools.release.state import RepositoryState
from release_tools.release.steps.pages import DraftPage, PageFile, ShowPage, UploadFiles
from release_tools.release.world import World


@record
class Page:
    """The page that a release is to have."""

    tag: str
    notes: str
    files: tuple[PageFile, ...]
    candidate: bool
    newest: bool


def draft_release_page(bench: Bench, state: RepositoryState, version: Version, tag: str, commit: str) -> Page | None:
    """Return the page that is left to be shown, None where it is shown, not wanted, or there is no forge."""
    forge = bench.forge
    if forge is None or not bench.config.forge.releases or not commit:
        return None
    standing = forge.find_page(tag)
    if standing and standing.shown:
        return None
    versions = [one for one in version_tags(state, bench.config.version.tag_prefix) if one.is_final]
    link = forge.compare_address(_before(version, versions, bench) or tag, tag)
    return Page(
        tag=tag,
        notes=cut_text(changes_of(bench, commit, version), forge.notes_limit, link),
        files=_files(bench),
        candidate=not version.is_final,
        newest=version.is_final and all(version >= one for one in versions),
    )


def page_steps(page: Page) -> Iterator[Step[World]]:
    """Yield the steps of a page: hidden first, files next, shown last."""
    yield DraftPage(tag=page.tag, subject=page.tag, notes=page.notes, candidate=page.candidate)
    if page.files:
        yield UploadFiles(tag=page.tag, files=page.files)
    yield ShowPage(tag=page.tag, files=page.files, newest=page.newest)


def changes_of(bench: Bench, commit: str, version: Version) -> str:
    """Return what a commit's changelog says of a version, without its heading; nothing where it says nothing."""
    path = bench.config.changelog.path
    found = bench.reader.files(commit, (path,)).get(path) if path else None
    if found is None:
        return ""
    text = found.data.decode("utf-8", "replace")
    section = next((one for one in read_sections(text) if one.version == version), None)
    return text[section.start : section.end].partition("\n")[2].strip() + "\n" if section else ""


def _before(version: Version, versions: list[Version], bench: Bench) -> str:
    lower = [one for one in versions if one < version]
    return max(lower).tag_name(bench.config.version.tag_prefix) if lower else ""


def _files(bench: Bench) -> tuple[PageFile, ...]:
    """Return the files that the configuration's globs find; a glob that finds none is refused."""
    found: dict[str, Path] = {}
    problems = []
    for pattern in bench.config.forge.assets:
        paths = [path for path in bench.top.glob(pattern) if path.is_file()]
        found |= {path.name: path for path in paths}
        if not paths:
            problems.append(
                Problem(
                    failed=f"forge.assets names {pattern!r}, and there is no such file in {bench.top}.",
                    todo="Build what the release is to have, then run this again.",
                )
            )
    if CHECKSUMS in found:
        problems.append(
            Problem(failed=f"forge.assets has a file {CHECKSUMS}.", todo="Leave it out: it is made from the others.")
        )
    refuse(tuple(problems))
    rows = sorted(found.items())
    return tuple(PageFile(name, str(path), sha256(path.read_bytes()).hexdigest()) for name, path in rows)
