"""A version is a SemVer 2.0.0 number: parsed strictly, ordered by precedence, raised by level, spelled as a tag.

No file, no git and no history here: which version comes next is the business of `next_version`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import total_ordering
from typing import Any, Literal

from release_tools.errors import UsageError
from release_tools.record import record

Level = Literal["none", "patch", "minor", "major"]
LEVELS: tuple[Level, ...] = ("none", "patch", "minor", "major")
"""The levels a change can raise, lowest first."""

LONGEST = 255
"""Characters a version may have: the length of a file name, and far below Python's limit for reading integers."""

_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_STRICT = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)
_LOOSE = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:[-._]?([a-zA-Z][0-9a-zA-Z.-]*))?(?:\+.*)?")
_LABEL = re.compile(r"[a-zA-Z][0-9a-zA-Z-]*")


@total_ordering
@record
class Version:
    """A SemVer 2 version; equality and order are precedence, so build metadata does not count in them."""

    major: int
    minor: int
    patch: int
    prerelease: str = ""
    build: str = field(default="", compare=False)

    def __str__(self) -> str:
        prerelease = f"-{self.prerelease}" if self.prerelease else ""
        build = f"+{self.build}" if self.build else ""
        return f"{self.major}.{self.minor}.{self.patch}{prerelease}{build}"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        ours, theirs = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        return _rank(self.prerelease) < _rank(other.prerelease) if ours == theirs else ours < theirs

    def __gt__(self, other: object) -> bool:
        return other < self if isinstance(other, Version) else NotImplemented

    @property
    def core(self) -> tuple[int, int, int]:
        """Major, minor and patch."""
        return self.major, self.minor, self.patch

    @property
    def is_final(self) -> bool:
        """True unless this is a pre-release."""
        return not self.prerelease

    @property
    def final(self) -> "Version":
        """The final version that this one is, or is a pre-release of; without build metadata."""
        return Version(major=self.major, minor=self.minor, patch=self.patch)

    def tag_name(self, prefix: str) -> str:
        """Spell the version as a tag, for example `v1.1.0`."""
        return f"{prefix}{self}"


def parse_version(text: str) -> Version:
    """Parse a version that a person typed, leading `v` or not; the UsageError names the nearest valid form."""
    version = _parse_strict(text.removeprefix("v"))
    if version is not None:
        return version
    raise UsageError(
        f"{_shorten(text)} is not a version of the form MAJOR.MINOR.PATCH.",
        state="Nothing was changed.",
        todo=f"Type {nearest_version(text) or 'a version such as 1.1.0'} instead.",
    )


def parse_tag(name: str, prefix: str) -> Version | None:
    """Parse a tag's name; None when it is not the prefix and a version, or not the way that version is spelled."""
    return _parse_strict(name.removeprefix(prefix)) if name.startswith(prefix) else None


def raise_level(version: Version, level: Level) -> Version:
    """Raise the version by a level; a pre-release that already stands for that level becomes final, `none` keeps it."""
    if level == "none":
        return version
    if version.is_final:
        return Version(**_RAISED[level](version))
    import semver  # a tenth of what `next-version` may take, and it counts from final versions

    raised = semver.Version(*version.core, version.prerelease or None).next_version(level)
    return Version(major=raised.major, minor=raised.minor, patch=raised.patch)


_RAISED: Mapping[Level, Callable[[Version], dict[str, Any]]] = {
    "major": lambda old: {"major": old.major + 1, "minor": 0, "patch": 0},
    "minor": lambda old: {"major": old.major, "minor": old.minor + 1, "patch": 0},
    "patch": lambda old: {"major": old.major, "minor": old.minor, "patch": old.patch + 1},
}


def next_prerelease(version: Version, label: str = "rc", *, taken: Iterable[Version] = ()) -> Version:
    """Return the first unused `<version>-<label>.<n>` above the version's own pre-release and every one in `taken`."""
    if not _LABEL.fullmatch(label):
        raise UsageError(
            f"{_shorten(label)} cannot label a pre-release.",
            state="Nothing was changed.",
            todo="Use letters, digits and hyphens, a letter first, for example `rc`.",
        )
    rivals = [rival for rival in (version, *taken) if rival.core == version.core and rival.prerelease]
    used = [re.match(rf"{label}\.({_NUMBER})(?:\.|$)", rival.prerelease) for rival in rivals]
    number = 1 + max((int(match[1]) for match in used if match), default=0)
    result = Version(major=version.major, minor=version.minor, patch=version.patch, prerelease=f"{label}.{number}")
    highest = max(rivals, default=result)
    if highest > result:
        raise UsageError(
            f"{result} would be older than {highest}, which exists.",
            state="Nothing was changed.",
            todo=f"Use the label of {highest} or one that sorts after it, or release {version.final}.",
        )
    return result


def _parse_strict(text: str) -> Version | None:
    match = _STRICT.fullmatch(text) if len(text) <= LONGEST else None
    if match is None:
        return None
    major, minor, patch, prerelease, build = match.groups()
    # Past the constructor of a frozen class, which takes longer than all the rest; a history has thousands of tags.
    version = object.__new__(Version)
    _SET_MAJOR(version, int(major))
    _SET_MINOR(version, int(minor))
    _SET_PATCH(version, int(patch))
    _SET_PRERELEASE(version, prerelease or "")
    _SET_BUILD(version, build or "")
    return version


_SET_MAJOR, _SET_MINOR, _SET_PATCH, _SET_PRERELEASE, _SET_BUILD = (
    getattr(Version, name).__set__ for name in ("major", "minor", "patch", "prerelease", "build")
)


def _rank(prerelease: str) -> tuple[bool, tuple[tuple[bool, int, str], ...]]:
    """Return the sort key of a pre-release: final last, numbers before words, numbers by length and then by digits."""
    identifiers = prerelease.split(".") if prerelease else ()
    return not prerelease, tuple(
        (False, len(text), text) if text.isdigit() else (True, 0, text) for text in identifiers
    )


def nearest_version(text: str) -> str | None:
    """Return the valid version that was probably meant: zeros added or taken off, blanks off, `rc1` as `-rc.1`."""
    match = _LOOSE.search(text) if text.isascii() and len(text) <= LONGEST else None
    if match is None:
        return None
    *core, word = match.groups()
    numbers = ".".join(str(int(part or 0)) for part in core)
    label = re.sub(r"(?<=[a-zA-Z])(?=[0-9])", ".", word or "", count=1)
    identifiers = ".".join(part.lstrip("0") or "0" if part.isdigit() else part for part in label.split(".") if part)
    candidate = f"{numbers}-{identifiers}" if identifiers else numbers
    return candidate if _STRICT.fullmatch(candidate) else numbers


def _shorten(text: str) -> str:
    return repr(text) if len(text) <= 60 else f"{text[:57]!r}..."
