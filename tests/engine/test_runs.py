"""Runs on disk: begun, found again, ended and swept."""

import os
from pathlib import Path

import pytest
from scripted import ScriptedWorld, carry, plan_of, reread, run_of, runs_in, snapshot

from release_tools.errors import HumanNeeded, PreconditionFailed


def test_a_run_is_found_again_with_all_it_needs(tmp_path: Path) -> None:
    """Another process reads id, intent, plan, who began it and when."""
    run_of(tmp_path, "a", "b", intent={"flow": "try", "version": "1.2.0"})
    run = runs_in(tmp_path).open_run()
    assert run is not None
    assert (run.id, run.intent) == ("run-1", {"flow": "try", "version": "1.2.0"})
    assert run.made == ("2026-01-02T03:04:00+00:00", "1.2.3")
    assert run.plan() == plan_of("a", "b")
    assert (run.plan_number, run.undoing, run.closed, run.begun(run.plan())) == (0, False, "", False)


def test_without_a_run_there_is_none(tmp_path: Path) -> None:
    """Looking at a repository without state is no error and makes no directory."""
    runs = runs_in(tmp_path / "state")
    assert runs.open_run() is None
    assert runs.history() == ()
    runs.sweep()
    assert not (tmp_path / "state").exists()


def test_the_state_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The directory of a run is born with mode 0700."""
    run = run_of(tmp_path, "a")
    assert run.directory.stat().st_mode & 0o777 == 0o700


def test_words_on_a_step_are_those_since_the_current_plan(tmp_path: Path) -> None:
    """A further plan numbers its steps from 0 again and forgets nothing of the plans before it."""
    run = run_of(tmp_path, "a")
    carry(run, ScriptedWorld())
    run.add_plan(plan_of("b", title="more"))
    run.journal.append("started", step=0)
    again = reread(run)
    assert (again.plan_number, again.said(0), again.plan().title) == (1, "started", "more")
    assert [plan.title for plan in again.forward_plans()] == ["try it", "more"]
    assert again.begun(again.plan())


def test_an_undo_plan_is_no_forward_plan(tmp_path: Path) -> None:
    """What a run set out to do stays known while it is taken back."""
    run = run_of(tmp_path, "a")
    run.add_plan(plan_of("z", title="back"), undo=True)
    again = reread(run)
    assert again.undoing
    assert again.plan().title == "back"
    assert [plan.title for plan in again.forward_plans()] == ["try it"]


def test_facts_of_all_plans_come_in_order(tmp_path: Path) -> None:
    """Planners may read what steps have learned, whichever plan they were of."""
    run, world = run_of(tmp_path, "a", "b"), ScriptedWorld()
    world.effects = {"a": lambda _: {"seconds": 1}, "c": lambda _: {"seconds": 2}}
    carry(run, world)
    run.add_plan(plan_of("c"))
    carry(run, world)
    assert reread(run).facts() == ({"seconds": 1}, {"seconds": 2})


def test_facts_that_a_plan_is_made_from_are_learned_with_it(tmp_path: Path) -> None:
    """One line holds both, so that a crash leaves both or neither."""
    run = run_of(tmp_path, "a")
    lines = len(run.journal.entries)
    run.add_plan(plan_of("b"), facts={"refused": ["main"]})
    again = reread(run)
    assert len(again.journal.entries) == lines + 1
    assert (again.facts(), again.plan_number) == (({"refused": ["main"]},), 1)


def test_an_ended_run_is_history_without_its_draft(tmp_path: Path) -> None:
    """Closing keeps the journal, deletes the draft and leaves no open run."""
    run = run_of(tmp_path, "a")
    (run.directory / "draft" / "objects").mkdir(parents=True)
    runs = runs_in(tmp_path)
    runs.close(run, "done")
    assert runs.open_run() is None
    (ended,) = runs_in(tmp_path).history()
    assert (ended.id, ended.closed) == ("run-1", "done")
    assert set(snapshot(tmp_path)) == {"history/run-1/journal.jsonl"}
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_discarded_run_leaves_nothing(tmp_path: Path) -> None:
    """A run none of whose steps has begun is no history."""
    run = run_of(tmp_path, "a")
    runs_in(tmp_path).discard(run)
    assert runs_in(tmp_path).open_run() is None
    assert snapshot(tmp_path) == {}


def test_sweeping_deletes_drafts_that_never_became_runs(tmp_path: Path) -> None:
    """A dry end leaves a draft without a journal, or one that holds no plan; both go, a real run stays."""
    runs = runs_in(tmp_path)
    run = run_of(tmp_path, "a")
    (run.directory / "draft").mkdir()
    (runs.draft_directory("run-2") / "objects").mkdir(parents=True)
    (runs.draft_directory("run-3") / "objects").mkdir(parents=True)
    (tmp_path / "runs" / "run-3" / "journal.jsonl").write_bytes(b'{"torn')
    runs.sweep()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["run-1"]
    assert (run.directory / "draft").is_dir()


def test_a_damaged_journal_stops_every_look(tmp_path: Path) -> None:
    """Nobody begins a new run over one whose journal cannot be believed."""
    run = run_of(tmp_path, "a")
    data = run.journal.path.read_bytes()
    run.journal.path.write_bytes(data.replace(b"set-value", b"set-velue"))
    run.journal.path.write_bytes(run.journal.path.read_bytes() + b"{}\n")
    with pytest.raises(HumanNeeded):
        runs_in(tmp_path).open_run()
    with pytest.raises(HumanNeeded):
        runs_in(tmp_path).sweep()
    assert run.journal.path.exists()


def test_a_disk_that_refuses_the_record_is_a_precondition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3, nothing was changed, and nothing of the run or its draft is left."""
    runs = runs_in(tmp_path)
    runs.draft_directory("run-1").mkdir(parents=True)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:5]))
    with pytest.raises(PreconditionFailed, match="No space left") as caught:
        runs.create("run-1", {"flow": "try"}, plan_of("a"))
    assert caught.value.state == "Nothing was changed."
    assert list((tmp_path / "runs").iterdir()) == []
