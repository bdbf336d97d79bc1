"""Marks: found for many messages at once as for one, and never missing where something is to be read."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.history.commit import Commit, parse_commit
from release_tools.domain.history.marks import (
    BREAKS,
    CLOSES,
    LISTS,
    PICKED,
    RETURNS,
    REVERTS,
    mark_message,
    mark_messages,
)
from release_tools.domain.history.reversal import parse_reversal
from release_tools.domain.history.squash import split_squash

CORPUS = Path(__file__).parents[1] / "hooks" / "commit-cases.jsonl"
EVERYTHING = BREAKS | CLOSES | LISTS | PICKED | RETURNS | REVERTS
WORDS = (
    *("feat: a", "fix(x)!: b", "Merged PR 1: fix: c", "no header", " feat: blank", "feat:", "Revert: x", "REVERT: y"),
    *('Revert "feat: a"', 'Reapply "feat: a"', "This reverts commit 0123456789abcdef0123456789abcdef01234567."),
    *("* feat: one", "* fix: two", "    indented", "commit 0123456", "Squashed commit of the following:"),
    *("(cherry picked from commit 0123456)", "closes #1", "FIXES: #2", "Resolves #3", "Refs: #4"),
    *("BREAKING CHANGE: x", "breaking change: y", "BREAKING-CHANGE #4", "", "", "\r", "x\r", "\xa0", "Deprecated: z"),
)
messages = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(lambda lines: "\n".join(lines).encode())


def corpus() -> list[bytes]:
    """Return the messages that all readers of messages are held to."""
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [row["message"].encode("utf-8", "surrogateescape") for row in rows if row.get("message")]


@given(st.lists(messages, max_size=6))
def test_many_are_marked_as_each_one(several: list[bytes]) -> None:
    """Marks do not run over from one message into the next."""
    assert {place: marks for place, one in enumerate(several) if (marks := mark_message(one))} == mark_messages(several)


def read(commit: Commit) -> tuple[object, ...]:
    """Return all that is read of a commit, but its marks."""
    return (commit._replace(marks=0), commit.closes, parse_reversal(commit), split_squash(commit))


@given(messages)
def test_a_mark_that_is_missing_hides_nothing(message: bytes) -> None:
    """A message is read the same as when everything is looked for in it."""
    assert read(parse_commit("a" * 40, (), message)) == read(parse_commit("a" * 40, (), message, EVERYTHING))


def test_the_usual_shape_is_read_as_any_other() -> None:
    """On the corpus of the hooks, too."""
    assert len(corpus()) > 100
    for message in corpus():
        assert read(parse_commit("a" * 40, (), message)) == read(parse_commit("a" * 40, (), message, EVERYTHING))
