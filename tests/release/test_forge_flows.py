"""Finishing with a forge, on a repository and a forge in memory: what is opened, awaited, merged and shown.

With git, HTTP and GitHub's description the same is told in `tests/e2e/test_forge_finish.py`.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import Workshop
from fakes.forge_on_git import FakeForgeOnGit

from release_tools.config.forge_model import Forge
from release_tools.config.model import Branches, Config
from release_tools.domain.forge.checks import Check, CheckState
from release_tools.domain.forge.claim import CLAIMS
from release_tools.domain.forge.protection import Protection
from release_tools.domain.forge.request import RequestState
from release_tools.domain.refs import HEADS, TAGS
from release_tools.errors import ForgeRefused, HumanNeeded
from release_tools.release.flows.planning import propose

START, FINISH = {"flow": "start-release", "version": "1.1.0"}, {"flow": "finish-release", "version": "1.1.0"}
BRANCH, CARRIER = "release/v1.1.0", "back-merge/v1.1.0-into-develop"


def hosted(directory: Path, *protected: str, **forge: object) -> Workshop:
    """Return a repository with a forge that protects branches, on which release 1.1.0 is started."""
    config = Config(
        branches=Branches(develop="develop", protected=protected),
        forge=Forge(**forge),  # type: ignore[arg-type]
    )
    workshop = Workshop(directory, config=config)
    for name in protected:
        workshop.subject.protect(HEADS + name)
    workshop.forge = FakeForgeOnGit(remote=workshop.subject.repository.remotes["origin"])
    conductor = workshop.conductor()
    assert conductor.begin(propose(conductor.session, START)) == "done"
    # A protection replaces the remote in memory.
    workshop.forge.remote = workshop.subject.repository.remotes["origin"]
    return workshop


def finish(workshop: Workshop) -> str:
    """Begin to finish, or go on with what waits."""
    conductor, run = workshop.conductor(), workshop.runs.open_run()
    return conductor.go_on(run) if run else conductor.begin(propose(conductor.session, FINISH))


def forge_of(workshop: Workshop) -> FakeForgeOnGit:
    """Return the forge."""
    assert workshop.forge is not None
    return workshop.forge


def is_released(workshop: Workshop) -> None:
    """Look at tag, both branches, the page, and that nothing is left over."""
    there, reader, forge = workshop.subject.there(), workshop.subject.reader, forge_of(workshop)
    claims = {name for name in there if name.startswith(CLAIMS)}
    assert len(claims) <= 1
    assert set(there) - claims == {HEADS + "main", HEADS + "develop", TAGS + "v1.0.0", TAGS + "v1.1.0"}
    assert reader.is_ancestor(there[TAGS + "v1.1.0"], there[HEADS + "main"])
    assert reader.is_ancestor(there[TAGS + "v1.1.0"], there[HEADS + "develop"])
    assert [(page.tag, page.shown) for page in forge.pages.values()] == [("v1.1.0", True)]
    assert "add a" in next(iter(forge.pages.values())).notes
    assert workshop.runs.open_run() is None


def test_where_nothing_stands_against_it_one_command_is_enough(tmp_path: Path) -> None:
    """Two requests, each opened and merged once."""
    workshop = hosted(tmp_path, "main", "develop")
    assert finish(workshop) == "done"
    made = [(one.head, one.base, one.state) for one in forge_of(workshop).changes.values()]
    assert made == [(BRANCH, "main", RequestState.MERGED), (CARRIER, "develop", RequestState.MERGED)]
    is_released(workshop)


def test_where_pushes_are_taken_nothing_is_asked_for(tmp_path: Path) -> None:
    """The forge only shows the release."""
    workshop = hosted(tmp_path)
    assert finish(workshop) == "done"
    assert forge_of(workshop).calls == ["draft_page", "show_page"]
    is_released(workshop)


def test_a_check_is_waited_for(tmp_path: Path) -> None:
    """Not reported, at work, failed, passed: only the last one lets it be merged, and nothing is opened twice."""
    workshop = hosted(tmp_path, "main", checks=("ci",))
    assert finish(workshop) == "waiting"
    forge, tip = forge_of(workshop), workshop.subject.there()[HEADS + BRANCH]
    for state, words in ((CheckState.PENDING, "checks at work: ci"), (CheckState.FAILED, "checks failed: ci")):
        forge.reported[tip] = {"ci": Check(name="ci", state=state)}
        assert finish(workshop) == "waiting"
        awaits = workshop.open_run().plan().awaits
        assert awaits is not None and words in awaits.todo
    forge.reported[tip] = {"ci": Check(name="ci", state=CheckState.PASSED)}
    assert finish(workshop) == "done"
    assert forge.calls == ["open_request", "merge_request", "draft_page", "show_page"]
    is_released(workshop)


def test_an_approval_is_waited_for(tmp_path: Path) -> None:
    """The forge demands it, and the person is told so."""
    workshop = hosted(tmp_path, "main")
    forge = forge_of(workshop)
    forge.put_protection(Protection(name="x", target="branch", pattern="main", by_request=True, approvals=1))
    assert finish(workshop) == "waiting"
    awaits = workshop.open_run().plan().awaits
    assert awaits is not None and "an approval or a check that is missing" in awaits.todo
    forge.approvals[1] = {"bob"}
    assert finish(workshop) == "done"
    is_released(workshop)


def test_what_the_flow_may_not_merge_is_left_to_a_person(tmp_path: Path) -> None:
    """It is opened, and gone on from when somebody has merged it."""
    workshop = hosted(tmp_path, "main", merge=())
    assert finish(workshop) == "waiting"
    assert finish(workshop) == "waiting"
    forge = forge_of(workshop)
    forge.merge_request(1, forge.request(1).commit, "merge", "")
    assert finish(workshop) == "done"
    is_released(workshop)


def test_one_that_is_open_already_is_used(tmp_path: Path) -> None:
    """Whoever opened it; a text that is a person's stays as it is."""
    workshop = hosted(tmp_path, "main")
    forge = forge_of(workshop)
    forge.open_request(BRANCH, "main", "mine", "my words")
    assert finish(workshop) == "done"
    assert [(one.title, one.body) for one in forge.changes.values()] == [("mine", "my words")]
    is_released(workshop)


