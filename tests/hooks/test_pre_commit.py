"""The pre-commit door: which commits pass, which are refused, and how little it takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import PACKAGE, Repository, make_repository, run_door


@pytest.mark.parametrize("branch", ["feature/x", "release/v1.2.0", "hotfix/a/b"])
def test_branch_of_the_table(tmp_path: Path, branch: str) -> None:
    """A commit to a branch that fits the table passes without a word."""
    done = run_door("pre_commit", make_repository(tmp_path / "r", branch=branch).top)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_name_outside_the_table(tmp_path: Path) -> None:
    """The commit is refused with the command that renames the branch, and the command works."""
    repository = make_repository(tmp_path / "r", branch="features/x")
    done = run_door("pre_commit", repository.top)
    assert done.returncode == 1
    assert "did you mean 'feature/x'?" in done.stderr
    command = done.stderr.splitlines()[-1].split()
    repository.git(*command[1:])
    assert run_door("pre_commit", repository.top).returncode == 0


@pytest.mark.parametrize("branch", ["main", "develop"])
def test_direct_commit(tmp_path: Path, branch: str) -> None:
    """A commit straight to a long-lived branch is refused, and the way out takes the staged work along."""
    repository = make_repository(tmp_path / "r", branch=branch)
    (repository.top / "file").write_text("work\n")
    repository.git("add", "file")
    done = run_door("pre_commit", repository.top)
    assert done.returncode == 1
    assert f"direct commit to '{branch}' [branches.direct]" in done.stderr
    repository.git(*done.stderr.splitlines()[-1].split()[1:])
    assert run_door("pre_commit", repository.top).returncode == 0
    assert repository.git("diff", "--cached", "--name-only") == "file\n"


def test_way_out_of_main_where_develop_is_remote(tmp_path: Path) -> None:
    """The commands for all other work start from develop where it really stands, and can be pasted."""
    make_repository(tmp_path / "origin", branch="develop")
    repository = make_repository(tmp_path / "r", branch="main")
    repository.git("remote", "add", "origin", "../origin")
    repository.git("fetch", "-q")
    (repository.top / "file").write_text("work\n")
    repository.git("add", "file")
    way_out = run_door("pre_commit", repository.top).stderr.splitlines()[-1]
    subprocess.run(("sh", "-c", way_out), cwd=repository.top, check=True, capture_output=True)
    assert repository.git("diff", "--cached", "--name-only") == "file\n"
    assert repository.git("rev-parse", "HEAD") == repository.git("rev-parse", "origin/develop")


def test_direct_commit_where_it_is_allowed(tmp_path: Path) -> None:
    """`branches.direct` opens a long-lived branch; the door notices a configuration that changed."""
    repository = make_repository(tmp_path / "r", branch="main")
    assert run_door("pre_commit", repository.top).returncode == 1
    (repository.top / "release-tools.toml").write_text('[branches]\ndirect = ["main"]\n')
    assert run_door("pre_commit", repository.top).returncode == 0


def test_broken_configuration(tmp_path: Path) -> None:
    """The commit is refused with the configuration's fault, exit 2, and no traceback."""
    repository = make_repository(tmp_path / "r")
    (repository.top / "release-tools.toml").write_text("[branches]\nmian = 'x'\n")
    done = run_door("pre_commit", repository.top)
    assert done.returncode == 2
    assert "branches.mian" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("branch", ["main", "develop", "master", "whatever"])
def test_first_commit_of_a_repository(tmp_path: Path, branch: str) -> None:
    """A repository may begin on any branch."""
    repository = make_repository(tmp_path / "r", branch=branch, first_commit=False)
    assert run_door("pre_commit", repository.top).returncode == 0


@pytest.mark.parametrize(("branch", "code"), [("main", 0), ("wip", 1)])
def test_orphan_branch(tmp_path: Path, branch: str, code: int) -> None:
    """A long-lived branch may begin anew; a branch with a name outside the table may not."""
    repository = make_repository(tmp_path / "r")
    repository.git("switch", "-q", "--orphan", branch)
    assert run_door("pre_commit", repository.top).returncode == code


