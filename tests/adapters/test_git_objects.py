"""The store of real git, asked through one process that stays: what it tells, and how it ends."""

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from release_tools.adapters.git_draft import draft_process
from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_process import GitProcess
from release_tools.adapters.git_writer import GitWriter
from release_tools.domain.refs import Blob
from release_tools.errors import ToolFailed, ToolTimedOut

FORMATS = ("sha1", "sha256")


@pytest.fixture
def git(tmp_path: Path) -> GitProcess:
    """Return git in an empty repository."""
    return repository(tmp_path / "repo")


def repository(path: Path, *options: str) -> GitProcess:
    """Make an empty repository."""
    subprocess.run(("git", "init", "-q", "-b", "main", *options, str(path)), check=True)
    return GitProcess(directory=path, timeout=20)


def blob(git: GitProcess, data: bytes) -> str:
    """Store a file."""
    return git.run("hash-object", "-w", "--stdin", stdin=data).text


def commit(
    git: GitProcess, message: bytes = b"feat: x\n", *, author: bytes = b"A <a@x> 1 +0000", more: bytes = b""
) -> str:
    """Store a commit of the empty tree, byte by byte."""
    tree = git.run("hash-object", "-w", "-t", "tree", "--stdin", stdin=b"").text.encode()
    text = b"tree %s\nauthor %s\ncommitter C <c@x> 2 +0000\n%s\n%s" % (tree, author, more, message)
    return git.run("hash-object", "-w", "-t", "commit", "--stdin", stdin=text).text


@pytest.mark.parametrize("object_format", FORMATS)
def test_files_of_every_kind(tmp_path: Path, object_format: str) -> None:
    """Modes and bytes as stored, names of any bytes; directories and submodules are no files."""
    git = repository(tmp_path / "repo", f"--object-format={object_format}")
    data = {"plain": b"", "dir/deep/run": b"\0\n\xff", "link": b"plain", "dir.x": b"beside", "umläut\udcff\n": b"odd"}
    modes = {"dir/deep/run": "100755", "link": "120000"}
    rows = [f"{modes.get(path, '100644')} {blob(git, text)}\t{path}\0" for path, text in data.items()]
    rows.append(f"160000 {'1' * len(blob(git, b''))}\tmodule\0")
    git.run("update-index", "-z", "--add", "--index-info", stdin=os.fsencode("".join(rows)))
    tree = git.run("write-tree").text
    asked = [*data, "module", "dir", "dir/deep", "plain/x", "dir/gone", "", "/plain", "dir//deep"]
    expected = {path: Blob(mode=modes.get(path, "100644"), data=text) for path, text in data.items()}
    assert GitObjects(git).files(tree, asked) == expected


@pytest.mark.parametrize(
    ("header", "raw", "text"),
    [
        (b"encoding ISO-8859-1\n", "feat: größer\n".encode("latin-1"), "feat: größer\n"),
        (b"encoding cp1251\n", "feat: Привет\n".encode("cp1251"), "feat: Привет\n"),
        (b"", "feat: größer\n".encode("latin-1"), "feat: gr\udcf6\udcdfer\n"),
        (b"encoding nobody-knows\n", b"feat: x\xff\n", "feat: x\udcff\n"),
        (b"encoding UTF-8\n", b"feat: x\xff\n", "feat: x\udcff\n"),
        (b"gpgsig -----BEGIN\n \n encoding cp1251\n", "feat: größer\n".encode(), "feat: größer\n"),
    ],
    ids=["latin-1", "cyrillic", "unnamed", "unknown", "wrong", "in a signature"],
)
def test_messages_and_authors_in_every_encoding(git: GitProcess, header: bytes, raw: bytes, text: str) -> None:
    """The header's word counts; bytes that are no text survive as surrogates, in the author's name as well."""
    made = commit(git, raw, author=raw[6:-1] + b" <a@x> 86400 -0330", more=header)
    objects = GitObjects(git)
    assert objects.message(made) == text
    author = objects.author(made)
    assert (author.name, author.email, author.stamp) == (text[6:-1], "a@x", "86400 -0330")


def test_a_tag_of_a_tag_is_peeled(git: GitProcess) -> None:
    """However deep; the commit's own answers can be asked by the tag as well."""
    made = commit(git)
    name = made
    for number in range(3):
        kind = b"tag" if number else b"commit"
        text = b"object %s\ntype %s\ntag v%d\ntagger A <a@x> 1 +0000\n\nx\n" % (name.encode(), kind, number)
        name = git.run("mktag", stdin=text).text
    objects = GitObjects(git)
    assert objects.peeled(name) == made
    assert (objects.tree(name), objects.message(name)) == (objects.tree(made), "feat: x\n")


