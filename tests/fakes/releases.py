"""Releases in memory: what is laid out, what was changed since, and which one is current.

No file is written; `path` names directories that need not be there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from release_tools.errors import PreconditionFailed, ToolFailed


@dataclass
class FakeReleases:
    """Knows the commits in `commits`; a build whose first word is in `broken` fails."""

    top: str = "/srv/platform/state"
    commits: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    """What was done, in words, for tests that look at the order of things."""

    def __post_init__(self) -> None:
        self._hashes: dict[str, str] = {}
        self._edited: set[str] = set()
        self._current = ""

    def edit(self, release: str) -> None:
        """Change a file of a release by hand."""
        self._edited.add(release)

    def path(self, release: str, /) -> str:
        """Return where a release would lie."""
        return f"{self.top}/releases/{release}"

    def stage(self, release: str, commit: str, build: Sequence[str], /, *, timeout: float) -> str:
        """Remember the release with a hash of its commit."""
        assert timeout > 0
        if self.staged(release):
            return self._hashes[release]
        if release == self._current:
            raise PreconditionFailed(f"The release {release} is the current one and stays.")
        if commit not in self.commits:
            raise ToolFailed(f"There is no {commit} in this repository.")
        if build and build[0] in self.broken:
            raise ToolFailed(f"`{' '.join(build)}` failed with exit code 1.")
        self.done.append(f"stage {release}")
        self._edited.discard(release)
        self._hashes[release] = sha256(commit.encode()).hexdigest()
        return self._hashes[release]

    def staged(self, release: str, /) -> str:
        """Return the hash of a release that nobody edited."""
        return "" if release in self._edited else self._hashes.get(release, "")

    def all(self) -> tuple[str, ...]:
        """Return the releases, ordered."""
        return tuple(sorted(self._hashes))

    def current(self) -> str:
        """Return the one that was switched to last."""
        return self._current

    def switch(self, release: str, /) -> None:
        """Make a release current, or none."""
        if release and release not in self._hashes:
            raise PreconditionFailed(f"There is no finished release {release}.")
        self.done.append(f"switch {release}")
        self._current = release

    def remove(self, release: str, /) -> None:
        """Forget a release."""
        if release == self._current:
            raise PreconditionFailed(f"The release {release} is the current one.")
        self.done.append(f"remove {release}")
        self._hashes.pop(release, None)
