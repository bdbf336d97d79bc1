"""The pushes of a run: read from its journal as the engine writes it, and no more than that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hook_world import make_repository
from hypothesis import given, settings
from hypothesis import strategies as st

from release_tools.domain.refs import RefUpdate
from release_tools.engine.codec import FORMAT
from release_tools.engine.journal import Journal
from release_tools.engine.plan import Plan
from release_tools.engine.runs import JOURNAL, Run, Runs
from release_tools.errors import CheckFailed, HumanNeeded
from release_tools.hooks import push_run
from release_tools.hooks.push_run import accepts, started_updates
from release_tools.release.steps import KINDS
from release_tools.release.steps.refs import PushRefs
from release_tools.release.steps.worktrees import SwitchBranch

A, B, ZERO = "a" * 40, "b" * 40, "0" * 40
MAIN, TAG, GONE = (
    RefUpdate("refs/heads/main", A, B),
    RefUpdate("refs/tags/v1", "", B),
    RefUpdate("refs/heads/x", A, ""),
)
PUSH = PushRefs(remote="origin", updates=(MAIN, TAG, GONE))
OTHER = PushRefs(remote="mirror", updates=(MAIN,))
SWITCH = SwitchBranch(path="/", source="a", branch="b")
PLAN = Plan(title="try", steps=(SWITCH, PUSH, OTHER))


def make_run(root: Path, plan: Plan = PLAN) -> Run:
    runs = Runs(root=root, kinds=KINDS, made_by="1.2.3", clock=lambda: "2026-01-02T03:04:00+00:00")
    return runs.create("run-1", {"flow": "try"}, plan)


def told(*updates: RefUpdate) -> bytes:
    """Return what git tells about a push of these updates."""
    rows = (f"{one.new or '(delete)'} {one.new or ZERO} {one.name} {one.old or ZERO}\n" for one in updates)
    return "".join(rows).encode()


def test_names_of_the_engine() -> None:
    """What is known here by its name bears that name there."""
    assert (PushRefs.kind, FORMAT, JOURNAL) == (push_run.KIND, push_run.FORMAT, push_run.JOURNAL)


WORDS = st.sampled_from(("started", "done", "failed", "skipped"))


@settings(max_examples=20)
@given(st.lists(st.tuples(WORDS, st.integers(0, 2)), max_size=6), st.lists(st.tuples(WORDS, st.integers(0, 2))))
def test_started_step(
    tmp_path_factory: pytest.TempPathFactory, before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    """Whatever the journal holds: these are the pushes that the engine calls started in the current plan."""
    run = make_run(tmp_path_factory.mktemp("state"))
    for word, step in before:
        run.journal.append(word, step=step)
    run.add_plan(PLAN)
    for word, step in after:
        run.journal.append(word, step=step)
    for remote, number, step in (("origin", 1, PUSH), ("mirror", 2, OTHER)):
        expected = {tuple(update) for update in step.updates} if run.said(number) == "started" else set()
        assert started_updates(run.journal.path, remote) == expected
    assert started_updates(run.journal.path, "elsewhere") == set()


def _unplanned(run: Run) -> None:
    run.journal.append("started", step=0)


def _foreign(run: Run) -> None:
    entry = dict(run.journal.entries[1]["plan"], format=FORMAT + 1)
    run.journal.append("plan", undo=False, plan=entry)
    run.journal.append("started", step=1)


@pytest.mark.parametrize("write", [_unplanned, _foreign])
def test_journal_without_a_push_that_is_known(tmp_path: Path, write: Callable[[Run], None]) -> None:
    """Nothing is accepted by it."""
    run = make_run(tmp_path)
    write(run)
    assert started_updates(run.journal.path, "origin") == set()


def test_damaged_journal(tmp_path: Path) -> None:
    """A chain that is broken grants nothing, and says so."""
    run = make_run(tmp_path)
    run.journal.append("started", step=1)
    run.journal.path.write_bytes(run.journal.path.read_bytes().replace(b"refs/heads/main", b"refs/heads/evil"))
    with pytest.raises(HumanNeeded, match="damaged"):
        started_updates(run.journal.path, "origin")


def test_what_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's updates, all or some of them, with their very values; nothing else beside them."""
    repository = make_repository(tmp_path / "r")
    monkeypatch.chdir(repository.top)
    run = make_run(repository.top / ".git" / "release-tools")
    with pytest.raises(CheckFailed):
        accepts(run.id, "origin", told(MAIN))
    Journal(run.journal.path, clock=str).append("started", step=1)
    for updates in ((MAIN, TAG, GONE), (TAG,), ()):
        assert accepts(run.id, "origin", told(*updates))
    strays = (MAIN._replace(old=B), MAIN._replace(new=A), MAIN._replace(name="refs/heads/y"), TAG._replace(old=A))
    for stray in (*strays, GONE._replace(new=B)):
        with pytest.raises(CheckFailed, match=stray.name):
            accepts(run.id, "origin", told(MAIN, stray))
    with pytest.raises(CheckFailed):
        accepts(run.id, "mirror", told(MAIN))
    for name in ("run-2", "", ".", "../runs/run-1", "run-1/"):
        assert not accepts(name, "origin", told(MAIN)), name
