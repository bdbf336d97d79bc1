"""A bench: what a draft is made with, from the configuration to the ports that make objects.

Values and ports only; what is drafted with them stands in `start`, `finish` and `tagging`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from release_tools.config.model import Config
from release_tools.domain.refs import Signature
from release_tools.ports import ForgeReader, GitDraft, GitReader, VersionLocator
from release_tools.record import record


def nothing_staged(version: str) -> str | None:
    """Return that there is no record, whatever the version."""
    return None


@record
class Bench:
    """What a draft is made with: a reader that also sees the draft's objects, and the draft itself."""

    reader: GitReader
    draft: GitDraft
    config: Config
    locate: VersionLocator
    top: Path
    settings: Mapping[str, str]
    """Git's configuration."""
    author: Signature | None
    committer: Signature | None
    """Who makes the draft's commits and tags, and when; None where git does not know."""
    refused: tuple[str, ...] = ()
    """Branches that the remote refused to move in this run: protected, whatever the configuration says."""
    staged: Callable[[str], str | None] = nothing_staged
    """From a version to the tree that staging committed as it, None where there is no record."""
    forge: ForgeReader | None = None
    """The remote's forge, None where there is none that could be asked."""
