"""The kept message: refused, put back into the next editor, gone when a commit has it, and never lost meanwhile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hook_world import GOOD, PACKAGE, Repository, make_repository, run_door

from release_tools.domain.messages.kept import MARK
from release_tools.hooks.commit_door import ACCEPTED, KEPT
from release_tools.hooks.kept_message import BEFORE, FIXED, FROM

BAD = "faet: add a thing\n\nWhy it is needed.\n"


class World:
    """A repository with our hooks, and an editor that notes what it was shown and writes what a test tells it."""

    def __init__(self, home: Path, *, branch: str = "feature/x") -> None:
        self.repository: Repository = make_repository(home / "r ü", branch=branch)
        self.repository.install()
        self.shown = home / "shown"
        self.answer = home / "answer"
        self.editor = home / "editor"
        self.editor.write_text(
            f'#!/bin/sh\ncp "$1" {self.shown}\nif [ -e {self.answer} ]; then {self.answer} "$1"; fi\n'
        )
        self.editor.chmod(0o755)

    @property
    def git_dir(self) -> Path:
        return self.repository.top / ".git"

    def edit(self, script: str = "", *options: str, ok: bool = True) -> str:
        """Commit with an editor that runs `script` on its file; return what it was shown."""
        self.shown.unlink(missing_ok=True)
        self.answer.write_text(f"#!/bin/sh\n{script}\n")
        self.answer.chmod(0o755)
        code = (0,) if ok else (1,)
        self.said = self.repository.git(
            "commit", "--allow-empty", *options, ok=code, env={"GIT_EDITOR": str(self.editor)}
        )
        return self.shown.read_text() if self.shown.exists() else ""

    def refuse(self, message: str = BAD) -> None:
        """Have a message refused and kept."""
        self.repository.commit(message, ok=False)
        assert (self.git_dir / KEPT).exists()

    def subject(self) -> str:
        return self.repository.git("log", "-1", "--format=%B").rstrip("\n")

    def left(self) -> list[str]:
        return sorted(path.name for path in self.git_dir.glob(f"{KEPT}*"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_refused_message_is_put_back_and_then_gone(world: World) -> None:
    """The editor opens with it above git's comments, with the reason; mended it is committed, and the next is clean."""
    world.refuse()
    shown = world.edit('sed -i s/faet/feat/ "$1"')
    text, _, comments = shown.partition("\n\n# ")
    assert text == BAD.rstrip("\n")
    assert comments.startswith(MARK)
    assert "line 1: unknown type 'faet'; did you mean 'feat'?" in comments
    assert f"To be rid of it: rm '{world.git_dir / KEPT}'" in comments
    assert "kept on" not in comments
    assert world.subject() == BAD.replace("faet", "feat").rstrip("\n")
    assert not (world.git_dir / KEPT).exists()
    assert MARK not in world.edit('echo "feat: more" >"$1"')
    assert world.left() == []


@pytest.mark.parametrize("script", [': >"$1"', 'sed -i "/^[^#]/d" "$1"', "exit 1"])
def test_aborted_commit_keeps_it(world: World, script: str) -> None:
    """An emptied message or an editor that fails leaves it for the next time, and it never stands there twice."""
    world.refuse()
    assert BAD in world.edit(script, ok=False)
    assert world.edit('sed -i s/faet/feat/ "$1"').count("add a thing") == 1
    assert world.subject().startswith("feat: add a thing")


def test_message_refused_again_is_kept_as_it_was_written_last(world: World) -> None:
    """What the person made of it is put back, not the first attempt."""
    world.refuse()
    world.edit('echo "faet: add another thing" >"$1"', ok=False)
    assert world.edit("exit 1", ok=False).startswith("faet: add another thing\n")


def test_message_typed_anew_takes_its_place(world: World) -> None:
    """With -m, most of the same words are enough."""
    world.refuse()
    world.repository.commit(BAD.replace("faet", "feat"))
    assert not (world.git_dir / KEPT).exists()
    assert MARK not in world.edit('echo "feat: more" >"$1"')


def test_other_message_leaves_it_alone(world: World) -> None:
    """A commit about something else, made in between, does not throw it away."""
    world.refuse()
    world.repository.commit("docs: mend the manual")
    assert world.edit("exit 1", ok=False).startswith("faet: add a thing\n")


def test_other_message_refused_does_not_overwrite_it(world: World) -> None:
    """Two refused messages that say different things are both kept."""
    world.refuse()
    world.refuse("dosc: mend the manual\n")
    assert (world.git_dir / BEFORE).read_text() == BAD
    assert world.edit("exit 1", ok=False).startswith("dosc: mend the manual\n")


