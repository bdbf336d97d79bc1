"""A wish is what somebody asks of the next version beyond what the commits make of it, and why.

Whether it can be had is decided in `next_version`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from release_tools.domain.history.commit import Commit
from release_tools.domain.version import Level, Version, parse_tag
from release_tools.errors import UsageError
from release_tools.record import record

TOKEN = "release-as"
MARK = b"elease-"
"""What a message with the footer `Release-As` holds, whichever way it is capitalized; nearly all do not."""


@record
class Wish:
    """A level or a version with the reason for it; a label (`rc`) for a pre-release; build metadata."""

    level: Level | None = None
    version: Version | None = None
    reason: str = ""
    label: str = ""
    build: str = ""

    @property
    def forces(self) -> bool:
        """Return whether the commits have no say in the number."""
        return self.level is not None or self.version is not None

    @property
    def says(self) -> str:
        """Return what is forced, and why, in words."""
        asked = str(self.version) if self.version else f"{self.level}, whatever the commits ask for"
        return f"{asked}: {self.reason}"


NO_WISH = Wish()
"""The commits decide."""


@record
class Asking:
    """A commit whose footer `Release-As` asks for a version; None where what stands there is none."""

    commit: Commit
    version: Version | None
    text: str


def find_asking(commits: Iterable[Commit]) -> Iterator[Asking]:
    """Yield the commits that ask for a version, in the order given."""
    for commit in commits:
        if MARK not in commit.message.lower():
            continue
        for footer in commit.footers:
            if footer.token.lower() == TOKEN:
                text = footer.value.split("\n")[0].strip()
                yield Asking(commit=commit, version=parse_tag(text.removeprefix("v"), ""), text=text)


def with_build(version: Version, build: str) -> Version:
    """Return the version with build metadata; `UsageError` when that cannot stand in a version."""
    found = parse_tag(f"{replace(version, build='')}+{build}", "")
    if found is not None:
        return found
    raise UsageError(
        f"{build!r} cannot be build metadata.",
        state="Nothing was changed.",
        todo="Use letters, digits, hyphens and dots, for example `build.5`.",
    )
