"""The release flows on a repository in memory: stopped anywhere, gone on with, taken back."""

from pathlib import Path

import pytest
from fake_session import PYPROJECT, Workshop

from release_tools.domain.refs import HEADS, REMOTES, TAGS
from release_tools.errors import HumanNeeded, Interrupted, PreconditionFailed
from release_tools.release.flows.conductor import unfinished
from release_tools.release.flows.planning import propose

START, FINISH = {"flow": "start-release"}, {"flow": "finish-release"}
BRANCH = HEADS + "release/v1.1.0"
REMOTE = pytest.mark.parametrize("remote", [True, False], ids=["remote", "no remote"])

STOPS = pytest.mark.parametrize(
    ("remote", "stop_after"), [*((True, number) for number in range(5)), *((False, number) for number in range(3))]
)


def started(workshop: Workshop) -> None:
    """Start the next release."""
    conductor = workshop.conductor()
    assert conductor.begin(propose(conductor.session, START)) == "done"


@STOPS
def test_a_start_stopped_anywhere_goes_on_to_the_same_end(tmp_path: Path, remote: bool, stop_after: int) -> None:
    """Whatever was done already is not done again."""
    whole = Workshop(tmp_path / "whole", remote=remote)
    started(whole)
    workshop = Workshop(tmp_path / "stopped", remote=remote)
    conductor = workshop.conductor(stop_after=stop_after)
    proposal = propose(conductor.session, START)
    assert stop_after < len(proposal.plan.steps)
    with pytest.raises(Interrupted):
        conductor.begin(proposal)
    assert workshop.conductor().go_on(workshop.open_run()) == "done"
    assert workshop.subject.here() == whole.subject.here()
    assert workshop.subject.there() == whole.subject.there()


@STOPS
def test_a_start_stopped_anywhere_can_be_taken_back(tmp_path: Path, remote: bool, stop_after: int) -> None:
    """Everything that a person can see is as before the command, and a new start can begin."""
    workshop = Workshop(tmp_path, remote=remote)
    before = workshop.picture()
    conductor = workshop.conductor(stop_after=stop_after)
    proposal = propose(conductor.session, START)
    assert stop_after < len(proposal.plan.steps)
    with pytest.raises(Interrupted):
        conductor.begin(proposal)
    back = workshop.conductor()
    run = workshop.open_run()
    assert back.go_back(run, back.plan_back(run)) == "aborted"
    assert workshop.picture() == before
    assert [one.closed for one in workshop.runs.history()] == ["aborted"]
    started(workshop)


@pytest.mark.parametrize("stop_after", range(1, 7))
def test_a_finish_can_be_taken_back_only_before_others_see_it(tmp_path: Path, stop_after: int) -> None:
    """After the push there is no way back, and saying so changes nothing; going on still ends it."""
    workshop = Workshop(tmp_path)
    started(workshop)
    before = workshop.picture()
    conductor = workshop.conductor(stop_after=stop_after)
    with pytest.raises(Interrupted):
        conductor.begin(propose(conductor.session, FINISH))
    back, run = workshop.conductor(), workshop.open_run()
    if stop_after == 1:
        assert back.go_back(run, back.plan_back(run)) == "aborted"
        assert workshop.picture() == before
        return
    middle = workshop.picture()
    with pytest.raises(HumanNeeded, match="past its point of no return"):
        back.plan_back(run)
    assert workshop.picture() == middle
    assert workshop.conductor().go_on(workshop.open_run()) == "done"
    assert TAGS + "v1.1.0" in workshop.subject.there()


@pytest.mark.parametrize("moved", [HEADS + "main", HEADS + "develop"])
def test_a_published_release_cannot_be_taken_back_when_somebody_moved_on(tmp_path: Path, moved: str) -> None:
    """A colleague's push after ours does not make our release unseen: the tag and the other branch stay."""
    workshop = Workshop(tmp_path)
    started(workshop)
    conductor = workshop.conductor(stop_after=2)
    with pytest.raises(Interrupted):
        conductor.begin(propose(conductor.session, FINISH))
    tip = workshop.subject.there()[moved]
    workshop.subject.publish(moved, workshop.subject.commit({"z": "z"}, tip, message="fix: z"))
    published = workshop.subject.there()
    back = workshop.conductor()
    with pytest.raises(HumanNeeded, match="past its point of no return"):
        back.plan_back(workshop.open_run())
    assert workshop.subject.there() == published


def test_a_start_is_taken_back_whole_when_its_branch_is_gone_at_the_remote(tmp_path: Path) -> None:
    """Somebody deleted it there: nothing is to be pushed, and the remote-tracking branch goes all the same."""
    workshop = Workshop(tmp_path)
    before = workshop.picture()
    conductor = workshop.conductor(stop_after=4)
    with pytest.raises(Interrupted):
        conductor.begin(propose(conductor.session, START))
    del workshop.subject.repository.remotes["origin"].refs[BRANCH]
    back, run = workshop.conductor(), workshop.open_run()
    assert back.go_back(run, back.plan_back(run)) == "aborted"
    assert workshop.picture() == before


