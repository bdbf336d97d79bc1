"""Hooks as people have them: installed by the command, and run by git."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import BAD, GOOD, PACKAGE, SHELLS, Repository, make_repository, run, shell_command

from release_tools.hooks.launcher import DOORS


def count(repository: Repository) -> int:
    """Return the number of commits."""
    return int(repository.git("rev-list", "--count", "HEAD"))


@pytest.mark.parametrize("name", ["plain", "two words ü 日本", 'it\'s "odd" $HOME'])
def test_commits_with_hooks(tmp_path: Path, name: str) -> None:
    """Good commits are made, bad messages and bad branches are refused, and afterwards all is as before."""
    repository = make_repository(tmp_path / name)
    run(repository.top, "install-hooks")
    repository.commit()
    assert "did you mean 'feat'?" in repository.commit(BAD, ok=False)
    repository.git("switch", "-q", "-c", "features/y")
    assert "git branch -m feature/y" in repository.commit(ok=False)
    repository.git("switch", "-q", "-c", "main")
    assert "direct commit to 'main'" in repository.commit(ok=False)
    assert count(repository) == 2
    run(repository.top, "uninstall-hooks")
    repository.commit(BAD)
    assert not any(repository.hooks.iterdir())
    assert not (repository.top / ".git" / "release-tools").exists()


def test_dry_run(tmp_path: Path) -> None:
    """What would be done is printed, and nothing is written."""
    repository = make_repository(tmp_path / "r")
    repository.write_hook("commit-msg", "#!/bin/sh\n")
    before = sorted(path.as_posix() for path in (repository.top / ".git").rglob("*"))
    text = run(repository.top, "install-hooks", "--dry-run").stdout
    assert "commit-msg: keep the hook that is there as commit-msg.before-release-tools, which runs first" in text
    assert "pre-commit: write the launcher" in text
    assert sorted(path.as_posix() for path in (repository.top / ".git").rglob("*")) == before
    run(repository.top, "install-hooks")
    assert "put back the hook" in run(repository.top, "uninstall-hooks", "--dry-run").stdout
    assert (repository.hooks / "commit-msg.before-release-tools").exists()


def test_json(tmp_path: Path) -> None:
    """The moves can be read by programs."""
    repository = make_repository(tmp_path / "r")
    moves = json.loads(run(repository.top, "install-hooks", "--json").stdout)
    assert moves["directory"] == str(repository.hooks)
    assert [(row["hook"], row["moves"]) for row in moves["hooks"]] == [(hook, ["write"]) for hook in DOORS]


def test_chain_with_the_hooks_of_the_team(tmp_path: Path) -> None:
    """The team's own hook runs first, may change the message and may refuse; uninstalling restores it exactly."""
    repository = make_repository(tmp_path / "r")
    text = '#!/bin/sh\ngrep -q forbidden "$1" && exit 7\nsed -i s/^add/feat:\\ add/ "$1"\n'
    hook = repository.write_hook("commit-msg", text, mode=0o750)
    repository.install()
    repository.commit("add a thing")
    assert repository.git("log", "-1", "--format=%s") == "feat: add a thing\n"
    repository.commit("feat: forbidden thing", ok=False)
    repository.commit(BAD, ok=False)
    repository.uninstall()
    assert (hook.read_text(), stat.S_IMODE(hook.stat().st_mode)) == (text, 0o750)


def test_linked_worktrees(tmp_path: Path) -> None:
    """The hooks hold in every work tree, each by its own configuration; installing works from any of them."""
    repository = make_repository(tmp_path / "r")
    repository.git("worktree", "add", "-q", "-b", "feature/y", "../wörk tree")
    linked = Repository(top=tmp_path / "wörk tree")
    (linked.top / "sub").mkdir()
    run(linked.top / "sub", "install-hooks")
    repository.commit(BAD, ok=False)
    linked.commit(BAD, ok=False)
    linked.commit()
    (linked.top / "release-tools.toml").write_text('[commits]\ntypes = ["faet"]\n')
    linked.commit(BAD)
    linked.commit(ok=False)
    repository.commit()
    linked.git("switch", "-q", "-c", "oops")
    linked.commit(ok=False)
    repository.commit()
    run(repository.top, "uninstall-hooks")
    assert not list((repository.top / ".git").rglob("release-tools"))


def test_commit_from_elsewhere(tmp_path: Path) -> None:
    """`git -C`, subdirectories, and GIT_DIR with GIT_WORK_TREE lead to the same answers."""
    repository = make_repository(tmp_path / "r")
    run(tmp_path, "--repo", "r", "install-hooks")
    (repository.top / "sub").mkdir()
    outside = Repository(top=tmp_path)
    bound = {"GIT_DIR": str(repository.top / ".git"), "GIT_WORK_TREE": str(repository.top)}
    for place, args, env in (
        (outside, ("-C", "r"), {}),
        (Repository(top=repository.top / "sub"), (), {}),
        (outside, (), bound),
    ):
        place.git(*args, "commit", "--allow-empty", "-m", BAD, ok=(1,), env=env)
        place.git(*args, "commit", "--allow-empty", "-m", GOOD, env=env)
    assert count(repository) == 4


