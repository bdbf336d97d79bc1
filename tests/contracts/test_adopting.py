"""Adopting a draft on real git, disturbed: a crash between any two files, and another file system.

The undisturbed contract is `test_writer_contract`.
"""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from real_subject import RealSubject

from release_tools.domain.refs import Blob
from release_tools.engine.step import Answer
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.world import World


class Crash(BaseException):
    """The process dies here."""


def crashing_after(count: int) -> Callable[[Path, Path], Path]:
    """Return a `Path.rename` that works so many times."""
    rename, done = Path.rename, list[Path]()

    def crash(source: Path, target: Path) -> Path:
        if len(done) == count:
            raise Crash
        done.append(source)
        return rename(source, target)

    return crash


def drafted(directory: Path) -> tuple[RealSubject, AdoptObjects, World]:
    """Return a repository with a drafted commit and tag, and the step that adopts them."""
    subject = RealSubject(directory / "repo", directory / "draft" / "objects")
    first = subject.commit({"a": "1"})
    files = {f"dir{n}/file": Blob(mode="100644", data=str(n).encode()) for n in range(3)}
    commit = subject.draft.commit(subject.draft.tree(first, files), (first,), "chore: x\n")
    tag = subject.draft.tag("v1", commit, "one\n")
    step = AdoptObjects(source=str(subject.objects), tips=(commit, tag))
    return subject, step, World(reader=subject.reader, writer=subject.writer, top=subject.top)


def test_a_crash_between_any_two_files_is_seen_and_mended(tmp_path: Path) -> None:
    """Until everything is in its place the step is pending, whichever files came first; going on ends it."""
    points = len([path for path in drafted(tmp_path / "count")[0].objects.rglob("*") if path.is_file()])
    assert points > 6
    for point in range(points):
        subject, step, world = drafted(tmp_path / str(point))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "rename", crashing_after(point))
            with pytest.raises(Crash):
                step.apply(world)
        assert step.probe(world).answer is Answer.PENDING
        step.apply(world)
        assert step.probe(world).answer is Answer.DONE
        assert subject.git("fsck", "--connectivity-only", "--no-dangling", step.tips[1]) == ""


def test_a_draft_on_another_file_system_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where files cannot be renamed across, they are copied, and nothing is left in either place."""

    def far(source: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    subject, step, world = drafted(tmp_path)
    monkeypatch.setattr(Path, "rename", far)
    step.apply(world)
    assert step.probe(world).answer is Answer.DONE
    assert subject.git("fsck", "--connectivity-only", "--no-dangling", step.tips[1]) == ""
    assert not list((subject.top / ".git").rglob("tmp_obj_*"))
    assert not [path for path in subject.objects.rglob("*") if path.is_file()]


def test_a_disk_that_refuses_is_no_conflict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's error goes through, what was moved is moved, and going on moves the rest."""

    def full(source: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    _, step, world = drafted(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(OSError, match="No space left"):
            step.apply(world)
    assert step.probe(world).answer is Answer.PENDING
    step.apply(world)
    assert step.probe(world).answer is Answer.DONE