def test_work_on_the_new_branch_is_not_taken_back(tmp_path: Path) -> None:
    """Commits that somebody made on the branch of a stopped start are kept: a person decides."""
    workshop = Workshop(tmp_path)
    conductor = workshop.conductor(stop_after=4)
    with pytest.raises(Interrupted):
        conductor.begin(propose(conductor.session, START))
    tip = workshop.subject.here()[BRANCH]
    workshop.subject.set_ref(BRANCH, workshop.subject.commit({"mine": "1"}, tip, message="fix: mine"))
    before = workshop.picture()
    with pytest.raises(HumanNeeded, match=r"release/v1\.1\.0"):
        workshop.conductor().plan_back(workshop.open_run())
    assert workshop.picture() == before


def test_another_command_finds_the_unfinished_run(tmp_path: Path) -> None:
    """The same intent goes on with it, another one is refused (3) and told what is in the way."""
    workshop = Workshop(tmp_path)
    conductor = workshop.conductor(stop_after=1)
    proposal = propose(conductor.session, START)
    with pytest.raises(Interrupted):
        conductor.begin(proposal)
    assert unfinished(workshop.session(), proposal.intent) is not None
    with pytest.raises(PreconditionFailed, match=r"Another run is unfinished: start-release 1\.1\.0"):
        unfinished(workshop.session(), {"flow": "finish-release", "version": "1.1.0"})


def test_a_server_that_refuses_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """The failed push is told; nothing but objects was changed; taking back restores the picture."""
    workshop = Workshop(tmp_path)
    started(workshop)
    before = workshop.picture()
    workshop.subject.refuse_pushes()
    conductor = workshop.conductor()
    with pytest.raises(Exception, match="closed today"):
        conductor.begin(propose(conductor.session, FINISH))
    assert workshop.picture() == before
    back, run = workshop.conductor(), workshop.open_run()
    assert back.go_back(run, back.plan_back(run)) == "aborted"
    assert workshop.picture() == before


def test_a_conflict_is_handed_to_a_person_and_taken_up_again(tmp_path: Path) -> None:
    """Exit 6 with a worktree in which the merge waits; committed there, the finish goes on with that very merge."""
    workshop = Workshop(tmp_path)
    started(workshop)
    subject = workshop.subject
    files = {"pyproject.toml": PYPROJECT.format("1.0.0"), "CHANGELOG.md": "# Changelog\n", "a": "hotfix"}
    hotfix = subject.commit(files, workshop.first, message="fix: a")
    subject.set_ref(HEADS + "main", hotfix)
    subject.set_ref(REMOTES + "origin/main", hotfix)
    subject.publish(HEADS + "main", hotfix)
    before = subject.there()
    conductor = workshop.conductor()
    with pytest.raises(HumanNeeded, match="conflicts in: "):
        conductor.begin(propose(conductor.session, FINISH))
    assert subject.there() == before
    (tree,) = subject.repository.linked
    assert "a" in subject.reader.status(tree.path).unmerged
    with pytest.raises(HumanNeeded):
        workshop.conductor().go_on(workshop.open_run())
    theirs = subject.here()[BRANCH]
    resolved = subject.commit(
        {"pyproject.toml": PYPROJECT.format("1.1.0"), "a": "both"}, hotfix, theirs, message="Merge"
    )
    tree.detached, tree.merging, tree.unmerged = resolved, "", ()
    assert workshop.conductor().go_on(workshop.open_run()) == "done"
    assert subject.there()[HEADS + "main"] == resolved
    assert subject.reader.commit_of("v1.1.0") == resolved
    assert subject.repository.linked == []


def test_a_conflict_can_be_taken_back(tmp_path: Path) -> None:
    """The worktree goes, and everything is as before."""
    workshop = Workshop(tmp_path)
    started(workshop)
    subject = workshop.subject
    hotfix = subject.commit({"pyproject.toml": PYPROJECT.format("1.0.0"), "a": "hotfix"}, workshop.first)
    for name in (HEADS + "main", REMOTES + "origin/main"):
        subject.set_ref(name, hotfix)
    subject.publish(HEADS + "main", hotfix)
    before = workshop.picture()
    conductor = workshop.conductor()
    with pytest.raises(HumanNeeded):
        conductor.begin(propose(conductor.session, FINISH))
    back, run = workshop.conductor(), workshop.open_run()
    assert back.go_back(run, back.plan_back(run)) == "aborted"
    assert workshop.picture() == before
