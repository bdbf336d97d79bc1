"""The grammar of a branch name: whether a name fits a pattern with one hole, bytes in, byte offsets out.

No table of kinds, no proposal and no import belongs here: hooks load this file on their fastest path.
"""

FITS = 0
OTHER_NAME = 1  # the text around the hole is another
EMPTY_HOLE = 2  # nothing stands in the hole
BAD_BYTE = 3  # a byte that no slug holds
BAD_PLACE = 4  # a byte that may stand in a slug, but not here
NOT_A_VERSION = 5  # not X.Y.Z
LEADING_ZERO = 6  # a number of the version begins with 0

Match = tuple[int, int, int, int]

SLUG = b"{slug}"
VERSION = b"{version}"
_DIGITS = b"0123456789"
_ALNUM = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + _DIGITS
_WORD = _ALNUM + b"._-"


def match_branch(name: bytes, pattern: bytes) -> Match:
    """Return (fault, at, hole_start, hole_end); fault 0: `name` fits, otherwise `at` is where it stops fitting."""
    hole = VERSION if VERSION in pattern else SLUG
    before, _, after = pattern.partition(hole)
    start, end = len(before), len(name) - len(after)
    if not name.startswith(before) or not name.endswith(after) or end < start:
        return OTHER_NAME, 0, 0, 0
    scan = scan_version if hole is VERSION else scan_slug
    fault, at = scan(name[start:end])
    return fault, start + at, start, end


def scan_slug(text: bytes) -> tuple[int, int]:
    """Return (fault, at) of a slug: parts of letters, digits, `.`, `_` and `-` that begin with a letter or a digit."""
    if not text:
        return EMPTY_HOLE, 0
    offset = 0
    for part in text.split(b"/"):
        fault, at = _scan_part(part)
        if fault:
            return fault, offset + at
        offset += len(part) + 1
    return FITS, 0


def _scan_part(part: bytes) -> tuple[int, int]:
    rest = part.lstrip(_WORD)
    if rest:
        return BAD_BYTE, len(part) - len(rest)
    if part[:1] not in _ALNUM or not part:
        return BAD_PLACE, 0
    twice = part.find(b"..")
    if twice >= 0:
        return BAD_PLACE, twice
    if part.endswith((b".", b".lock")):
        return BAD_PLACE, part.rindex(b".")
    return FITS, 0


def scan_version(text: bytes) -> tuple[int, int]:
    """Return (fault, at) of a version: three numbers without leading zeros; a pre-release is no release branch."""
    if not text:
        return EMPTY_HOLE, 0
    numbers = text.split(b".")
    offset = 0
    for number in numbers[:3]:
        rest = number.lstrip(_DIGITS)
        if rest or not number:
            return NOT_A_VERSION, offset + len(number) - len(rest)
        if len(number) > 1 and number.startswith(b"0"):
            return LEADING_ZERO, offset
        offset += len(number) + 1
    return (FITS, 0) if len(numbers) == 3 else (NOT_A_VERSION, min(offset - 1, len(text)))
