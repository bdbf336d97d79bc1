"""A splice replaces the version in the bytes of one file and proves that nothing else has changed.

Which version is written, and whether the old ones agree, is decided before.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from release_tools.domain.version_files.found import FoundVersion, Locators, find_versions
from release_tools.domain.version_files.source import Unlocatable
from release_tools.domain.version_files.spec import FileSpec, Kind

Spans = tuple[tuple[int, int], ...]

_PEP_440 = re.compile(
    r"[0-9.]+(?:-(?:a|b|c|rc|alpha|beta|pre|preview|dev)(?:[.-]?[0-9]+)?)?(?:\+[0-9a-z]+(?:[.-][0-9a-z]+)*)?",
    re.IGNORECASE,
)
_ALLOWED: Mapping[Kind, tuple[re.Pattern[str], str]] = {
    "pyproject": (_PEP_440, "Python packages (PEP 440) know only alpha, beta, rc and dev with one number"),
    "compose-image": (re.compile(r"[^+]{1,128}"), "an image's tag holds no `+` and at most 128 characters"),
}


def lint_version(kind: Kind, version: str) -> str | None:
    """Return why a version cannot stand in this kind of file, None when it can."""
    pattern, reason = _ALLOWED.get(kind, (None, ""))
    return f"{version} cannot stand there: {reason}" if pattern and not pattern.fullmatch(version) else None


def rewrite(
    data: bytes, specs: Sequence[FileSpec], found: Sequence[FoundVersion], version: str, locators: Locators
) -> bytes:
    """Write the version into the found places of one file; raise Unlocatable unless exactly they have changed."""
    spans = _spans(found)
    pieces = cut(data, spans)
    spliced = version.encode().join(pieces)
    try:
        again = [place for spec in specs for place in find_versions(spec, spliced, locators)]
    except Unlocatable as error:
        raise Unlocatable(f"{version} would not be found again there: {error.failed}") from error
    if any(place.text != version for place in again) or cut(spliced, _spans(again)) != pieces:
        raise Unlocatable(f"{version} would not be found again in its place; write it there by hand")
    return spliced


def cut(data: bytes, spans: Spans) -> tuple[bytes, ...]:
    """Return the bytes around the spans, which are sorted and apart."""
    starts = (0, *(end for _, end in spans))
    ends = (*(start for start, _ in spans), len(data))
    return tuple(data[start:end] for start, end in zip(starts, ends, strict=True))


def _spans(found: Sequence[FoundVersion]) -> Spans:
    """Return the spans in order, a place found by two rows once; raise Unlocatable when two overlap otherwise."""
    spans = tuple(sorted({place.span for place in found}))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise Unlocatable("two rows of `version.files` find different versions in the same bytes")
    return spans
