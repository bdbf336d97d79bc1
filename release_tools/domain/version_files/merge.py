"""A merge of version files: the higher version of both sides goes into every place, so that only the rest is merged.

Found places come in; how a file is searched for them, and how the rest is merged, is known elsewhere.
"""

from collections.abc import Iterable
from itertools import chain

from release_tools.domain.version import Version, parse_tag
from release_tools.domain.version_files.found import FoundVersion
from release_tools.domain.version_files.pep440 import spell
from release_tools.domain.version_files.splice import splice


def highest_version(*sides: Iterable[FoundVersion]) -> Version | None:
    """Return the highest version that a place names; None where there is none, or one that SemVer has no word for."""
    versions = [parse_tag(place.text, "") for place in chain(*sides)]
    known = [version for version in versions if version is not None]
    return max(known, default=None) if len(known) == len(versions) else None


def level_places(data: bytes, found: Iterable[FoundVersion], version: Version) -> bytes:
    """Return the bytes of a file with a version in the found places; where it cannot be spelled, the old one stays."""
    texts: dict[tuple[int, int], str] = {}
    end = 0
    for place in sorted(found, key=lambda place: place.span):
        if place.span[0] >= end:
            stays = parse_tag(place.text, "") == version
            texts[place.span] = (None if stays else spell(version, place.spelling)) or place.written
            end = place.span[1]
    return splice(data, texts)


def lint_places(found: Iterable[FoundVersion], version: Version) -> tuple[str, ...]:
    """Return one line for each place that names another version."""
    return tuple(
        f"{place.place} names {place.written}, not {version}" for place in found if parse_tag(place.text, "") != version
    )
