"""An outline is what the changelog says of one version, under headings and ready for any format.

Markup is not known here, and neither is how commits were found.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from release_tools.domain.changelog.fragments import Fragment
from release_tools.domain.changelog.operator import NOTHING, OperatorNotes
from release_tools.domain.changelog.selectors import read_selectors
from release_tools.domain.history.commit import BREAKING, Commit
from release_tools.domain.history.entries import Squash, select_entries
from release_tools.domain.history.marks import BREAKS
from release_tools.domain.history.squash import may_be_squash
from release_tools.record import record

BREAKING_HEADING = "Breaking"
UNRELEASED = "Unreleased"


@record
class Item:
    """One change in words of one line; `breaking` says what breaks, None when nothing does.

    A fragment's change has no commit: `sha` is empty. `notices` say what else is to be known: what to do about a
    breaking change, what a footer such as Deprecated tells.
    """

    sha: str
    type: str
    scope: str
    description: str
    breaking: str | None
    closes: tuple[str, ...]
    notices: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The abbreviated name that people read."""
        return self.sha[:7]


@record
class Group:
    """The items under one heading."""

    heading: str
    items: tuple[Item, ...]


@record
class Contributor:
    """Who made a change that is listed; new is who had none in what was released before."""

    name: str
    is_new: bool


@record
class Outline:
    """A version (empty: what is unreleased) with its tag, its date and its groups; `previous` is the tag before it.

    `words` written by hand and the notes for operators stand in release notes only.
    """

    version: str
    date: str = ""
    tag: str = ""
    previous: str = ""
    groups: tuple[Group, ...]
    contributors: tuple[Contributor, ...] = ()
    words: str = ""
    operator: OperatorNotes = NOTHING


def group_entries(
    commits: Sequence[Commit],
    *,
    sections: Mapping[str, str],
    released: Container[str] = (),
    squash: Squash = "one",
    fragments: Sequence[Fragment] = (),
) -> tuple[Group, ...]:
    """Return the groups of one version; `sections` maps a selector to its heading, in the order of printing.

    Breaking changes stand first, whatever their type, and nowhere else; what no selector takes is left out. Fragments
    stand below the commits of their heading.
    """
    selectors = read_selectors(sections)
    groups: dict[str, list[Item]] = {heading: [] for heading in (BREAKING_HEADING, *sections.values())}
    for entry in select_entries(commits, released=released, squash=squash).kept:
        heading, told = selectors.heading(entry) if entry.breaking is None else (BREAKING_HEADING, _advice(entry))
        if heading is not None:
            groups[heading].append(_item(entry, told))
    for fragment in fragments:
        _put(groups.setdefault(fragment.heading, []), _from_fragment(fragment))
    return tuple(Group(heading=heading, items=tuple(items)) for heading, items in groups.items() if items)


def _from_fragment(fragment: Fragment) -> Item:
    first, *rest = map(_line, fragment.paragraphs)
    breaking = first if fragment.heading == BREAKING_HEADING else None
    closes = (_line(fragment.issue),) if fragment.issue else ()
    return Item(
        sha="", type=fragment.kind, scope="", description=first, breaking=breaking, closes=closes, notices=tuple(rest)
    )


def _put(items: list[Item], item: Item) -> None:
    """Add an item of a fragment; one that says the same for another issue is the same item."""
    for place, other in enumerate(items):
        if not other.sha and replace(item, closes=other.closes) == other:
            items[place] = replace(other, closes=(*other.closes, *item.closes))
            return
    items.append(item)


def _advice(entry: Commit) -> tuple[str, ...]:
    """Return the paragraphs below the first of a footer on what breaks: what to do about it."""
    if not entry.marks & BREAKS or may_be_squash(entry):
        return ()  # What follows the footer in a squash is the next commit.
    texts = (footer.value.split("\n\n")[1:] for footer in entry.footers if footer.token in BREAKING)
    return tuple(paragraph for text in texts for paragraph in text if paragraph.strip())


def _item(entry: Commit, notices: tuple[str, ...]) -> Item:
    return Item(
        sha=entry.sha,
        type=entry.type,
        scope=_line(entry.scope),
        description=_line(entry.description),
        breaking=None if entry.breaking is None else _line(entry.breaking),
        closes=tuple(map(_line, entry.closes)),
        notices=tuple(map(_line, notices)),
    )


def _line(text: str) -> str:
    """Return the text on one line, without control characters."""
    printable = text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())
