"""Runs after a crash between any two file operations: whole, or swept away."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from scripted import plan_of, reread, run_of, runs_in, snapshot

from release_tools.engine.runs import Run
from release_tools.errors import ToolFailed


class Crash(BaseException):
    """The process dies here: no handler for errors runs."""


OPERATIONS = ((os, "write"), (os, "fsync"), (os, "mkdir"), (os, "rename"), (os, "rmdir"), (os, "unlink"), (os, "open"))


@contextmanager
def crash_at(point: int, *, after: bool) -> Iterator[list[str]]:
    """Crash before or after the file operation number `point`; yield the names of those that were reached."""
    reached: list[str] = []

    def wrap(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def operation(*args: object, **options: object) -> object:
            if reached and reached[-1] == "crash":
                raise Crash
            reached.append(name)
            if len(reached) - 1 == point and not after:
                reached.append("crash")
                raise Crash
            try:
                return real(*args, **options)
            finally:
                if len(reached) - 1 == point:
                    reached.append("crash")
                    raise Crash

        return operation

    with pytest.MonkeyPatch.context() as patch:
        for module, name in OPERATIONS:
            patch.setattr(module, name, wrap(name, getattr(module, name)))
        yield reached


def crash_points(act: Callable[[], object]) -> int:
    """Return how many file operations an act has when nothing disturbs it."""
    with crash_at(10**6, after=False) as reached:
        act()
    return len(reached)


AFTER = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


@AFTER
def test_a_crash_while_a_run_is_created_leaves_it_whole_or_swept(tmp_path: Path, after: bool) -> None:
    """After any crash there is the whole run, or after sweeping nothing at all; then it can be begun anew."""

    def act(root: Path) -> Run:
        runs_in(root).draft_directory("run-1").mkdir(parents=True)
        return runs_in(root).create("run-1", {"flow": "try"}, plan_of("a"))

    points = crash_points(lambda: act(tmp_path / "undisturbed"))
    assert points > 6
    found = set()
    for point in range(points):
        root = tmp_path / str(point)
        with crash_at(point, after=after), pytest.raises(Crash):
            act(root)
        runs_in(root).sweep()
        run = runs_in(root).open_run()
        found.add(run is not None)
        if run is None:
            assert snapshot(root) == {}
            act(root)
        else:
            assert run.plan() == plan_of("a")
    assert found == {True, False}


@AFTER
def test_a_crash_while_a_run_is_closed_is_finished_by_sweeping(tmp_path: Path, after: bool) -> None:
    """Before the journal says closed the run is open; after it sweeping ends the work, whatever was left."""
    first = drafted(tmp_path / "undisturbed")
    points = crash_points(lambda: runs_in(tmp_path / "undisturbed").close(first, "done"))
    whole = snapshot(tmp_path / "undisturbed")
    found = set()
    for point in range(points):
        root = tmp_path / str(point)
        run = drafted(root)
        with crash_at(point, after=after), pytest.raises(Crash):
            runs_in(root).close(run, "done")
        runs_in(root).sweep()
        again = runs_in(root).open_run()
        found.add(again is None)
        if again is not None:
            assert (again.directory / "draft" / "objects" / "ab").is_file()
            runs_in(root).close(again, "done")
        assert [one.closed for one in runs_in(root).history()] == ["done"]
        assert set(snapshot(root)) == set(whole)
    assert found == {True, False}


@AFTER
def test_a_crash_while_sweeping_is_finished_by_the_next_sweep(tmp_path: Path, after: bool) -> None:
    """Sweeping can be repeated after a crash anywhere in it."""

    def prepared(root: Path) -> None:
        run = drafted(root)
        run.journal.append("closed", outcome="done")
        (runs_in(root).draft_directory("run-2") / "objects").mkdir(parents=True)

    prepared(tmp_path / "undisturbed")
    points = crash_points(lambda: runs_in(tmp_path / "undisturbed").sweep())
    for point in range(points):
        root = tmp_path / str(point)
        prepared(root)
        with crash_at(point, after=after), pytest.raises(Crash):
            runs_in(root).sweep()
        runs_in(root).sweep()
        assert set(snapshot(root)) == {"history/run-1/journal.jsonl"}
        assert list((root / "runs").iterdir()) == []


class Sorted(list[Any]):
    """The entries of a directory in a fixed order, for `with os.scandir(...)`."""

    def __enter__(self) -> "Sorted":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@AFTER
@pytest.mark.parametrize("backwards", [False, True], ids=["draft first", "journal first"])
def test_a_crash_while_a_run_is_discarded_leaves_one_that_can_go_on_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool, backwards: bool
) -> None:
    """In whatever order the system lists names, a run that is open still has its draft; else it could not go on."""
    scandir = os.scandir
    by_name = lambda *args: Sorted(sorted(scandir(*args), key=lambda entry: entry.name, reverse=backwards))  # noqa: E731
    monkeypatch.setattr(os, "scandir", by_name)

    def whole(root: Path) -> bool:
        return (root / "runs/run-1/draft/objects/ab").is_file()

    drafted(tmp_path / "undisturbed")
    points = crash_points(lambda: runs_in(tmp_path / "undisturbed").discard(reread_in(tmp_path / "undisturbed")))
    for point in range(points):
        root = tmp_path / str(point)
        run = drafted(root)
        with crash_at(point, after=after), pytest.raises(Crash):
            runs_in(root).discard(run)
        runs_in(root).sweep()
        assert runs_in(root).open_run() is None or whole(root), f"at operation {point} the run lost its draft"


def drafted(root: Path) -> Run:
    """Return a new run with a draft."""
    run = run_of(root, "a")
    (run.directory / "draft" / "objects").mkdir(parents=True)
    (run.directory / "draft" / "objects" / "ab").write_text("an object")
    return run


def reread_in(root: Path) -> Run:
    """Return the open run of a directory."""
    run = runs_in(root).open_run()
    assert run is not None
    return run


def test_a_run_cannot_be_closed_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run then stays open and its draft stays, so that `continue` ends it when there is room."""
    run = drafted(tmp_path)
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda handle, data: write(handle, data[:5]))
        with pytest.raises(ToolFailed):
            runs_in(tmp_path).close(run, "done")
    assert reread(run).closed == ""
    assert (run.directory / "draft" / "objects" / "ab").is_file()
    shutil.rmtree(tmp_path / "runs")