def test_objects_that_appear_later_are_seen(git: GitProcess) -> None:
    """Loose, packed, in the draft or moved from the draft into the repository: the same process finds them."""
    drafting = draft_process(git, git.directory.parent / "draft")
    objects, own = GitObjects(drafting), GitObjects(git)
    before = processes()
    late = [commit(git, b"feat: first\n")]
    assert objects.missing([*late, "1" * 40]) == own.missing([*late, "1" * 40]) == ("1" * 40,)
    late.append(commit(drafting, b"feat: drafted\n"))
    late.append(commit(git, b"feat: second\n"))
    assert (objects.missing(late), own.missing(late)) == ((), (late[1],))
    packed = [commit(drafting, b"feat: packed %d\n" % number) for number in range(3)]
    names = "".join(f"{name}\n" for name in packed).encode()
    drafting.run("pack-objects", "-q", str(git.directory.parent / "draft" / "pack" / "pack"), stdin=names)
    drafting.run("prune-packed", "-q")
    assert objects.message(packed[0]) == "feat: packed 0\n"
    GitWriter(git=git).adopt(git.directory.parent / "draft")
    assert objects.message(packed[1]) == own.message(packed[1]) == "feat: packed 1\n"
    git.run("update-ref", "refs/heads/main", packed[2])
    git.run("repack", "-adq")
    assert objects.message(packed[2]) == own.message(packed[2]) == "feat: packed 2\n"
    assert len(processes()) == len(before) + 2


def test_what_was_asked_twice_is_read_once(git: GitProcess) -> None:
    """An object never changes, so it is told even when git is gone."""
    objects, made = GitObjects(git), commit(git)
    assert objects.message(made) == "feat: x\n"
    subprocess.run(("rm", "-r", str(git.directory / ".git")), check=True)
    assert objects.message(made) == "feat: x\n"


def test_a_git_that_was_killed_is_started_again(git: GitProcess) -> None:
    """The question in between fails as a tool that failed."""
    before = processes()
    objects, made = GitObjects(git), commit(git)
    assert objects.missing([made]) == ()
    (child,) = processes() - before
    os.kill(child, signal.SIGKILL)
    with pytest.raises(ToolFailed, match="ended in the middle"):
        objects.missing([made])
    assert objects.missing([made]) == ()


def test_whoever_is_forgotten_leaves_no_git_behind(git: GitProcess) -> None:
    """Also in a circle that only the collector finds: nothing runs on, and nothing is said about it."""
    asked = commit(git)
    circle: list[object] = [GitObjects(git)]
    circle.append(circle)
    assert isinstance(circle[0], GitObjects) and circle[0].message(asked)
    running = processes()
    assert running
    del circle
    gc.collect()
    assert len(processes() & running) == len(running) - 1


def test_an_answer_that_was_not_heard_out_is_not_taken_for_the_next(
    git: GitProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of a large file, then another question."""
    objects, made, large = GitObjects(git), commit(git), blob(git, b"x" * 1_000_000)
    tree = git.run("mktree", "-z", stdin=f"100644 blob {large}\tlarge\0".encode()).text
    read, reads = os.read, iter(range(4))

    def interrupted(stream: int, size: int) -> bytes:
        if next(reads) == 3:
            raise KeyboardInterrupt
        return read(stream, size)

    with monkeypatch.context() as patched:
        patched.setattr("release_tools.adapters.git_conversation.os.read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            objects.files(tree, ["large"])
    assert objects.message(made) == "feat: x\n"
    assert objects.files(tree, ["large"])["large"].data == b"x" * 1_000_000


def test_a_broken_object_is_named(git: GitProcess) -> None:
    """Git's own words come along."""
    made = commit(git)
    path = git.directory / ".git" / "objects" / made[:2] / made[2:]
    path.chmod(0o644)
    path.write_bytes(b"rubbish")
    with pytest.raises(ToolFailed, match=made):
        GitObjects(git).message(made)


def test_no_repository_is_a_tool_that_failed(tmp_path: Path) -> None:
    """Git says so and ends."""
    with pytest.raises(ToolFailed, match="not a git repository"):
        GitObjects(GitProcess(directory=tmp_path)).missing(["1" * 40])


def test_a_git_that_hangs_is_ended_at_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a question nor its end waits for ever, and nothing of it is left."""
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    before, begun = processes(), time.monotonic()
    with pytest.raises(ToolTimedOut, match=r"0\.2 seconds"):
        GitObjects(GitProcess(directory=tmp_path, timeout=0.2)).missing(["1" * 40])
    assert time.monotonic() - begun < 10
    assert processes() == before


ASK_AND_DIE = """
import os, signal, sys
from pathlib import Path
from release_tools.adapters.git_objects import GitObjects
from release_tools.adapters.git_process import GitProcess
lock = os.open("held", os.O_CREAT | os.O_RDWR)
os.set_inheritable(lock, True)
objects = GitObjects(GitProcess(directory=Path(sys.argv[1]), inherit=lock))
objects.missing(["1" * 40])
children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
held = [os.readlink(f"/proc/{child}/fd/{number}") for child in children for number in os.listdir(f"/proc/{child}/fd")]
print(*children, int(any(path.endswith("/held") for path in held)), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_dies_with_us_and_holds_no_lock(git: GitProcess, tmp_path: Path) -> None:
    """Killed without a word, we leave no git behind, and what only reads has no part in the effects lock."""
    done = subprocess.run(
        (sys.executable, "-c", ASK_AND_DIE, str(git.directory)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    child, holds = done.stdout.split()
    assert (done.returncode, holds) == (-signal.SIGKILL, "0")
    end = time.monotonic() + 10
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < end
        time.sleep(0.01)


def processes() -> set[int]:
    """Return the processes that we have started and that still run."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(child) for child in children if Path(f"/proc/{child}/cmdline").read_bytes()}
