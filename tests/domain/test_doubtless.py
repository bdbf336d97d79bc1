"""The quick look at messages of a range: whatever it accepts, the lint accepts without a word."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.config.bake import hook_rules
from release_tools.config.hooks import HookRules
from release_tools.config.model import Commits, Config
from release_tools.domain.messages.doubtless import doubtless
from release_tools.domain.messages.lint import lint

COMMITS = (
    Commits(),
    Commits(scopes=("api", "a.b+c")),
    Commits(scope_required=("feat", "fix")),
    Commits(header_max=20, header_max_level="error"),
    Commits(types=("add",)),
)
PARTS = (
    *(
        "feat",
        "fix",
        "add",
        "Feat",
        "(api)",
        "(a.b+c)",
        "()",
        "( )",
        "!",
        ":",
        ": ",
        "  ",
        " ",
        "x",
        "é",
        "\t",
        "\n",
        "\n\n",
    ),
    *(
        "BREAKING CHANGE: x",
        "breaking-change",
        "Changes: y",
        "Refs: #1",
        "* feat: z",
        'Revert "',
        "fixup! ",
        "\0",
        "\x80",
    ),
    *("a line of words that is as long as lines are", "This reverts commit 0123456789.", "-", "/", "."),
)


def rules_of(commits: Commits) -> HookRules:
    return hook_rules(replace(Config(), commits=commits), name="")


@given(st.lists(st.sampled_from(PARTS), max_size=9).map("".join), st.sampled_from(COMMITS))
def test_what_is_accepted_is_accepted_by_the_lint(text: str, commits: Commits) -> None:
    """No error and no warning is lost, whatever the rules are."""
    rules = rules_of(commits)
    for message in (text, f"feat(api): {text}", f"feat: add it\n\n{text}\n"):
        data = message.encode("utf-8")
        if doubtless(rules)(data):
            assert lint(data, rules) == ()


@pytest.mark.parametrize(
    "message", ["feat: add it\n", "fix(api)!: mend it", "docs: say it\n\nWhy it was said,\nand how.\n\nRefs: #1\n"]
)
def test_the_usual_message_is_accepted_at_once(message: str) -> None:
    """Otherwise it would be of no use."""
    assert doubtless(rules_of(Commits()))(message.encode())


CLOSER = (
    Commits(rules="spec"),
    Commits(issue_required=("*",)),
    Commits(body_line_max=72),
    Commits(scope_required=("*",)),
)


@pytest.mark.parametrize("commits", CLOSER)
def test_rules_that_need_a_closer_look(commits: Commits) -> None:
    """They leave everything to the lint."""
    assert not doubtless(rules_of(commits))(b"feat: add it\n")