@pytest.mark.parametrize("state", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge/x", "rebase-apply/x"])
def test_what_git_is_finishing(tmp_path: Path, state: str) -> None:
    """What git began and a conflict stopped may be finished on any branch."""
    repository = make_repository(tmp_path / "r", branch="main")
    path = repository.top / ".git" / state
    path.parent.mkdir(exist_ok=True)
    path.write_text(repository.git("rev-parse", "HEAD"))
    assert run_door("pre_commit", repository.top).returncode == 0


def test_detached_head(tmp_path: Path) -> None:
    """No branch is moved, so none is judged."""
    repository = make_repository(tmp_path / "r", branch="main")
    repository.git("switch", "-q", "--detach")
    assert run_door("pre_commit", repository.top).returncode == 0


def test_head_that_is_a_symbolic_link(tmp_path: Path) -> None:
    """The branch is found by git, and not mistaken for a detached HEAD."""
    repository = make_repository(tmp_path / "r", branch="main")
    head = repository.top / ".git" / "HEAD"
    head.unlink()
    head.symlink_to("refs/heads/main")
    assert "direct commit to 'main'" in run_door("pre_commit", repository.top).stderr


@pytest.mark.parametrize(("branch", "code"), [("feature/x", 0), ("features/x", 1), ("", 0)])
def test_head_in_another_format(tmp_path: Path, branch: str, code: int) -> None:
    """Where HEAD is a stub, git is asked; an answer of 1 means that HEAD is detached."""
    repository = make_repository(tmp_path / "r")
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    real = subprocess.run(("sh", "-c", "command -v git"), check=True, capture_output=True, text=True).stdout.strip()
    answer = f"echo refs/heads/{branch}" if branch else "exit 1"
    # This git cannot read a stub either, so it gets a plain HEAD for the other questions.
    rest = f'printf \'ref: refs/heads/{branch or "x"}\\n\' >.git/HEAD; "{real}" "$@"; code=$?\n'
    rest += "echo 'ref: refs/heads/.invalid' >.git/HEAD; exit $code"
    fake.write_text(f'#!/bin/sh\nif [ "$1" = symbolic-ref ]; then {answer}; exit; fi\n{rest}\n')
    fake.chmod(0o755)
    repository.git("branch", "features/x")
    (repository.top / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    done = run_door("pre_commit", repository.top, env={"PATH": f"{fake.parent}:{os.environ['PATH']}"})
    assert done.returncode == code, done.stderr


@pytest.mark.parametrize("told", [True, False])
def test_linked_worktree(tmp_path: Path, told: bool) -> None:
    """The branch of this work tree is judged, whether git said where its directory is or not."""
    repository = make_repository(tmp_path / "r")
    repository.git("worktree", "add", "-q", "-b", "features/y", "../wo rk ü")
    git_dirs = list((repository.top / ".git/worktrees").iterdir())
    done = run_door("pre_commit", tmp_path / "wo rk ü", env={"GIT_DIR": str(git_dirs[0])} if told else {})
    assert done.returncode == 1
    assert "did you mean 'feature/y'?" in done.stderr
    assert (git_dirs[0] / "release-tools" / "rules").exists()


def test_place_without_repository(tmp_path: Path) -> None:
    """The door says what it cannot do; it does not let pass and does not crash."""
    done = run_door("pre_commit", tmp_path, env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert done.returncode == 4
    assert "Nothing was committed." in done.stderr and "Traceback" not in done.stderr


def test_modules_of_an_accepted_commit(tmp_path: Path) -> None:
    """An accepted commit loads the door, the rules and the grammar, and nothing else."""
    repository = make_repository(tmp_path / "r")
    assert run_door("pre_commit", repository.top).returncode == 0  # bakes
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); known = set(sys.modules);"
        "from release_tools.hooks.branch_door import check_head; assert check_head() == 0;"
        "print(*sorted(set(sys.modules) - known))"
    )
    done = subprocess.run(
        (sys.executable, "-I", "-S", "-c", code), cwd=repository.top, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [
        "release_tools",
        "release_tools.config",
        "release_tools.config.hooks",
        "release_tools.domain",
        "release_tools.domain.branch_grammar",
        "release_tools.hooks",
        "release_tools.hooks.branch_door",
    ]


def test_repository_moved_by_environment(tmp_path: Path) -> None:
    """GIT_DIR and GIT_WORK_TREE may lie apart."""
    repository: Repository = make_repository(tmp_path / "r", branch="features/x")
    work = tmp_path / "elsewhere"
    work.mkdir()
    env = {"GIT_DIR": str(repository.top / ".git"), "GIT_WORK_TREE": str(work)}
    assert run_door("pre_commit", work, env=env).returncode == 1