def test_replaced_in_the_editor(world: World) -> None:
    """Who saw it and wrote something else has decided."""
    world.refuse()
    world.edit('printf "docs: mend it\\n" | cat - "$1" | grep -v faet >"$1.new"; mv "$1.new" "$1"')
    assert MARK not in world.edit('echo "feat: more" >"$1"')


def test_commit_that_fails_after_it_was_accepted(world: World) -> None:
    """When git makes no commit in the end, the message comes back as it was accepted last."""
    world.refuse()
    lock = world.git_dir / "refs" / "heads" / "feature" / "x.lock"
    lock.touch()
    with pytest.raises(AssertionError, match="128"):
        world.edit('sed -i "s/faet/feat/; s/thing/better thing/" "$1"')
    lock.unlink()
    assert world.left() == [ACCEPTED]
    shown = world.edit()
    assert shown.startswith("feat: add a better thing\n")
    assert "git made no commit" in shown
    assert world.subject().startswith("feat: add a better thing")
    world.edit('echo "feat: more" >"$1"')
    assert world.left() == []


def test_first_commit_of_a_repository(tmp_path: Path) -> None:
    """There is no HEAD to compare with; the message is put back and taken all the same."""
    world = World(tmp_path)
    world.repository.git("switch", "-q", "--orphan", "feature/new")
    world.refuse()
    assert BAD in world.edit('sed -i s/faet/feat/ "$1"')
    assert MARK not in world.edit('echo "feat: more" >"$1"')


def test_other_branch_is_named(world: World) -> None:
    """A message kept on another branch is put back, and the comment says so."""
    world.refuse()
    world.repository.git("switch", "-q", "-c", "fix/y")
    shown = world.edit("exit 1", ok=False)
    assert "# Mind that it was kept on the branch 'feature/x'; this is the branch 'fix/y'." in shown
    world.repository.git("switch", "-q", "--detach")
    assert "this is a detached HEAD." in world.edit("exit 1", ok=False)


@pytest.mark.parametrize(
    "options",
    [("-m", GOOD), ("--amend",), ("-e", "-m", GOOD), ("-C", "HEAD"), ("-t", "template"), ("--squash", "HEAD")],
    ids=" ".join,
)
def test_commit_that_brings_a_message(world: World, options: tuple[str, ...]) -> None:
    """Only an editor that would open empty gets the kept one."""
    world.refuse()
    (world.repository.top / "template").write_text("docs: a template\n")
    assert MARK not in world.edit('echo "docs: other words" >"$1"', *options)


def test_merge(world: World) -> None:
    """A merge's own message stays as git wrote it, and does not use the kept one up."""
    world.repository.git("switch", "-q", "-c", "feature/y")
    world.repository.commit()
    world.repository.git("switch", "-q", "feature/x")
    world.repository.commit("feat: here")
    world.refuse()
    world.repository.git("merge", "--no-ff", "--edit", "feature/y", env={"GIT_EDITOR": str(world.editor)})
    assert world.shown.read_text().startswith("Merge branch 'feature/y'")
    assert (world.git_dir / KEPT).exists()


@pytest.mark.parametrize("comment", [";", "auto", "#"])
def test_comment_character(world: World, comment: str) -> None:
    """Notes are comments in this repository, and lines that look like comments survive."""
    world.repository.git("config", "core.commentChar", comment)
    world.refuse("faet: add a thing\n\n# not a comment\n; nor this\n")
    shown = world.edit('sed -i s/faet/feat/ "$1"')
    assert f"\n{comment if comment != 'auto' else '@'} {MARK}\n" in shown or comment == "auto"
    recorded = world.subject()
    assert "# not a comment" in recorded and "; nor this" in recorded
    assert MARK not in recorded


def test_scissors(world: World) -> None:
    """What stands above the scissors is recorded, so the notes stand below."""
    world.repository.git("config", "commit.cleanup", "scissors")
    world.refuse()
    shown = world.edit('sed -i s/faet/feat/ "$1"')
    assert 0 < shown.index(" >8 ") < shown.index(MARK)
    assert world.subject() == BAD.replace("faet", "feat").rstrip("\n")


def test_comments_that_are_recorded(world: World) -> None:
    """Where git keeps comment lines, the notes are said on the terminal and do not get into the message."""
    world.repository.git("config", "commit.cleanup", "whitespace")
    world.refuse()
    shown = world.edit("exit 1", ok=False)
    assert shown.startswith(BAD)
    assert MARK not in shown and MARK in world.said


