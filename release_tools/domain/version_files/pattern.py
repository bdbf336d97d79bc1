"""A pattern is literal text around `{version}`, for files whose format is of no interest.

The file may hold any bytes; no expression language is offered.
"""

import re

from release_tools.domain.version_files.source import Scalar, Unlocatable, line_at
from release_tools.domain.version_files.spec import HOLE, FileSpec
from release_tools.domain.version_files.version_text import NOT_INSIDE_A_NUMBER, VERSION_TEXT

SHOWN_LINES = 10


def find_pattern(data: bytes, spec: FileSpec) -> tuple[Scalar, ...]:
    """Locate the version in every match of the pattern; their number must be the spec's count."""
    found = tuple(
        Scalar(start=match.start(1), end=match.end(1), text=match[1].decode())
        for match in _compile(spec.wanted).finditer(data)
    )
    if len(found) == spec.count:
        return found
    lines = ", ".join(f"line {line_at(data, scalar.start)}" for scalar in found[:SHOWN_LINES])
    more = ", ..." if len(found) > SHOWN_LINES else ""
    places = f"{len(found)} ({lines}{more})" if found else "0"
    raise Unlocatable(f"matches of the pattern `{spec.wanted}`: expected {spec.count}, found {places}")


def _compile(pattern: str) -> re.Pattern[bytes]:
    before, _, after = (re.escape(part).replace("\\\n", "\r?\n") for part in pattern.partition(HOLE))
    boundary = "" if before else NOT_INSIDE_A_NUMBER
    return re.compile(f"{before}{boundary}({VERSION_TEXT}){after}".encode())
