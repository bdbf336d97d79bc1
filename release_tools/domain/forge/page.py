"""A release page is where a forge shows a release: its notes, and files to download with their digests.

How it comes about (hidden first, files next, shown last) is told by the steps.
"""

from collections.abc import Iterable

from release_tools.record import record

CHECKSUMS = "SHA256SUMS"
"""The file that lists the digests of all the others, in the form that `sha256sum --check` reads."""


@record
class Asset:
    """A file of a release page as the forge has it."""

    id: int
    name: str
    size: int
    digest: str = ""
    """SHA-256 in hexadecimal; empty where the forge does not tell."""
    whole: bool = True
    """False: its upload was begun and never ended."""


@record
class ReleasePage:
    """A release page as the forge has it."""

    id: int
    tag: str
    address: str
    title: str
    notes: str
    shown: bool
    """False: a draft that only those who may write see."""
    frozen: bool = False
    """Whether the forge lets nobody change it any more."""
    assets: tuple[Asset, ...] = ()
    files: str = ""
    """Where files for it are sent, where the forge tells."""

    def asset(self, name: str) -> Asset | None:
        """Return the file of a name."""
        return next((asset for asset in self.assets if asset.name == name), None)


def render_checksums(digests: Iterable[tuple[str, str]]) -> str:
    """Return the text of the checksums file from pairs of file name and SHA-256."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests))
