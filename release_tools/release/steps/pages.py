"""The steps of a release page: a draft, its files, and showing it once every digest is right.

What it says and which files it has is pinned when it is planned, in `showing`.
"""

from hashlib import sha256
from pathlib import Path
from typing import ClassVar, NamedTuple

from release_tools.domain.forge.page import CHECKSUMS, Asset, ReleasePage, render_checksums
from release_tools.engine.step import DONE, PENDING, Facts, Reality, conflict
from release_tools.errors import ToolFailed
from release_tools.record import record
from release_tools.release.world import World, forge_of

SHOWN = "shown"
"""The fact that names a tag whose page was shown in this run."""


class PageFile(NamedTuple):
    """A file of a page: its name there, where it is here, its SHA-256."""

    name: str
    path: str
    digest: str


@record
class DraftPage:
    """Make the page of a tag, hidden; one that is there already, shown or not, is taken over."""

    kind: ClassVar[str] = "draft-page"
    tag: str
    subject: str
    notes: str
    candidate: bool

    def title(self) -> str:
        """Return one line for the plan."""
        return f"draft the release page of {self.tag}"

    def probe(self, world: World) -> Reality:
        """Look for a page of the tag."""
        return DONE if forge_of(world).find_page(self.tag) else PENDING

    def apply(self, world: World) -> Facts:
        """Make the draft."""
        page = forge_of(world).draft_page(self.tag, self.subject, self.notes, candidate=self.candidate)
        return {"page": page.id}


@record
class UploadFiles:
    """Add the files and the list of their checksums; entering it again replaces what is half there or another's."""

    kind: ClassVar[str] = "upload-files"
    tag: str
    files: tuple[PageFile, ...]

    def title(self) -> str:
        """Return one line for the plan."""
        return f"add to the release page: {', '.join(file.name for file in self.files)}, {CHECKSUMS}"

    def probe(self, world: World) -> Reality:
        """Compare the digests of all files there."""
        page = _page(world, self.tag)
        left = [name for name, digest in expected(self.files) if not is_right(page.asset(name), digest)]
        if left and (page.shown or page.frozen):
            return conflict(f"The release page of {self.tag} is public, and lacks or differs in: {', '.join(left)}.")
        return PENDING if left else DONE

    def apply(self, world: World) -> None:
        """Send what is missing; half a file is discarded first."""
        forge, page = forge_of(world), _page(world, self.tag)
        contents = {file.name: _content(file) for file in self.files} | {CHECKSUMS: _checksums(self.files)}
        for name, digest in expected(self.files):
            standing = page.asset(name)
            if is_right(standing, digest):
                continue
            if standing:
                forge.discard_asset(standing.id)
            forge.upload(page, name, contents[name])


@record
class ShowPage:
    """Show the page to everybody, once all its files are there as they are here."""

    kind: ClassVar[str] = "show-page"
    tag: str
    files: tuple[PageFile, ...]
    newest: bool
    """Whether it is the repository's latest release."""

    def title(self) -> str:
        """Return one line for the plan."""
        return f"show the release page of {self.tag}"

    def probe(self, world: World) -> Reality:
        """Look at the page; a file with another digest stops it."""
        page = _page(world, self.tag)
        if page.shown:
            return DONE
        wrong = [name for name, digest in expected(self.files) if not is_right(page.asset(name), digest)]
        return conflict(f"The draft of {self.tag} lacks or differs in: {', '.join(wrong)}.") if wrong else PENDING

    def apply(self, world: World) -> Facts:
        """Publish the draft."""
        page = _page(world, self.tag)
        forge_of(world).show_page(page.id, newest=self.newest)
        return {SHOWN: self.tag, "address": page.address}


def expected(files: tuple[PageFile, ...]) -> tuple[tuple[str, str], ...]:
    """Return name and digest of every file that a page must have, the checksums file last."""
    if not files:
        return ()
    return (*((file.name, file.digest) for file in files), (CHECKSUMS, sha256(_checksums(files)).hexdigest()))


def is_right(asset: Asset | None, digest: str) -> bool:
    """Return whether a file is whole and has its digest."""
    return asset is not None and asset.whole and asset.digest == digest


def _checksums(files: tuple[PageFile, ...]) -> bytes:
    return render_checksums((file.name, file.digest) for file in files).encode()


def _content(file: PageFile) -> bytes:
    try:
        data = Path(file.path).read_bytes()
    except OSError as error:
        raise ToolFailed(f"{file.path} cannot be read any more: {error.strerror}.") from error
    if sha256(data).hexdigest() != file.digest:
        raise ToolFailed(
            f"{file.path} has changed since the plan was made.",
            todo="Put the file back that the plan was made with, then type `release-tools continue`.",
        )
    return data


def _page(world: World, tag: str) -> ReleasePage:
    page = forge_of(world).find_page(tag)
    if page is None:
        raise ToolFailed(f"The release page of {tag} is gone.", todo="Somebody has deleted it at the forge.")
    return page
