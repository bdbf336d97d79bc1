"""A release on disk: the very files of the commit, whatever happens on the way."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest
from release_rig import ReleaseRepository, Tree

from release_tools.adapters import release_directories
from release_tools.adapters.release_tree import MARKER
from release_tools.errors import PreconditionFailed, ToolFailed

TREE: Tree = {
    "app.py": "print(1)\r\n",
    "bin/run": b"#!/bin/sh\n\xff\0",
    "dir with blank/ä\u2028.txt": "ü",
    "link": Path("bin/run"),
    "bin/up": Path("../app.py"),
    ".gitattributes": "app.py export-ignore text eol=lf\n*.txt export-subst filter=nothing\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> ReleaseRepository:
    """Return an empty repository."""
    return ReleaseRepository(tmp_path)


def stage(repository: ReleaseRepository, commit: str, *build: str) -> Path:
    """Stage a commit and return where it lies."""
    repository.releases.stage("r", commit, build, timeout=30.0)
    return Path(repository.releases.path("r"))


def test_the_tree_is_laid_out_byte_by_byte(repository: ReleaseRepository) -> None:
    """Modes, links, odd names and line endings are kept, attributes of git mean nothing, and there is no .git."""
    top = stage(repository, repository.commit(TREE))
    found = {str(path.relative_to(top)): path for path in top.rglob("*") if path.is_symlink() or path.is_file()}
    assert found.keys() - {MARKER} == TREE.keys()
    for name, data in TREE.items():
        if isinstance(data, Path):
            assert found[name].readlink() == data
            continue
        assert found[name].read_bytes() == (data if isinstance(data, bytes) else data.encode())
        assert stat.S_IMODE(found[name].stat().st_mode) == (0o755 if isinstance(data, bytes) else 0o644)


def test_the_marker_tells_what_was_laid_out(repository: ReleaseRepository) -> None:
    """Name, commit, build command and hash stand in it, readable by nobody else; it is no file of the release."""
    commit = repository.commit(TREE)
    marker = stage(repository, commit, "touch", "built") / MARKER
    told = json.loads(marker.read_text())
    assert (told["release"], told["commit"], told["build"]) == ("r", commit, ["touch", "built"])
    assert told["tree"] == repository.releases.staged("r")
    assert stat.S_IMODE(marker.stat().st_mode) == 0o600


def test_the_build_runs_in_its_place_with_nothing_of_ours(repository: ReleaseRepository) -> None:
    """In the release's own directory, with the environment it was given, and with its holes filled."""
    script = "pwd > made; env >> made; echo $0 $1 >> made"
    top = stage(repository, repository.commit({"a": "1"}), "/bin/sh", "-c", script, "{python}", "{release}")
    lines = set((top / "made").read_text().splitlines())
    assert {str(top), "ONLY=this", f"/the/python {top}"} <= lines
    assert not any(line.startswith(("HOME=", "GIT_")) for line in lines)


def test_what_the_build_changes_is_part_of_the_release_but_not_of_its_hash(repository: ReleaseRepository) -> None:
    """The hash is that of the commit, so that two hosts agree; what is changed after the build shows all the same."""
    commit = repository.commit({"a": "1", "b": "1"})
    plain = repository.releases.stage("plain", commit, (), timeout=30.0)
    top = stage(repository, commit, "/bin/sh", "-c", "echo built > a; echo new > c")
    assert repository.releases.staged("r") == plain
    (top / "c").write_text("a running service writes here")
    assert repository.releases.staged("r") == plain
    (top / "a").write_text("1")
    assert repository.releases.staged("r") == ""


@pytest.mark.parametrize("change", ["edit", "mode", "remove", "retarget", "replace by a directory"])
def test_every_kind_of_edit_shows(repository: ReleaseRepository, change: str) -> None:
    """Bytes, the mode of a program, a missing file, where a link leads."""
    top = stage(repository, repository.commit(TREE))
    assert repository.releases.staged("r")
    if change == "edit":
        (top / "app.py").write_bytes(b"print(1)\n")
    if change == "mode":
        (top / "bin/run").chmod(0o644)
    if change in ("remove", "replace by a directory"):
        (top / "app.py").unlink()
    if change == "replace by a directory":
        (top / "app.py").mkdir()
    if change == "retarget":
        (top / "link").unlink()
        (top / "link").symlink_to("app.py")
    assert repository.releases.staged("r") == ""


