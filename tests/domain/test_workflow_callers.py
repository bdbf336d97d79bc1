"""Callers as texts: sealed, told apart from what somebody changed, and named by a commit alone."""

import pytest

from release_tools.domain.workflow_callers import (
    Source,
    installed_source,
    judge_caller,
    parse_source,
    render_caller,
)

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OURS = Source(repository="example/release-tools", commit=COMMIT)
TEXT = render_caller("uses: <<repository>>\nif: ${{ inputs.x }}\n", {"repository": "example/release-tools"})


@pytest.mark.parametrize(
    ("found", "fate"),
    [
        (None, "new"),
        (TEXT, "as it should be"),
        (render_caller("uses: an older one\n", {}), "renewed"),
        (TEXT.replace("inputs.x", "inputs.y"), "changed by somebody"),
        ("name: theirs\n", "changed by somebody"),
        ("", "changed by somebody"),
    ],
)
def test_what_we_wrote_is_told_from_what_somebody_did(found: str | None, fate: str) -> None:
    """Only a text that is still as we sealed it is written over without a word."""
    assert judge_caller(found, TEXT + "# newer\n" if fate == "renewed" else TEXT) == fate


def test_holes_are_filled_and_expressions_left_alone() -> None:
    """`<<...>>` is ours, `${{ ... }}` is GitHub's."""
    assert TEXT.endswith("uses: example/release-tools\nif: ${{ inputs.x }}\n")


def test_a_hole_without_a_value_is_an_error() -> None:
    """No caller is written with a hole in it."""
    with pytest.raises(KeyError):
        render_caller("<<nothing>>", {})


@pytest.mark.parametrize("text", ["example/release-tools@v1.0.0", f"release-tools@{COMMIT}", f"a/b@{COMMIT[:12]}", ""])
def test_a_source_is_a_repository_at_a_whole_commit(text: str) -> None:
    """A tag, or a short name of a commit, could be other code tomorrow."""
    assert parse_source(text) is None
    assert parse_source(str(OURS)) == OURS


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/example/release-tools",
        "https://github.com/example/release-tools.git",
        "ssh://git@github.com/example/release-tools.git",
        "git+https://github.com/example/release-tools/",
    ],
)
def test_a_program_installed_from_git_knows_where_its_workflows_are(url: str) -> None:
    """The address and the commit that pip writes down."""
    assert installed_source(url, COMMIT) == OURS


@pytest.mark.parametrize("url", ["", "file:///home/ada/release-tools", "https://example.com/release-tools"])
def test_a_program_from_elsewhere_does_not(url: str) -> None:
    """No repository is guessed."""
    assert installed_source(url, COMMIT) is None
