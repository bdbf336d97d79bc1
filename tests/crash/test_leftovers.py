"""What a git that was killed in the middle leaves, made by hand: each is gone on with, taken back, or asked about."""

from pathlib import Path

import pytest
from scenarios import SCENARIOS
from stage import Stage, open_stage
from verdicts import Judge, open_court

pytestmark = pytest.mark.slow
VERDICTS = ("continued", "aborted")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a stage of this test's own."""
    return open_stage(tmp_path)


def killed(stage: Stage, name: str, label: str) -> Judge:
    """Play a scenario until it dies at a point, and return its judge."""
    judge = open_court(stage, SCENARIOS[name])
    stage.restore("template")
    assert stage.run(*judge.scenario.argv, at=judge.labels.index(label)).code == -9
    return judge


def both(judge: Judge) -> tuple[str, str]:
    """Return the verdicts on going on from, and going back from, the stage as it is."""
    judge.stage.keep("killed")
    onward = judge.judge_continue()
    judge.stage.restore("killed")
    return onward, judge.judge_abort()


@pytest.mark.parametrize("written", [("pyproject.toml",), ("pyproject.toml", "CHANGELOG.md")])
def test_switch_had_written_files(stage: Stage, written: tuple[str, ...]) -> None:
    """Files that hold the new commit's content are no local changes: nobody is asked."""
    judge = killed(stage, "start", "journal started[4]: after")
    for name in written:
        (stage.repo / name).write_text(stage.git("show", f"release/v1.1.0:{name}"))
    assert both(judge) == VERDICTS


def test_switch_had_written_the_index(stage: Stage) -> None:
    """A switch that died before HEAD moved is completed, and only then taken back."""
    judge = killed(stage, "start", "journal started[4]: after")
    stage.git("update-index", "-q", "--refresh")
    stage.git("read-tree", "-m", "-u", "HEAD", "release/v1.1.0")
    assert both(judge) == VERDICTS


def test_person_changed_a_file_in_the_way(stage: Stage) -> None:
    """A change that is a person's own is never overwritten: git's refusal is passed on (exit 4)."""
    killed(stage, "start", "journal started[4]: after")
    (stage.repo / "pyproject.toml").write_text("mine\n")
    ended = stage.run("continue")
    assert (ended.code, (stage.repo / "pyproject.toml").read_text()) == (4, "mine\n")
    assert "pyproject.toml" in ended.err
    stage.git("stash", "-q")
    assert stage.run("continue").code == 0


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "config.lock", "refs/heads/release/v1.1.0.lock"])
def test_lock_was_left(stage: Stage, lock: str) -> None:
    """A lock that stays is named with the command that removes it, going on and going back alike (exit 6)."""
    judge = killed(stage, "start", "journal started[4]: after")
    left = stage.repo / ".git" / lock
    left.parent.mkdir(parents=True, exist_ok=True)
    left.touch()
    for command in ("continue", "abort"):
        ended = stage.run(command, *(("-y",) if command == "abort" else ()))
        assert (ended.code, left.exists()) == (6, True), ended.err
        assert f"`rm {left}`" in ended.err
    assert both(judge) == ("asked", "asked")


def test_push_had_moved_one_ref_of_three(stage: Stage) -> None:
    """A server that died in its transaction is completed; what others can see is not taken back."""
    judge = killed(stage, "finish", "journal started[1]: after")
    main = str(judge.after["remote refs"]).split("refs/heads/main")[0].split()[-2]
    stage.git("push", "-q", "origin", f"{main}:refs/heads/main")
    assert both(judge) == VERDICTS
    stage.restore("killed")
    assert "past its point of no return" in stage.run("abort", "-y").err


def test_somebody_built_upon_the_push(stage: Stage) -> None:
    """A main that went on from the pushed one counts as pushed once it is fetched, and is never taken back."""
    killed(stage, "finish", "apply push-refs: returned")
    stage.git("clone", "-q", "-b", "main", "remote.git", "other", at=".")
    stage.git("commit", "-q", "--allow-empty", "-m", "fix: more", at="other")
    stage.git("push", "-q", "origin", "main", at="other")
    refused = stage.run("abort", "-y")
    assert (refused.code, "past its point of no return" in refused.err) == (6, True)
    stage.git("fetch", "-q")
    ended = stage.run("continue")
    assert ended.code == 0, ended.err
    assert stage.git("log", "-1", "--format=%s", "main", at="remote.git") == "fix: more\n"
    assert stage.git("rev-parse", "main~1", at="remote.git") == stage.git("rev-parse", "main")


@pytest.mark.parametrize("left", ["nothing but its directory", "no place yet", "half of it removed"])
def test_worktree_was_half_made(stage: Stage, left: str) -> None:
    """A worktree of ours that is not whole is made anew, and leaves nothing when it is removed."""
    judge = killed(stage, "conflict", "journal started[1]: after")
    path = Path(planned_worktree(stage))
    path.mkdir()
    if left == "no place yet":
        known = stage.repo / ".git/worktrees" / path.name
        known.mkdir(parents=True)
        (known / "locked").write_text("initializing")
    if left == "half of it removed":
        stage.git("worktree", "add", "-q", "--detach", str(path), "main")
        (path / ".git").unlink()
    assert both(judge) == VERDICTS


def planned_worktree(stage: Stage) -> str:
    """Return the path of the worktree that the stored plan makes."""
    journal = next((stage.repo / ".git/release-tools/runs").glob("*/journal.jsonl")).read_text()
    return journal.split('"kind":"open-worktree","path":"')[1].split('"')[0]
