"""A splice replaces the version in the bytes of one file and proves that nothing else has changed.

Which version is written, and whether the old ones agree, is decided before.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise, zip_longest

from release_tools.domain.version import Version
from release_tools.domain.version_files.found import FoundVersion, Locators, find_versions
from release_tools.domain.version_files.pep440 import Spelling, spell
from release_tools.domain.version_files.source import Unlocatable
from release_tools.domain.version_files.spec import FileSpec, Kind

Span = tuple[int, int]

_PEP_440 = re.compile(
    r"[0-9.]+(?:-(?:a|b|c|rc|alpha|beta|pre|preview|dev)(?:[.-]?[0-9]+)?)?(?:\+[0-9a-z]+(?:[.-][0-9a-z]+)*)?",
    re.IGNORECASE,
)
_ALLOWED: Mapping[Kind, tuple[re.Pattern[str], str]] = {
    "pyproject": (_PEP_440, "Python packages (PEP 440) know only alpha, beta, rc and dev with one number"),
    "compose-image": (re.compile(r"[^+]{1,128}"), "an image's tag holds no `+` and at most 128 characters"),
}
_UNSPELLED = "PEP 440 spells only alpha, beta, rc and dev, each with a number, such as 1.0.0-rc.1"


def lint_version(spec: FileSpec, version: Version) -> str | None:
    """Return why a version cannot stand in a file, None when it can."""
    if spell(version, spec.spelling) is None:
        return f"{version} cannot stand there: {_UNSPELLED}"
    pattern, reason = _ALLOWED.get(spec.kind, (None, ""))
    return f"{version} cannot stand there: {reason}" if pattern and not pattern.fullmatch(str(version)) else None


def rewrite(
    data: bytes, specs: Sequence[FileSpec], found: Sequence[FoundVersion], version: Version, locators: Locators
) -> bytes:
    """Write the version into the found places of one file; raise Unlocatable unless exactly they have changed."""
    texts = {span: _spelled(version, spelling) for span, spelling in _spellings(found).items()}
    spliced = splice(data, texts)
    try:
        again = [place for spec in specs for place in find_versions(spec, spliced, locators)]
    except Unlocatable as error:
        raise Unlocatable(f"{version} would not be found again there: {error.failed}") from error
    spans = {place.span for place in again}
    if any(place.text != str(version) for place in again) or not spans.issuperset(moved(texts)):
        raise Unlocatable(f"{version} would not be found again in its place; write it there by hand")
    return spliced


def splice(data: bytes, texts: Mapping[Span, str]) -> bytes:
    """Return the bytes with the given texts in their spans, which are sorted and apart."""
    starts = (0, *(end for _, end in texts))
    ends = (*(start for start, _ in texts), len(data))
    around = (data[start:end] for start, end in zip(starts, ends, strict=True))
    return b"".join(chain.from_iterable(zip_longest(around, (text.encode() for text in texts.values()), fillvalue=b"")))


def moved(texts: Mapping[Span, str]) -> tuple[Span, ...]:
    """Return where the texts stand once they are spliced in."""
    shift = 0
    spans: list[Span] = []
    for (start, end), text in texts.items():
        spans.append((start + shift, start + shift + len(text.encode())))
        shift += len(text.encode()) - (end - start)
    return tuple(spans)


def _spellings(found: Sequence[FoundVersion]) -> dict[Span, Spelling]:
    """Return the spans in order with their spellings; raise Unlocatable when two rows contradict each other there."""
    places = sorted({(place.span, place.spelling) for place in found})
    for ((_, end), _), ((start, _), _) in pairwise(places):
        if start < end:
            raise Unlocatable("two rows of `version.files` find different versions in the same bytes")
    return dict(places)


def _spelled(version: Version, spelling: Spelling) -> str:
    text = spell(version, spelling)
    if text is None:
        raise Unlocatable(f"{version} cannot stand there: {_UNSPELLED}")
    return text