def test_repository_apart_from_its_work_tree(tmp_path: Path) -> None:
    """A bare git directory with a work tree elsewhere is one repository to us, too."""
    make_repository(tmp_path / "r").git("clone", "-q", "--bare", "--template=", ".", "../bare.git")
    work = tmp_path / "work"
    work.mkdir()
    bound = {"GIT_DIR": str(tmp_path / "bare.git"), "GIT_WORK_TREE": str(work)}
    run(work, "install-hooks", env=bound)
    assert (tmp_path / "bare.git" / "hooks" / "commit-msg").exists()
    Repository(top=work).git("commit", "--allow-empty", "-m", BAD, ok=(1,), env=bound)


def test_moved_repository(tmp_path: Path) -> None:
    """A repository that was moved keeps its hooks and its chain."""
    repository = make_repository(tmp_path / "r")
    repository.write_hook("commit-msg", '#!/bin/sh\n! grep -q forbidden "$1"\n')
    repository.install()
    moved = Repository(top=repository.top.rename(tmp_path / "else where"))
    moved.commit()
    moved.commit(BAD, ok=False)
    moved.commit("feat: forbidden thing", ok=False)


def test_call_without_path(tmp_path: Path) -> None:
    """A graphical client without PATH gets the same answers."""
    repository = make_repository(tmp_path / "r")
    repository.install()
    git = shutil.which("git")
    assert git is not None
    for message, code in ((GOOD, 0), (BAD, 1)):
        command = (git, "commit", "--allow-empty", "-m", message)
        env = {name: value for name, value in os.environ.items() if name != "PATH"}
        assert subprocess.run(command, cwd=repository.top, env=env, capture_output=True, check=False).returncode == code


@pytest.mark.slow
def test_moved_virtual_environment(tmp_path: Path) -> None:
    """A commit is refused and says what to type; typing it in the new place mends the hooks."""
    repository = make_repository(tmp_path / "r")
    old, new = tmp_path / "venv", tmp_path / "new venv"
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", str(old)), check=True)
    site = next((old / "lib").glob("python*/site-packages"))
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "all.pth").write_text(f"{PACKAGE}\n{ours}\n")
    install = "import sys; from release_tools.cli.main import main; sys.argv[1:] = ['install-hooks']; sys.exit(main())"
    subprocess.run((str(old / "bin" / "python"), "-c", install), cwd=repository.top, check=True, capture_output=True)
    repository.commit()
    old.rename(new)
    said = repository.commit(ok=False)
    assert str(old) in said and "release-tools install-hooks" in said
    subprocess.run((str(new / "bin" / "python"), "-c", install), cwd=repository.top, check=True, capture_output=True)
    repository.commit()
    repository.commit(BAD, ok=False)


@pytest.mark.parametrize("shell", SHELLS)
def test_launcher_in_any_shell(tmp_path: Path, shell: str) -> None:
    """The launchers that stand there give git the same answers whichever POSIX shell reads them."""
    command = shell_command(shell)
    repository = make_repository(tmp_path / "r ü")
    repository.install()
    for name in ("commit-msg", "pre-commit"):
        path = repository.hooks / name
        path.write_bytes(f"#!{' '.join(command)}\n".encode() + path.read_bytes().partition(b"\n")[2])
    repository.commit()
    repository.commit(BAD, ok=False)
    repository.git("switch", "-q", "-c", "oops")
    repository.commit(ok=False)


def test_merge_with_a_conflict_on_main(tmp_path: Path) -> None:
    """A merge into main may be finished by hand; the commit after it is a direct one again."""
    repository = make_repository(tmp_path / "r", branch="main")
    file = repository.top / "file"
    for branch, text in (("feature/x", "theirs\n"), ("main", "ours\n")):
        repository.git("switch", "-q", *(("-c",) if branch != "main" else ()), branch)
        file.write_text(text)
        repository.git("add", "file")
        repository.git("commit", "-q", "-m", GOOD)
    repository.install()
    repository.git("merge", "feature/x", ok=(1,))
    file.write_text("both\n")
    repository.git("add", "file")
    repository.git("commit", "--no-edit")
    repository.commit(ok=False)


def test_broken_configuration(tmp_path: Path) -> None:
    """Installing names the fault, exits 2 and writes nothing."""
    repository = make_repository(tmp_path / "r")
    (repository.top / "release-tools.toml").write_text("[commits]\ntyps = []\n")
    assert "commits.typs" in run(repository.top, "install-hooks", code=2).stderr
    assert not any(repository.hooks.iterdir())


@pytest.mark.parametrize("command", ["install-hooks", "uninstall-hooks"])
def test_place_without_commits(tmp_path: Path, command: str) -> None:
    """Outside of a work tree, and in a bare repository, it is said that no commits are made there."""
    make_repository(tmp_path / "r").git("clone", "-q", "--bare", ".", "../bare.git")
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    for place in (tmp_path, tmp_path / "bare.git"):
        assert "no commits are made there" in run(place, command, code=3, env=env).stderr