@pytest.mark.parametrize(
    "files",
    [
        {"link": Path("/etc/passwd")},
        {"link": Path("..")},
        {"a/link": Path("../../state")},
        {"a/b/link": Path("../../../x")},
        {"here": Path(), "link": Path("here/../../x")},
        {"a/here": Path(".."), "link": Path("a/here/../x")},
    ],
    ids=str,
)
def test_a_link_that_leaves_the_tree_is_refused(repository: ReleaseRepository, files: Tree) -> None:
    """Also over another link; nothing is finished, and no service was touched."""
    with pytest.raises(PreconditionFailed, match="leads out of the release"):
        stage(repository, repository.commit({"app.py": "1", **files}))
    assert repository.releases.all() == ()


def test_a_link_within_the_tree_is_fine(repository: ReleaseRepository) -> None:
    """Also one that leads nowhere, and one to a directory."""
    top = stage(repository, repository.commit({"a/b": "1", "l": Path("a"), "a/up": Path("../l/b"), "no": Path("gone")}))
    assert (top / "a/up").read_text() == "1"


def test_a_submodule_is_refused(repository: ReleaseRepository) -> None:
    """Its files are not in this repository; a release without them would be half of one."""
    commit = repository.commit_rows([f"160000 {'1' * 40}\tvendor/lib"])
    with pytest.raises(PreconditionFailed, match="vendor/lib is a submodule"):
        stage(repository, commit)


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", MARKER])
def test_a_name_that_no_release_may_have_is_refused(repository: ReleaseRepository, name: str) -> None:
    """Git itself refuses most of these, a crafted object does not."""
    blob = repository.git("hash-object", "-w", "--stdin", stdin=b"x")
    tree = f"100644 {name}\0".encode() + bytes.fromhex(blob)
    made = repository.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree)
    with pytest.raises(PreconditionFailed, match="has a name that no file of a release may have"):
        stage(repository, repository.git("commit-tree", "-m", "x", made))


def test_an_attempt_that_was_cut_off_is_replaced(
    repository: ReleaseRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the marker: there is no release, and the next attempt has none of the first one's files."""
    commit = repository.commit(TREE)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(release_directories, "sync_file_system", killed)
        with pytest.raises(KeyboardInterrupt):
            stage(repository, commit, "touch", "left-over")
    assert repository.releases.all() == ()
    assert repository.releases.staged("r") == ""
    top = stage(repository, commit)
    assert not (top / "left-over").exists()
    assert repository.releases.staged("r")


def test_a_removal_that_was_cut_off_leaves_no_finished_release(
    repository: ReleaseRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marker goes first."""
    stage(repository, repository.commit(TREE))
    with monkeypatch.context() as patch:
        patch.setattr(release_directories.shutil, "rmtree", lambda _: (_ for _ in ()).throw(OSError(5, "I/O error")))
        with pytest.raises(ToolFailed, match="I/O error"):
            repository.releases.remove("r")
    assert repository.releases.all() == ()
    repository.releases.remove("r")
    assert not Path(repository.releases.path("r")).exists()


def test_a_finished_release_is_kept_as_it_is(repository: ReleaseRepository) -> None:
    """Staging it again neither builds nor touches anything; another build command is another release."""
    commit = repository.commit(TREE)
    top = stage(repository, commit, "touch", "built")
    (top / "written-by-a-service").touch()
    stage(repository, commit, "touch", "built")
    assert (top / "written-by-a-service").exists()
    stage(repository, commit, "touch", "otherwise")
    assert not (top / "built").exists()


def test_the_link_to_the_current_release_is_never_missing(
    repository: ReleaseRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X11: killed just before the rename it still names the old one, and what was left is no obstacle."""
    commit = repository.commit(TREE)
    for release in ("one", "two"):
        repository.releases.stage(release, commit, (), timeout=30.0)
    repository.releases.switch("one")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            repository.releases.switch("two")
    assert repository.releases.current() == "one"
    repository.releases.switch("two")
    assert (repository.releases.state / "current" / "app.py").read_bytes() == b"print(1)\r\n"
    assert repository.releases.current() == "two"


def test_x31_a_full_disk_is_said(repository: ReleaseRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """In three sentences; nothing is finished."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    commit = repository.commit(TREE)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ToolFailed, match="No space left on device") as caught:
        stage(repository, commit)
    assert caught.value.state
    assert caught.value.todo
    assert repository.releases.all() == ()


def test_a_state_directory_that_cannot_be_written_is_said(repository: ReleaseRepository) -> None:
    """A file stands where the directory should be."""
    repository.releases.state.write_text("")
    with pytest.raises(ToolFailed, match="cannot be written below"):
        stage(repository, repository.commit(TREE))
