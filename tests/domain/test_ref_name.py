"""Names of branches and tags: our answer is git's answer."""

import subprocess

import pytest

from release_tools.domain.ref_name import lint_ref_name

NAMES = (
    *("main", "feature/a-b", "release/v1.2.3", "a", "ü/ö", "a@b", "a/@/b", "a'b", 'a"b', "a#b", "{slug}", "a{b}"),
    *("", "-a", "a b", "a..b", "a.", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.locks", "a@{b", "a\\b"),
    *("a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a]b", "a\tb", "a\nb", "a\x7fb", "a./b", "...", "HEAD/x", "a-"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_judged_as_git_judges_it(name: str) -> None:
    """`git check-ref-format --branch` refuses exactly the names that we have something against."""
    git = subprocess.run(("git", "check-ref-format", "--branch", name), check=False, capture_output=True, timeout=20)
    assert bool(lint_ref_name(name)) == (git.returncode != 0)


def test_the_other_name_of_head_is_no_branch() -> None:
    """Git would store a branch `@`, and then take the name for HEAD everywhere."""
    assert lint_ref_name("@")
