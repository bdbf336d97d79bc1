"""The branch name that was probably meant by one that fits no pattern.

Only names are made here, and each fits its pattern; whether it is free and how it is shown is not known here.
"""

import re
import unicodedata
from collections.abc import Iterable

from release_tools.domain.branch_grammar import FITS, match_branch
from release_tools.domain.spelling import nearest

_HOLE = re.compile(r"\{(slug|version)\}")
_HEAD = re.compile(r"[^/:\s]+(?=[/:\s])|[^/:\s_-]+(?=[_-])|v?\d[\d.]*$|[^/:\s]+$")
_NUMBERS = re.compile(r"(?<!\d)(\d+)(?:\.(\d+))?(?:\.(\d+))?(?![\d.]*\d)")
_ALIASES = {
    "feat": "feature",
    "story": "feature",
    "task": "feature",
    "bug": "fix",
    "bugfix": "fix",
    "issue": "fix",
    "patch": "fix",
    "hot": "hotfix",
    "rel": "release",
    "rc": "release",
    "update": "upgrade",
}
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "o", "ł": "l"}
)


def propose_name(name: str, patterns: Iterable[tuple[str, str]]) -> tuple[str | None, str | None]:
    """Return (kind, name) that was probably meant; a kind alone when no name can be made, Nones when not even that."""
    rows = tuple(patterns)
    plain = _transliterated(name.strip().removeprefix("refs/heads/").removeprefix("origin/"))
    kind, rest = _meant_kind(plain, rows)
    if kind is None:
        kind, rest = next(((kind, plain) for kind, pattern in rows if "{slug}" in pattern), (None, plain))
    if kind is None:
        return None, None
    return kind, _fill(dict(rows)[kind], rest)


def _transliterated(name: str) -> str:
    spelled = unicodedata.normalize("NFC", name).translate(_LETTERS)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _meant_kind(name: str, rows: tuple[tuple[str, str], ...]) -> tuple[str | None, str]:
    """Return the kind whose prefix the name begins with, give or take a slip, and what follows."""
    prefixes = {_word(pattern): kind for kind, pattern in rows}
    folded = name.casefold()
    for prefix, kind in sorted(prefixes.items(), key=lambda item: -len(item[0])):
        if prefix and folded.startswith(prefix) and not folded[len(prefix) : len(prefix) + 1].isalpha():
            return kind, name[len(prefix) :]
    if re.fullmatch(r"v?\d+(\.\d+)+.*", folded):
        return next(((kind, name) for kind, pattern in rows if "{version}" in pattern), (None, name))
    head = _HEAD.match(folded)
    if head is None or head.end() == len(folded):
        return None, name
    word = _near_prefix(head[0], prefixes)
    return (prefixes[word], name[head.end() :]) if word else (None, name)


def _near_prefix(head: str, prefixes: Iterable[str]) -> str | None:
    known = tuple(prefixes)
    singular = head.removesuffix("es") if head.removesuffix("es") in known else head.removesuffix("s")
    for word in (singular, _ALIASES.get(singular, ""), _ALIASES.get(head, "")):
        if word in known:
            return word
    return nearest(head, known)


def _word(pattern: str) -> str:
    """Return a pattern's prefix as a person remembers it: without the `v` and the separators before the hole."""
    before = _HOLE.split(pattern)[0].casefold()
    return before.removesuffix("v").rstrip("/-_.") if "{version}" in pattern else before.rstrip("/-_.")


def _fill(pattern: str, rest: str) -> str | None:
    filling = _version(rest) if "{version}" in pattern else _slug(rest)
    name = _HOLE.sub(lambda _: filling, pattern)
    return name if match_branch(name.encode(), pattern.encode())[0] == FITS else None


def _version(rest: str) -> str:
    found = _NUMBERS.search(rest)
    return ".".join(str(int(number or 0)) for number in found.groups()) if found else ""


def _slug(rest: str) -> str:
    parts = (_part(part) for part in rest.split("/"))
    return "/".join(part for part in parts if part)


def _part(part: str) -> str:
    dashed = re.sub(r"[^A-Za-z0-9._-]+", "-", part)
    single = re.sub(r"\.{2,}", ".", re.sub(r"-{2,}", "-", dashed))
    bare = re.sub(r"^[^A-Za-z0-9]+|[-._]+$", "", single)
    return re.sub(r"[-._]+$", "", re.sub(r"(\.lock)+$", "", bare))
