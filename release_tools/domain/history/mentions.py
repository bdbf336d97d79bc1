"""A mention is what messages say of other commits: names that are taken back, names and subjects that a squash lists.

Whether any of those is released is not known here.
"""

from collections.abc import Iterable
from dataclasses import field

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.marks import LISTS, REVERTS
from release_tools.domain.history.reversal import BY_NAME, parse_reversal
from release_tools.domain.history.squash import split_squash
from release_tools.record import record

FULL_NAMES = frozenset((40, 64))
"""Digits of a whole SHA-1 and SHA-256 name; what is shorter is looked for among the commits themselves only."""
DIGITS = frozenset("0123456789abcdef")


@record
class _Questions:
    """A container that holds nothing and keeps what it was asked for."""

    asked: set[str] = field(default_factory=set)

    def __contains__(self, text: object) -> bool:
        self.asked.add(str(text))
        return False


@record
class Mentions:
    """The full names and the subjects that messages mention, and that may be those of released commits."""

    names: frozenset[str]
    subjects: frozenset[str]


def find_mentions(commits: Iterable[Commit]) -> Mentions:
    """Return what the messages of the commits mention."""
    questions = _Questions()
    for commit in commits:
        marks = commit.marks
        if marks & LISTS:
            split_squash(commit, released=questions)
        if marks & REVERTS and (commit.type == "revert" or BY_NAME.encode() in commit.message):
            reversal = parse_reversal(commit)
            questions.asked.update(reversal.names if reversal else ())
    names = frozenset(text for text in questions.asked if len(text) in FULL_NAMES and DIGITS.issuperset(text))
    return Mentions(names=names, subjects=frozenset(questions.asked - names - {""}))
