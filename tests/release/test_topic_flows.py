"""Features on a repository in memory: finished by each method, merged by others, updated, stopped and taken back."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from fake_session import Workshop

from release_tools.config.model import Branches, Config, default_flow
from release_tools.domain.refs import HEADS, REMOTES
from release_tools.errors import ConfigError, HumanNeeded, Interrupted, PreconditionFailed, UsageError
from release_tools.release.flows.conductor import Conductor, unfinished
from release_tools.release.flows.intents import complete_intent
from release_tools.release.flows.planning import propose
from release_tools.release.flows.session import Session

NAME = "feature/x"
FINISH = {"flow": "finish-feature"}
UPDATE = {"flow": "update-branch"}
REBASE = {"flow": "update-branch", "rebase": True}
METHODS = pytest.mark.parametrize("method", ["squash", "merge", "rebase"])


class Hall(Workshop):
    """A workshop whose flow table has a row of its own for features."""

    row: Mapping[str, Any] = MappingProxyType({})
    protected: tuple[str, ...] = ()

    def session(self) -> Session:
        """Return the session of one more command, configured."""
        flow = default_flow()
        flow["feature"] = replace(flow["feature"], **self.row)
        config = Config(branches=Branches(develop="develop", protected=self.protected), flow=flow)
        return replace(super().session(), config=config)

    def begin(self, intent: dict[str, Any], *, stop_after: int | None = None) -> str:
        """Propose and carry out."""
        conductor = self.conductor(stop_after=stop_after)
        return conductor.begin(self.proposed(conductor, intent))

    def proposed(self, conductor: Conductor, intent: dict[str, Any]) -> Any:
        """Propose what the command line would."""
        return propose(conductor.session, complete_intent(conductor.session, intent))

    def work(self, *messages: str, published: bool = False) -> str:
        """Make the feature with a commit for each message, one file each, and stand on it; return its tip."""
        tip, files = self.subject.here()[HEADS + "develop"], {}
        for number, message in enumerate(messages):
            files |= {f"file-{number}": message}
            tip = self.add(tip, files, message)
        self.subject.set_ref(HEADS + NAME, tip)
        if published:
            self.subject.publish(HEADS + NAME, tip)
            self.subject.set_ref(REMOTES + "origin/" + NAME, tip)
        self.subject.checkout(NAME)
        return tip

    def add(self, parent: str, files: dict[str, str], message: str) -> str:
        """Return a commit that changes these files only."""
        before = self.subject.repository.graph.files(parent)
        kept = {path: blob.data.decode() for path, blob in before.items()}
        return self.subject.commit(kept | files, parent, message=message)

    def develop_moves(self, files: dict[str, str], message: str = "fix: mend it") -> str:
        """Have somebody push a commit to develop."""
        made = self.add(self.subject.there()[HEADS + "develop"], files, message)
        self.subject.publish(HEADS + "develop", made)
        return made


def gone(hall: Hall) -> bool:
    """Return whether the feature is gone on both sides and develop is the same on both."""
    here, there = hall.subject.here(), hall.subject.there()
    assert here[HEADS + "develop"] == there[HEADS + "develop"]
    assert hall.subject.reader.head() == "develop"
    assert hall.subject.reader.status().changed == ()
    return HEADS + NAME not in {*here, *there}


@METHODS
@pytest.mark.parametrize("published", [False, True])
def test_a_feature_ends_in_develop(tmp_path: Path, method: str, published: bool) -> None:
    """One commit, a merge or the very commits, by the flow table; then the branch is gone."""
    hall = Hall(tmp_path)
    hall.row = {"merge": method}
    tip = hall.work("fix: one", "feat: two", published=published)
    assert hall.begin(FINISH) == "done"
    assert gone(hall)
    develop, reader = hall.subject.here()[HEADS + "develop"], hall.subject.reader
    expected = {"squash": (hall.feature,), "merge": (hall.feature, tip), "rebase": reader.parents(tip)}
    assert reader.parents(develop) == expected[method]
    assert reader.tree(develop) == reader.tree(tip)
    if method == "squash":
        assert reader.message(develop) == "feat: two\n\n* fix: one\n* feat: two\n"


@pytest.mark.parametrize("stop_after", range(6))
def test_a_finish_that_was_stopped_goes_on(tmp_path: Path, stop_after: int) -> None:
    """After every step, what is left is done by `continue`."""
    hall = Hall(tmp_path)
    hall.work("feat: one", published=True)
    with pytest.raises(Interrupted):
        hall.begin(FINISH, stop_after=stop_after)
    assert hall.conductor().go_on(hall.open_run()) == "done"
    assert gone(hall)


def test_there_is_no_way_back_once_others_have_it(tmp_path: Path) -> None:
    """Before the push `abort` leaves all as it was; after it others build upon develop."""
    hall = Hall(tmp_path)
    hall.work("feat: one", published=True)
    before = hall.picture()
    with pytest.raises(Interrupted):
        hall.begin(FINISH, stop_after=1)
    conductor = hall.conductor()
    assert conductor.go_back(hall.open_run(), conductor.plan_back(hall.open_run())) == "aborted"
    assert hall.picture() == before
    with pytest.raises(Interrupted):
        hall.begin(FINISH, stop_after=2)
    with pytest.raises(HumanNeeded, match="point of no return"):
        hall.conductor().plan_back(hall.open_run())


@pytest.mark.parametrize("later", [{}, {"file-0": "mended\n"}], ids=["just now", "and mended since"])
def test_a_squash_by_somebody_else_is_recognized(tmp_path: Path, later: dict[str, str]) -> None:
    """The branch goes and nothing is merged twice, also where develop has changed the same lines since."""
    hall = Hall(tmp_path)
    hall.work("feat: one", "feat: two", published=True)
    develop = hall.develop_moves({"file-0": "feat: one", "file-1": "feat: two"}, "feat: one (#1)")
    develop = hall.develop_moves(later) if later else develop
    assert hall.begin(FINISH) == "done"
    assert gone(hall)
    assert hall.subject.there()[HEADS + "develop"] == develop


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ("behind develop", "does not have the newest commit of develop"),
        ("branch behind", "behind origin/feature/x"),
        ("develop ahead", "develop has 1 commit that origin does not have"),
        ("no header", "No commit of feature/x has a header"),
        ("elsewhere", "develop is no feature branch; open: feature/x"),
        ("unknown", "There is no branch feature/z, neither here nor at origin"),
        ("edited", "Tracked files are changed"),
    ],
)
def test_what_must_be_put_right_first(tmp_path: Path, change: str, failed: str) -> None:
    """Nothing is changed, and what is wrong is named."""
    hall = Hall(tmp_path)
    tip = hall.work("wip" if change == "no header" else "feat: one", published=True)
    if change == "behind develop":
        hall.develop_moves({"b": "b"})
    if change == "branch behind":
        hall.subject.publish(HEADS + NAME, hall.add(tip, {"b": "b"}, "fix: two"))
    if change == "develop ahead":
        hall.subject.set_ref(HEADS + "develop", hall.add(hall.feature, {"b": "b"}, "fix: two"))
    if change == "elsewhere":
        hall.subject.checkout("develop")
    if change == "edited":
        hall.subject.write("a", "edited")
    before = hall.picture()
    with pytest.raises(PreconditionFailed, match=failed):
        hall.begin(FINISH | ({"name": "z"} if change == "unknown" else {}))
    assert hall.picture() == before


@pytest.mark.parametrize(
    ("row", "intent", "error", "failed"),
    [
        ({"tags": True, "targets": ("main",)}, {}, ConfigError, "flow.feature.tags"),
        ({"targets": ("develop", "main")}, {}, ConfigError, "flow.feature.targets"),
        ({"merge": "merge"}, {"message": "feat: x\n"}, UsageError, "flow.feature.merge is 'merge'"),
    ],
)
def test_a_row_that_does_not_fit_is_named(
    tmp_path: Path, row: dict[str, Any], intent: dict[str, str], error: type[Exception], failed: str
) -> None:
    """The message has the path into the configuration."""
    hall = Hall(tmp_path)
    hall.row = row
    hall.work("feat: one")
    with pytest.raises(error, match=failed):
        hall.begin(FINISH | intent)


def test_a_protected_develop_is_waited_for(tmp_path: Path) -> None:
    """The branch is published, the run waits, and goes on when somebody has merged it."""
    hall = Hall(tmp_path)
    hall.protected = ("develop",)
    tip = hall.work("feat: one", "feat: two")
    assert hall.begin(FINISH) == "waiting"
    assert hall.subject.there()[HEADS + NAME] == tip
    assert hall.conductor().go_on(hall.open_run()) == "waiting"
    hall.develop_moves({"file-0": "feat: one", "file-1": "feat: two"}, "feat: one (#1)")
    assert hall.conductor().go_on(hall.open_run()) == "done"
    assert gone(hall)


def test_a_branch_that_cannot_be_left_stays(tmp_path: Path) -> None:
    """Every other branch is checked out elsewhere: it is finished, deleted at the remote, and kept here."""
    hall = Hall(tmp_path)
    hall.work("feat: one", published=True)
    for branch in ("develop", "main"):
        hall.subject.link(tmp_path / branch, branch)
    assert hall.begin(FINISH) == "done"
    assert HEADS + NAME in hall.subject.here()
    assert HEADS + NAME not in hall.subject.there()
    assert hall.subject.text("file-0", tmp_path / "develop") == "feat: one"
    again = hall.proposed(hall.conductor(), FINISH).plan
    assert again.steps == ()
    assert "stays here, because all other branches are checked out elsewhere" in again.title


@pytest.mark.parametrize(("remote", "kept"), [("origin", True), ("fork", False)])
def test_a_branch_that_was_deleted_there_is_a_persons_to_judge(tmp_path: Path, remote: str, kept: bool) -> None:
    """It was published and is gone, unmerged; a branch that follows another remote was never there."""
    hall = Hall(tmp_path)
    hall.work("feat: one")
    hall.subject.configure(f"branch.{NAME}.remote", remote)
    hall.subject.configure(f"branch.{NAME}.merge", HEADS + NAME)
    if not kept:
        assert hall.begin(FINISH) == "done"
        return
    with pytest.raises(PreconditionFailed, match="feature/x was deleted at origin"):
        hall.begin(FINISH)


def test_a_request_can_be_taken_back(tmp_path: Path) -> None:
    """What was pushed for it goes again."""
    hall = Hall(tmp_path)
    hall.protected = ("develop",)
    hall.work("feat: one")
    before = hall.picture()
    assert hall.begin(FINISH) == "waiting"
    conductor = hall.conductor()
    assert conductor.go_back(hall.open_run(), conductor.plan_back(hall.open_run())) == "aborted"
    assert hall.picture() == before


def test_a_run_is_found_by_the_branch_that_is_meant(tmp_path: Path) -> None:
    """Typed in short, in full or not at all; the feature beside it is another run."""
    hall = Hall(tmp_path)
    hall.protected = ("develop",)
    hall.work("feat: one")
    assert hall.begin(FINISH) == "waiting"
    session = hall.session()
    for typed in ({}, {"name": "x"}, {"name": NAME}):
        assert unfinished(session, complete_intent(session, FINISH | typed)) is not None
    assert unfinished(session, complete_intent(session, FINISH | {"name": "y"})) is None
    assert complete_intent(session, UPDATE)["branch"] == NAME
    assert complete_intent(session, {"flow": "finish-release"}) == {"flow": "finish-release"}


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("intent", [UPDATE, REBASE], ids=["merge", "rebase"])
def test_an_update_brings_develop_in(tmp_path: Path, intent: dict[str, Any], published: bool) -> None:
    """By a merge with both parents, or by the commits made anew; files and the remote follow."""
    hall = Hall(tmp_path)
    tip = hall.work("feat: one", "fix: two", published=published)
    develop = hall.develop_moves({"b": "b"})
    assert hall.begin(intent) == "done"
    made, reader = hall.subject.here()[HEADS + NAME], hall.subject.reader
    assert hall.subject.there().get(HEADS + NAME) == (made if published else None)
    assert hall.subject.text("b") == "b"
    assert reader.status().changed == ()
    if intent == UPDATE:
        assert reader.parents(made) == (tip, develop)
        return
    assert [reader.message(one) for one in (made, *reader.parents(made))] == ["fix: two\n", "feat: one\n"]
    assert reader.parents(reader.parents(made)[0]) == (develop,)


@pytest.mark.parametrize("stop_after", range(1, 4))
@pytest.mark.parametrize("intent", [UPDATE, REBASE], ids=["merge", "rebase"])
def test_an_update_can_be_taken_back(tmp_path: Path, intent: dict[str, Any], stop_after: int) -> None:
    """After every step: refs on both sides, index and files are as before."""
    hall = Hall(tmp_path)
    hall.work("feat: one", published=True)
    hall.develop_moves({"b": "b"})
    before = hall.picture()
    with pytest.raises(Interrupted):
        hall.begin(intent, stop_after=stop_after)
    conductor = hall.conductor()
    assert conductor.go_back(hall.open_run(), conductor.plan_back(hall.open_run())) == "aborted"
    assert hall.picture() == before


def test_a_rebase_names_what_it_leaves_out(tmp_path: Path) -> None:
    """A change that develop has already, and every merge."""
    hall = Hall(tmp_path)
    hall.work("feat: one", "fix: two")
    hall.develop_moves({"b": "b"})
    assert hall.begin(UPDATE) == "done"
    develop = hall.develop_moves({"file-0": "feat: one"}, "feat: one")
    conductor = hall.conductor()
    proposal = hall.proposed(conductor, REBASE)
    left_out = [note.partition("“")[2] for note in proposal.plan.notes if note.startswith("left out: ")]
    assert left_out == [
        "feat: one”, its change is in origin/develop already",
        f"Merge branch 'develop' into {NAME}”, a merge",
    ]
    assert conductor.begin(proposal) == "done"
    assert hall.subject.reader.parents(hall.subject.here()[HEADS + NAME]) == (develop,)


def test_a_rebase_that_conflicts_is_refused(tmp_path: Path) -> None:
    """Before anything happened."""
    hall = Hall(tmp_path)
    hall.work("feat: one")
    hall.develop_moves({"file-0": "other"})
    before = hall.picture()
    with pytest.raises(PreconditionFailed, match="“feat: one” of feature/x conflicts on its new place in: file-0"):
        hall.begin(REBASE)
    assert hall.picture() == before


def test_a_merge_that_conflicts_waits_for_a_person(tmp_path: Path) -> None:
    """In a worktree of its own; going back removes it."""
    hall = Hall(tmp_path)
    hall.work("feat: one")
    hall.develop_moves({"file-0": "other"})
    before = hall.picture()
    with pytest.raises(HumanNeeded, match="conflicts in: file-0"):
        hall.begin(UPDATE)
    conductor = hall.conductor()
    assert conductor.go_back(hall.open_run(), conductor.plan_back(hall.open_run())) == "aborted"
    assert hall.picture() == before
