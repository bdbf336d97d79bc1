"""Drafts of messages: composed they are accepted, and taken apart they say the same."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules
from release_tools.config.model import DEFAULT_TYPES, Config
from release_tools.domain.grammar import scan_footers, scan_header
from release_tools.domain.messages.compose import DESCRIPTIONS, Draft, compose, parse_draft
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.violation import errors

RULES = hook_rules(Config(), name="")
# Lines that a careless composer would turn into something else: comments, footers, headers, blanks.
LINES = (
    *(
        "",
        "",
        "words",
        "more words here",
        "# not a comment",
        "feat: not the header",
        "Refs #7",
        "Note: by hand",
        "  - x",
    ),
    *("Refs: #1", "é ü 漢字", "a: b: c", "---", "Reviewed-by: Z"),
)
SUBJECTS = st.text("abc é:#()!-.漢", min_size=1, max_size=30).filter(str.strip)
TEXTS = st.lists(st.sampled_from(LINES), max_size=6).map("\n".join)
DRAFTS = st.builds(
    Draft,
    type=st.sampled_from(DEFAULT_TYPES),
    scope=st.sampled_from(("", "api", "a b", "x/y", " ")),
    subject=SUBJECTS,
    body=TEXTS,
    breaking=st.sampled_from(("", "the old way is gone", "two\nlines", "line\n\nRefs: #5", " ")),
    issues=st.lists(st.sampled_from(("#12", "ABC-1", " ")), max_size=3).map(tuple),
)


def words(text: str) -> set[str]:
    """Return the words of a message; issues of two footers come together in one."""
    return {word.rstrip(",:") for word in text.split()}


def test_whole_message() -> None:
    """Every part has its place, and what breaks is marked twice."""
    draft = Draft(
        type="feat", scope="api", subject="drop it", body="Why.\n", breaking="v1 is gone", issues=("#1", "A-2")
    )
    text = "feat(api)!: drop it\n\nWhy.\n\nBREAKING CHANGE: v1 is gone\nRefs: #1, A-2\n"
    assert compose(draft) == text
    assert parse_draft(text) == replace(draft, body="Why.")


@given(DRAFTS)
def test_composed_message_is_accepted(draft: Draft) -> None:
    """Whatever the body holds, the lint finds no error; a breaking change counts exactly when one is said."""
    message = compose(draft).encode()
    assert errors(lint(message, RULES)) == ()
    breaking = any(message[start:end] == b"BREAKING CHANGE" for start, end, _, _ in scan_footers(message, 0))
    marked = bool(scan_header(message.partition(b"\n")[0])[5])
    assert breaking is marked is bool(draft.breaking.strip())


@given(DRAFTS)
def test_taking_apart_and_composing_again_changes_nothing(draft: Draft) -> None:
    """A kept message that is offered as defaults and left as it is, is the same message after one round."""
    once = compose(parse_draft(compose(draft)))
    assert compose(parse_draft(once)) == once
    assert once.partition("\n")[0] == compose(draft).partition("\n")[0]
    assert words(once) == words(compose(draft))


@pytest.mark.parametrize("text", ["", "some words", "faet add it\n\nbody", "feat:\n", "feat(: x", "\n\n# x"])
def test_message_that_is_none_loses_no_word(text: str) -> None:
    """What does not conform stands in subject and body, where a person finds it."""
    draft = parse_draft(text)
    assert f"{draft.subject} {draft.body}".split() == text.split()


def test_mark_alone() -> None:
    """A header that is marked and says no more breaks by what it says."""
    assert parse_draft("feat!: drop it\n").breaking == "drop it"


def test_every_usual_type_is_described() -> None:
    """No line of the list that people choose from is bare."""
    assert set(DESCRIPTIONS) == set(DEFAULT_TYPES)
