"""`check-pr`: titles, heads and bases by the flow table; as words and as JSON; exit 0 or 1."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hook_world import Repository, make_repository, run

SCRIPT = Path(sys.executable).with_name("release-tools")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository with main and develop."""
    made = make_repository(tmp_path / "r", branch="main")
    made.git("branch", "develop")
    return made


def check(repository: Repository, title: str, head: str, base: str, *more: str, code: int = 0) -> Any:
    """Return what the command says in JSON."""
    words = ("check-pr", "--title", title, "--head", head, "--base", base, *more, "--json")
    return json.loads(run(repository.top, *words, code=code).stdout)


@pytest.mark.parametrize(
    ("head", "base", "merge"),
    [
        ("feature/x", "develop", "squash"),
        ("fix/x", "develop", "squash"),
        ("release/v1.2.0", "main", "merge"),
        ("release/v1.2.0", "develop", "merge"),
        ("upgrade/v2.0.0", "main", "merge"),
        ("hotfix/x", "main", "merge"),
        ("hotfix/x", "release/v1.2.0", "merge"),
        ("back-merge/v1.1.0", "release/v1.2.0", "merge"),
        ("back-merge/v1.1.0", "develop", "merge"),
    ],
)
def test_edge_of_the_flow(repository: Repository, head: str, base: str, merge: str) -> None:
    """A branch may go where its row leads, and the row's merge method is named."""
    said = check(repository, "feat: add it", head, base)
    assert (said["ok"], said["merge"]) == (True, merge)
    plain = run(repository.top, "check-pr", "--title", "feat: x", "--head", head, "--base", base)
    assert plain.stdout == f"{head} into {base}: {merge}\n"


@pytest.mark.parametrize(
    ("head", "base", "says"),
    [
        ("feature/x", "main", "goes to 'develop', not to 'main'"),
        ("feature/x", "feature/y", "goes to 'develop', not to 'feature/y'"),
        ("feature/x", "release/v1.2.0", "goes to 'develop'"),
        ("release/v1.2.0", "release/v1.1.0", "goes to 'main' or 'develop'"),
        ("hotfix/x", "feature/x", "'main' or 'develop' or an open release branch (release/v{version})"),
        ("back-merge/x", "main", "goes to 'develop' or an open release branch"),
        ("support/1.x", "main", "is not merged anywhere"),
        ("develop", "main", "is a long-lived branch"),
        ("main", "develop", "is a long-lived branch"),
    ],
)
def test_edge_that_the_flow_does_not_have(repository: Repository, head: str, base: str, says: str) -> None:
    """The base is refused with where such a branch goes, and nothing else is."""
    said = check(repository, "feat: add it", head, base, code=1)
    assert says in said["base"]["says"]
    assert said["title"]["ok"] and said["head"]["ok"] and said["merge"] is None


def test_everything_wrong_at_once(repository: Repository) -> None:
    """Title and head are both reported, with what was meant, and with what to type."""
    done = run(repository.top, "check-pr", "--title", "add it", "--head", "features/x", "--base", "main", code=1)
    assert "title: error: no type at the beginning" in done.stdout
    assert "did you mean 'feature/x'?" in done.stdout
    assert "git branch -m features/x feature/x" in done.stderr


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("faet: x", "type"),
        ("feat x", "colon"),
        ("feat:x", "colon"),
        ("feat!(api): x", "breaking"),
        ("", "empty"),
        (" feat: x", "type"),
        ("feat: x\nfeat: y", "title"),
        ("fixup! feat: x", "title"),
        ("Merge branch 'x'", "type"),
    ],
)
def test_title(repository: Repository, title: str, rule: str) -> None:
    """It is judged as the commit that a squash makes of it."""
    said = check(repository, title, "feature/x", "develop", code=1)
    assert [one["rule"] for one in said["title"]["violations"]] == [rule]


def test_text_becomes_the_body(repository: Repository, tmp_path: Path) -> None:
    """A breaking change that would not count is remarked on in the text too, whatever its line ends; it is no error."""
    (tmp_path / "text").write_bytes(b"Why.\r\n\r\nBreaking change: all of it\r\n")
    said = check(repository, "feat: x", "feature/x", "develop", "--body-file", str(tmp_path / "text"))
    assert [(one["rule"], one["level"], one["line"]) for one in said["title"]["violations"]] == [
        ("breaking", "warning", 5)
    ]
    assert check(repository, 'Revert "feat: x"', "feature/x", "develop", code=1)["ok"] is False
    (tmp_path / "text").write_text("Reverts team/project#12\n")
    assert check(repository, 'Revert "feat: x"', "feature/x", "develop", "--body-file", str(tmp_path / "text"))["ok"]


def test_flow_of_a_team(repository: Repository) -> None:
    """The team's own table is asked: other targets, other merge methods."""
    (repository.top / "release-tools.toml").write_text(
        '[flow.feature]\npattern = "feature/{slug}"\ntargets = ["develop", "release"]\nmerge = "rebase"\n'
    )
    assert check(repository, "feat: x", "feature/x", "release/v1.2.0")["merge"] == "rebase"


def test_clone_that_knows_no_develop(repository: Repository) -> None:
    """What is assumed is said; a remote's develop counts, and so does the base itself."""
    repository.git("branch", "-D", "develop")
    words = ("check-pr", "--title", "feat: x", "--head", "feature/x", "--base")
    done = run(repository.top, *words, "main")
    assert "no branch 'develop' is known in this clone" in done.stderr
    assert not run(repository.top, *words, "develop").stderr
    repository.git("update-ref", "refs/remotes/origin/develop", "HEAD")
    assert "goes to 'develop'" in run(repository.top, *words, "main", code=1).stdout


def test_workflow_gets_the_merge_method(repository: Repository, tmp_path: Path) -> None:
    """A step can merge by what was printed."""
    output = tmp_path / "output"
    words = ("check-pr", "--title", "feat: x", "--head", "feature/x", "--base", "develop")
    run(repository.top, *words, env={"GITHUB_OUTPUT": str(output)})
    assert "squash" in output.read_text().splitlines()


def test_text_from_stdin(repository: Repository) -> None:
    """`--body-file -` reads what a workflow pipes in."""
    words = ("check-pr", "--title", 'Revert "feat: x"', "--head", "feature/x", "--base", "develop", "--body-file", "-")
    done = subprocess.run(
        (str(SCRIPT), *words), input="Reverts a/b#1\n", cwd=repository.top, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
