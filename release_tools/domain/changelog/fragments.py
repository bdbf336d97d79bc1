"""A fragment is a file with words for the changelog, written with the change: `12.feature.md`, `+typo.bugfix.md`.

The names are those that users of towncrier know; where fragments lie, and which are whose, is not known here.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from release_tools.domain.spelling import nearest
from release_tools.errors import PreconditionFailed
from release_tools.record import record

ORPHAN = "+"
"""Begins the name of a fragment that belongs to no issue."""

_UNRELATED = re.compile(r"readme|template|news_template|changelog_template", re.IGNORECASE)


@record
class Fragment:
    """One fragment: its kind, the heading that the kind stands under, its issue (empty: none) and its paragraphs."""

    kind: str
    heading: str
    issue: str
    paragraphs: tuple[str, ...]


def is_fragment(path: str) -> bool:
    """Return whether a file in their directory is meant as one: hidden files, READMEs and templates are not."""
    name = PurePosixPath(path).name
    return not name.startswith((".", "_")) and not _UNRELATED.fullmatch(name.partition(".")[0])


def read_fragments(files: Mapping[str, str], kinds: Mapping[str, str]) -> tuple[Fragment, ...]:
    """Read fragments from the texts of files by path; raises `PreconditionFailed` for a kind that nothing knows.

    They come in the order of their issues; `kinds` maps a kind to its heading.
    """
    paths = sorted(filter(is_fragment, files), key=_by_issue)
    return tuple(_read(path, files[path], kinds) for path in paths)


def _read(path: str, text: str, kinds: Mapping[str, str]) -> Fragment:
    words = PurePosixPath(path).name.split(".")
    # From the right: an issue may be called `v1.2`, and behind the kind there are at most a number and an ending.
    place = next((place for place in range(len(words) - 1, 0, -1) if words[place].lower() in kinds), 0)
    paragraphs = tuple(part for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip())
    if not place or not paragraphs:
        raise _unreadable(path, words, kinds, empty=bool(place))
    issue = ".".join(words[:place])
    kind = words[place].lower()
    return Fragment(
        kind=kind,
        heading=kinds[kind],
        issue="" if issue.startswith(ORPHAN) else f"#{issue}" if issue.isdecimal() else issue,
        paragraphs=paragraphs,
    )


def _by_issue(path: str) -> tuple[int, str]:
    name = PurePosixPath(path).name
    number = name.partition(".")[0]
    return (int(number) if number.isdecimal() else 0, name)


def _unreadable(path: str, words: list[str], kinds: Iterable[str], *, empty: bool) -> PreconditionFailed:
    if empty:
        return PreconditionFailed(
            f"The fragment {path} is empty.",
            state="Nothing was changed.",
            todo="Write into it what the changelog shall say, or delete it.",
        )
    near = next((found for word in words[1:] if (found := nearest(word.lower(), tuple(kinds)))), "")
    return PreconditionFailed(
        f"The fragment {path} is of no known kind{f'; did you mean {near!r}?' if near else ''}.",
        state="Nothing was changed.",
        todo=f"Name it ISSUE.KIND.md, with one of {', '.join(kinds)}; changelog.fragment_kinds can add more.",
    )