def test_one_that_was_closed_by_hand_is_told(tmp_path: Path) -> None:
    """No other one is opened behind the person's back."""
    workshop = hosted(tmp_path, "main", checks=("ci",))
    assert finish(workshop) == "waiting"
    forge = forge_of(workshop)
    forge.close_request(1)
    with pytest.raises(HumanNeeded, match="closed without a merge"):
        finish(workshop)
    forge.changes[1] = replace(forge.changes[1], state=RequestState.OPEN)
    forge.reported[forge.changes[1].commit] = {"ci": Check(name="ci", state=CheckState.PASSED)}
    assert finish(workshop) == "done"


def test_a_back_merge_that_conflicts_is_asked_for_with_its_conflicts(tmp_path: Path) -> None:
    """The release is out, the file is named, and no worktree waits for anybody."""
    workshop = hosted(tmp_path)
    subject, forge = workshop.subject, forge_of(workshop)
    tip, develop = subject.there()[HEADS + BRANCH], subject.there()[HEADS + "develop"]
    files = {path: blob.data.decode() for path, blob in subject.repository.graph.files(tip).items()}
    ours = {path: blob.data.decode() for path, blob in subject.repository.graph.files(develop).items()}
    fixed = subject.commit(files | {"a": "mended"}, tip, message="fix: mend a")
    other = subject.commit(ours | {"a": "otherwise"}, develop, message="fix: mend a otherwise")
    for name, sha in ((BRANCH, fixed), ("develop", other)):
        subject.set_ref(HEADS + name, sha)
        subject.publish(HEADS + name, sha)
    subject.checkout(BRANCH)
    assert finish(workshop) == "waiting"
    assert TAGS + "v1.1.0" in subject.there()
    (made,) = forge.changes.values()
    assert (made.head, made.base) == (CARRIER, "develop")
    assert "- `a`" in made.body
    awaits = workshop.open_run().plan().awaits
    assert awaits is not None and "conflicts in: a" in awaits.todo


def test_a_forge_that_refuses_leaves_a_run_to_go_on_with(tmp_path: Path) -> None:
    """The draft is there, hidden; the next call shows it, once."""
    workshop = hosted(tmp_path)
    forge = forge_of(workshop)
    show, refusals = forge.show_page, [ForgeRefused("not today")]

    def refuse_once(page: int, /, *, newest: bool) -> None:
        if refusals:
            raise refusals.pop()
        show(page, newest=newest)

    forge.show_page = refuse_once  # type: ignore[method-assign]
    with pytest.raises(Exception, match="not today"):
        finish(workshop)
    assert finish(workshop) == "done"
    is_released(workshop)
