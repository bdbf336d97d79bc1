"""Branches by the flow table: kinds, faults, proposals, and the report with the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.domain.branches.branch import LONG_LIVED, Branch, BranchTable, lint_branch, parse_branch
from release_tools.domain.branches.report import render_fault, render_refused_commit, render_rename

TABLE = BranchTable(
    main="main",
    develop="develop",
    direct=("gh-pages",),
    patterns=(
        ("feature", "feature/{slug}"),
        ("fix", "fix/{slug}"),
        ("hotfix", "hotfix/{slug}"),
        ("release", "release/v{version}"),
        ("upgrade", "upgrade/v{version}"),
    ),
)
PIECES = [
    "feature",
    "features/",
    "Release",
    "/",
    "v",
    "1.2",
    "01",
    " ",
    "ü",
    "日本",
    "..",
    ".lock",
    "-",
    "fix",
    "x",
    "\udcff",
    "\n",
]


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("main", Branch(name="main", kind=LONG_LIVED)),
        ("gh-pages", Branch(name="gh-pages", kind=LONG_LIVED)),
        ("fix/a/b", Branch(name="fix/a/b", kind="fix", slug="a/b")),
        ("release/v1.2.0", Branch(name="release/v1.2.0", kind="release", version="1.2.0")),
        ("hotfix/v1.2.1", Branch(name="hotfix/v1.2.1", kind="hotfix", slug="v1.2.1")),
        ("release/1.2.0", None),
        ("Main", None),
        ("", None),
    ],
)
def test_kind_of_a_name(name: str, branch: Branch | None) -> None:
    """A name is of the kind whose pattern it fits, and the hole's text is known; no other name is of any kind."""
    assert parse_branch(name, TABLE) == branch
    assert (lint_branch(name, TABLE) is None) == (branch is not None)


@pytest.mark.parametrize(
    ("name", "kind", "proposal"),
    [
        ("features/login", "feature", "feature/login"),
        ("features/login page", "feature", "feature/login-page"),
        ("FEATURE/Login", "feature", "feature/Login"),
        ("feat/x", "feature", "feature/x"),
        ("feature-x", "feature", "feature/x"),
        ("feature_x", "feature", "feature/x"),
        ("feature: add things!", "feature", "feature/add-things"),
        ("faeture/x", "feature", "feature/x"),
        ("bugfix/x", "fix", "fix/x"),
        ("hot-fix/x", "hotfix", "hotfix/x"),
        ("fixes/b.lock", "fix", "fix/b"),
        ("fix/a..b", "fix", "fix/a.b"),
        ("feature/über uns", "feature", "feature/ueber-uns"),
        ("release/1.2.0", "release", "release/v1.2.0"),
        ("releases/v1.2", "release", "release/v1.2.0"),
        ("Release/V1.2.0", "release", "release/v1.2.0"),
        ("release-1.2.0", "release", "release/v1.2.0"),
        ("release/v01.2.0", "release", "release/v1.2.0"),
        ("release/v1.2.0-rc.1", "release", "release/v1.2.0"),
        ("v1.2.0", "release", "release/v1.2.0"),
        ("upgrade_2", "upgrade", "upgrade/v2.0.0"),
        ("login", "feature", "feature/login"),
        ("JIRA-123", "feature", "feature/JIRA-123"),
        ("origin/feature/x y", "feature", "feature/x-y"),
        ("master", LONG_LIVED, "main"),
        ("dev", LONG_LIVED, "develop"),
        ("Main", LONG_LIVED, "main"),
        ("release/next", "release", None),
        ("feature/", "feature", None),
        ("日本", "feature", None),
    ],
)
def test_proposal_for_a_name(name: str, kind: str, proposal: str | None) -> None:
    """The kind that was meant is recognized, and a name that fits is made where one can be made."""
    fault = lint_branch(name, TABLE)
    assert fault is not None
    assert (fault.kind, fault.proposal) == (kind, proposal)


def test_proposal_that_is_taken() -> None:
    """A name that exists already is not proposed; a number makes it free, and `main` is no longer what was meant."""
    taken = frozenset({"feature/x", "feature/x-2", "main", "release/v1.2.0"})
    proposals = [lint_branch(name, TABLE, taken=taken) for name in ("features/x", "master", "release/1.2.0")]
    assert [fault and fault.proposal for fault in proposals] == ["feature/x-3", "feature/master", None]


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=20))
def test_any_name(name: str) -> None:
    """A name fits or has a fault inside it; what is proposed fits; and all of it can be rendered."""
    fault = lint_branch(name, TABLE)
    if fault is None:
        assert parse_branch(name, TABLE) is not None
        return
    assert 0 <= fault.start < fault.end or name == ""
    assert fault.start <= len(name)
    assert fault.proposal is None or parse_branch(fault.proposal, TABLE) is not None
    assert "\x1b" not in render_fault(fault, TABLE, config="")
    assert render_rename(fault, TABLE, current=True).startswith("git branch -m ")


@given(st.sampled_from(["team/{slug}/wip", "x{version}y", "a/b/{slug}", "v{version}"]), st.text(max_size=12))
def test_any_pattern(pattern: str, name: str) -> None:
    """Proposals fit whatever pattern the team chose."""
    table = BranchTable(main="main", develop=None, direct=(), patterns=(("k", pattern),))
    fault = lint_branch(name, table)
    assert fault is None or fault.proposal is None or parse_branch(fault.proposal, table) is not None


def test_report_on_a_name() -> None:
    """The caret stands under the fault by display width; what is known and where it is ruled is said."""
    fault = lint_branch("feature/日本 x", TABLE)
    assert fault is not None
    assert render_fault(fault, TABLE, config="pyproject.toml").splitlines() == [
        "branch name 'feature/日本 x' fits no pattern: a name holds letters, digits, '.', '_', '-' and '/' [flow]",
        "  feature/日本 x",
        "          ^~ did you mean 'feature/x'?",
        "  known: main, develop, gh-pages, feature/{slug}, fix/{slug}, hotfix/{slug}, release/v{version}, "
        "upgrade/v{version}",
        "  rule: flow, pyproject.toml",
    ]


def test_rename_of_another_branch() -> None:
    """A branch that is not checked out is named in the command, quoted for the shell."""
    fault = lint_branch("features/a b", TABLE)
    assert fault is not None
    assert render_rename(fault, TABLE, current=False) == "git branch -m 'features/a b' feature/a-b"


@pytest.mark.parametrize(
    ("branch", "base", "commands"),
    [
        ("develop", "develop", ["git switch -c feature/my-change"]),
        ("main", "", ["git switch -c feature/my-change"]),
        (
            "main",
            "origin/develop",
            [
                "git switch -c hotfix/my-change",
                "git stash && git switch --no-track -c feature/my-change origin/develop && git stash pop --index",
            ],
        ),
    ],
)
def test_way_out_of_a_direct_commit(branch: str, base: str, commands: list[str]) -> None:
    """The commands take the staged work to a branch that starts where its kind starts."""
    text = render_refused_commit(branch, TABLE, config="", base=base)
    assert [line.strip() for line in text.splitlines() if line.startswith("  git ")] == commands
    assert "what you staged is still staged" in text
