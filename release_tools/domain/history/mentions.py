"""A mention is what messages say of other commits: names that are taken back, names and subjects that a squash lists.

Whether any of those is released is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from release_tools.domain.history.commit import Commit
from release_tools.domain.history.reversal import BY_NAME, parse_reversal
from release_tools.domain.history.squash import may_be_squash, split_squash

REVERTS = BY_NAME.encode()
"""What a message holds that may mention others; most do not, and a history is long."""
FULL_NAMES = frozenset((40, 64))
"""Digits of a whole SHA-1 and SHA-256 name; what is shorter is looked for among the commits themselves only."""
DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Questions:
    """A container that holds nothing and keeps what it was asked for."""

    asked: set[str] = field(default_factory=set)

    def __contains__(self, text: object) -> bool:
        self.asked.add(str(text))
        return False


def find_mentions(commits: Iterable[Commit]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the full names and the subjects that the commits mention, and that may be those of released ones."""
    questions = _Questions()
    for commit in commits:
        message = commit.message
        if may_be_squash(message):
            split_squash(commit, released=questions)
        if commit.type == "revert" or REVERTS in message:
            reversal = parse_reversal(commit)
            questions.asked.update(reversal.names if reversal else ())
    names = frozenset(text for text in questions.asked if len(text) in FULL_NAMES and DIGITS.issuperset(text))
    return names, frozenset(questions.asked - names - {""})