def test_sign_off_and_diff(world: World) -> None:
    """What git puts at the top stays, once; the diff of -v is not recorded."""
    (world.repository.top / "file").write_text("x\n")
    world.repository.git("add", "file")
    world.refuse()
    world.edit('sed -i s/faet/feat/ "$1"', "-s", "-v")
    assert world.subject() == (
        "feat: add a thing\n\nWhy it is needed.\n\nSigned-off-by: Carl Committer <carl@example.com>"
    )


def test_bytes_that_are_no_text(world: World) -> None:
    """Bytes come back as they were, whatever the encoding."""
    (world.repository.top / "m").write_bytes(b"faet: add \xe9 \xc3\xbc\n")
    world.repository.git("commit", "--allow-empty", "-F", "m", ok=(1,))
    world.shown.unlink(missing_ok=True)
    with pytest.raises(UnicodeDecodeError):
        world.edit("exit 1", ok=False)
    assert world.shown.read_bytes().startswith(b"faet: add \xe9 \xc3\xbc\n")


def test_linked_worktree(world: World) -> None:
    """Each work tree has its own kept message."""
    world.refuse()
    other = world.repository.top.parent / "other"
    world.repository.git("worktree", "add", "-q", "-b", "feature/z", str(other))
    done = subprocess.run(
        ("git", "commit", "--allow-empty"),
        cwd=other,
        env=os.environ | {"GIT_EDITOR": str(world.editor)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert MARK not in world.shown.read_text()


def test_checking_it_by_hand_does_not_use_it_up(world: World) -> None:
    """`check-commit` of the kept file leaves it where the printed command finds it."""
    world.refuse()
    (world.git_dir / KEPT).write_text("feat: add a thing\n")
    assert run_door("commit_msg", world.repository.top, f".git/{KEPT}").returncode == 0
    assert (world.git_dir / KEPT).exists()
    world.repository.git("commit", "--allow-empty", "-F", f".git/{KEPT}")
    assert world.left() == [ACCEPTED]


def test_framework_names_the_source_by_a_variable(world: World) -> None:
    """pre-commit and prek pass the file alone, and say in the environment where its message comes from."""
    world.refuse()
    file = world.git_dir / "COMMIT_EDITMSG"
    for source, expected in (("message", False), ("", True)):
        file.write_text("\n# comment\n")
        env = {"PRE_COMMIT_COMMIT_MSG_SOURCE": source, "GIT_EDITOR": "vi"}
        assert run_door("prepare_commit_msg", world.repository.top, ".git/COMMIT_EDITMSG", env=env).returncode == 0
        assert (MARK in file.read_text()) is expected


def test_place_that_cannot_be_written(world: World) -> None:
    """The commit stops with the path that is in the way; the message is still kept."""
    world.refuse()
    (world.git_dir / ACCEPTED).mkdir()
    assert world.edit(ok=False) == ""
    assert ACCEPTED in world.said and "Nothing was committed." in world.said
    assert (world.git_dir / KEPT).read_text() == BAD


def test_files_beside_it(world: World) -> None:
    """Proposal and branch stand beside it and go with it."""
    world.refuse()
    assert world.left() == sorted([KEPT, FIXED, FROM])
    world.repository.git("commit", "--allow-empty", "-F", f".git/{FIXED}")
    assert world.left() == [ACCEPTED]


def test_modules_of_a_commit_without_a_kept_message(tmp_path: Path) -> None:
    """Where nothing is kept the Python door loads itself and the commit door's names, and nothing else."""
    top = make_repository(tmp_path / "r").top
    code = (
        f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); known = set(sys.modules);"
        "from release_tools.hooks.prepare_door import prepare_file;"
        "assert prepare_file('.git/COMMIT_EDITMSG', '') == 0; print(*sorted(set(sys.modules) - known))"
    )
    done = subprocess.run((sys.executable, "-I", "-S", "-c", code), cwd=top, check=True, capture_output=True, text=True)
    assert done.stdout.split() == [
        "release_tools",
        "release_tools.config",
        "release_tools.config.hooks",
        "release_tools.domain",
        "release_tools.domain.grammar",
        "release_tools.hooks",
        "release_tools.hooks.commit_door",
        "release_tools.hooks.prepare_door",
    ]


def test_hooks_directory_of_a_checkout(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts in `hooks/` do the same where nothing was installed."""
    world.repository.uninstall()
    world.repository.git("config", "core.hooksPath", str(PACKAGE / "hooks"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    world.refuse()
    assert BAD in world.edit('sed -i s/faet/feat/ "$1"')
    assert MARK not in world.edit('echo "feat: more" >"$1"')
    assert world.left() == []
