"""The cases of the steps: each kind on a repository in memory, and what makes the world neither before nor after it.

Nothing is asserted here.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from fakes.forge import FakeForge
from fakes.subject import FakeSubject

from release_tools.domain.forge.description import BEGIN, END
from release_tools.domain.forge.protection import Protection
from release_tools.domain.refs import ABSENT, HEADS, REMOTES, TAGS, RefUpdate
from release_tools.engine.step import Answer, Step
from release_tools.release.steps.branches import ForgetBranch, TrackBranch
from release_tools.release.steps.merges import BeginMerge, CloseWorktree, OpenWorktree, SettleFiles
from release_tools.release.steps.objects import AdoptObjects
from release_tools.release.steps.pages import DraftPage, PageFile, ShowPage, UploadFiles
from release_tools.release.steps.pipelines import StartDeploy
from release_tools.release.steps.protections import put
from release_tools.release.steps.refs import PushRefs, UpdateRefs
from release_tools.release.steps.requests import (
    AdornRequest,
    CloseRequest,
    MergeRequest,
    OpenRequest,
    RewriteRequest,
)
from release_tools.release.steps.worktrees import MoveWorktree, SwitchBranch
from release_tools.release.world import World

MAIN, TOPIC, V1, MIRROR = HEADS + "main", HEADS + "topic", TAGS + "v1", REMOTES + "origin/main"


class Place:
    """A repository in which `old` is published on main and `new` is not yet anywhere.

    `later` is built upon `new`; `stray` is somebody else's work on `old`.
    """

    def __init__(self, directory: Path) -> None:
        self.subject = FakeSubject(directory / "repo", directory / "draft" / "objects")
        self.old = self.subject.commit({"a": "1"})
        self.new = self.subject.commit({"a": "2", "b": "2"}, self.old)
        self.later = self.subject.commit({"a": "2", "b": "later"}, self.new)
        self.stray = self.subject.commit({"a": "3"}, self.old)
        self.drafted = self.subject.draft.commit(self.subject.reader.tree(self.old), (self.old,), "chore: x\n")
        for name in (MAIN, TOPIC, MIRROR, REMOTES + "origin/topic"):
            self.subject.set_ref(name, self.old)
        self.subject.publish(MAIN, self.old)
        self.subject.checkout("main")
        self.merge = directory / "merge"
        self.forge = FakeForge(branches={"main": ("old",), "topic": ("old", "new")})
        self.file = directory / "shop.whl"
        self.file.write_bytes(b"wheel")
        self.world = World(
            reader=self.subject.reader, writer=self.subject.writer, top=self.subject.top, forge=self.forge
        )


@dataclass(frozen=True)
class Case:
    """A step, what makes the world neither as before nor as after it, and whether a stranger there is a conflict."""

    make: Callable[[Place], Step[World]]
    disturb: Callable[[Place], Any] | None = None
    answer: Answer = Answer.CONFLICT
    before: Callable[[Place], Any] = lambda place: None


def open_merge(place: Place) -> None:
    """Make the worktree of a merge."""
    place.subject.writer.add_worktree(place.merge, place.new)


def begin_merge(place: Place) -> None:
    """Begin a merge with a conflict in its worktree."""
    open_merge(place)
    place.subject.writer.begin_merge(place.merge, place.stray, "Merge it")


def configure(place: Place) -> None:
    """Give main an upstream."""
    place.subject.writer.track("main", "origin")


def move_main(place: Place) -> None:
    """Move main as the step before a worktree's does."""
    place.subject.set_ref(MAIN, place.new)


def stage_mine(place: Place) -> None:
    """Let a person stage a change."""
    place.subject.write("a", "mine")
    place.subject.stage("a")


def switch_elsewhere(place: Place) -> None:
    """Let a person switch to a third branch."""
    place.subject.set_ref(HEADS + "third", place.old)
    place.subject.checkout("third")


def push(*rows: tuple[str, str, str]) -> Callable[[Place], Step[World]]:
    """Return a push of refs, whose values are named as in the place."""
    return lambda p: PushRefs(remote="origin", updates=updates(p, rows))


def update(
    *rows: tuple[str, str, str], mirrors: tuple[tuple[str, str, str], ...] = ()
) -> Callable[[Place], Step[World]]:
    """Return an update of refs, whose values are named as in the place."""
    return lambda p: UpdateRefs(updates=updates(p, rows), mirrors=updates(p, mirrors), reason="test")


def updates(place: Place, rows: tuple[tuple[str, str, str], ...]) -> tuple[RefUpdate, ...]:
    """Return updates by the place's names for commits."""
    return tuple(
        RefUpdate(n, getattr(place, o) if o else ABSENT, getattr(place, w) if w else ABSENT) for n, o, w in rows
    )


def open_request(place: Place) -> None:
    """Open the topic's request."""
    place.forge.open_request("topic", "main", "feat: it", f"{BEGIN}\nold\n{END}\n")


def open_and_merge(place: Place) -> None:
    """Let somebody open the topic's request, merge it, and delete the branch."""
    open_request(place)
    place.forge.merge_request(1, "new", "merge", "")
    del place.forge.branches["topic"]


def request(place: Place) -> OpenRequest:
    """Return the step that opens the topic's request."""
    return OpenRequest(head="topic", base="main", commit="new", subject="feat: it", body="")


def push_topic(place: Place) -> None:
    """Let somebody push to the topic."""
    place.forge.branches["topic"] = (*place.forge.branches["topic"], "later")


def draft_page(place: Place) -> None:
    """Draft the page of v1."""
    place.forge.draft_page("v1", "v1", "", candidate=False)


def fill_page(place: Place) -> None:
    """Draft the page of v1 with its files."""
    draft_page(place)
    upload(place).apply(place.world)


def spoil_page(place: Place) -> None:
    """Replace a file of the draft."""
    (page,) = place.forge.pages.values()
    if asset := page.asset("shop.whl"):
        place.forge.discard_asset(asset.id)
    place.forge.upload(page, "shop.whl", b"another")


def show_empty_page(place: Place) -> None:
    """Let somebody show the draft before its files are there."""
    (page,) = place.forge.pages
    place.forge.show_page(page, newest=True)


def deploy(place: Place) -> StartDeploy:
    """Return the step that deploys main."""
    place.forge.pipelines.add("deploy.yml")
    place.forge.branches["v1"] = (place.old,)
    return StartDeploy(
        pipeline="deploy.yml",
        tag="v1",
        commit=place.old,
        version="1.0.0",
        environment="production",
        mark="deploy-v1-production-old",
        remote="origin",
        holder="run",
    )


def wheel(place: Place) -> tuple[PageFile, ...]:
    """Return the only file of the release."""
    return (PageFile("shop.whl", str(place.file), sha256(b"wheel").hexdigest()),)


def upload(place: Place) -> UploadFiles:
    """Return the upload of the release's files."""
    return UploadFiles(tag="v1", files=wheel(place))


def merge_request(place: Place) -> MergeRequest:
    """Return the merge of the topic's request."""
    return MergeRequest(number=1, head="topic", base="main", commit="new", method="merge", message="")


MOVE, CREATE, DELETE = (MAIN, "old", "new"), (V1, "", "new"), (TOPIC, "old", "")
CASES = {
    "push moves": Case(push(MOVE), lambda p: p.subject.publish(MAIN, p.stray)),
    "push creates": Case(push(CREATE), lambda p: p.subject.publish(V1, p.stray)),
    "push deletes": Case(
        push(DELETE), lambda p: p.subject.publish(TOPIC, p.new), before=lambda p: p.subject.publish(TOPIC, p.old)
    ),
    "push of several, one of them moved already": Case(
        push(MOVE, CREATE), lambda p: p.subject.publish(V1, p.new), Answer.PENDING
    ),
    "push of a branch that somebody has built upon": Case(
        push(MOVE), lambda p: p.subject.publish(MAIN, p.later), Answer.DONE
    ),
    "push of a tag that is on a later commit": Case(push(CREATE), lambda p: p.subject.publish(V1, p.later)),
    "push of several, one of them a stranger's": Case(push(MOVE, CREATE), lambda p: p.subject.publish(V1, p.old)),
    "update moves": Case(update(MOVE), lambda p: p.subject.set_ref(MAIN, p.stray)),
    "update creates": Case(update(CREATE), lambda p: p.subject.set_ref(V1, p.stray)),
    "update deletes": Case(update(DELETE), lambda p: p.subject.set_ref(TOPIC, p.new)),
    "update of several, one of them moved already": Case(
        update(MOVE, CREATE), lambda p: p.subject.set_ref(V1, p.new), Answer.PENDING
    ),
    "update of a branch that somebody has built upon": Case(
        update(MOVE), lambda p: p.subject.set_ref(MAIN, p.later), Answer.DONE
    ),
    "update back of a branch that somebody has built upon": Case(
        update((TOPIC, "new", "old")),
        lambda p: p.subject.set_ref(TOPIC, p.later),
        before=lambda p: p.subject.set_ref(TOPIC, p.new),
    ),
    "update with a mirror that git moved by itself": Case(
        update(MOVE, mirrors=((MIRROR, "old", "new"),)), lambda p: p.subject.set_ref(MIRROR, p.new), Answer.PENDING
    ),
    "update with a mirror that a fetch moved on": Case(
        update(MOVE, mirrors=((MIRROR, "old", "new"),)), lambda p: p.subject.set_ref(MIRROR, p.stray), Answer.PENDING
    ),
    "update of mirrors alone": Case(
        update(mirrors=((MIRROR, "old", "new"),)), lambda p: p.subject.set_ref(MIRROR, p.stray), Answer.PENDING
    ),
    "adopt": Case(
        lambda p: AdoptObjects(source=str(p.subject.objects), tips=(p.old, p.drafted)),
        lambda p: shutil.rmtree(p.subject.objects),
    ),
    "track": Case(
        lambda p: TrackBranch(branch="main", remote="origin"),
        lambda p: p.subject.configure("branch.main.remote", "other"),
        Answer.PENDING,
    ),
    "forget": Case(lambda p: ForgetBranch(branch="main"), before=configure),
    "switch": Case(lambda p: SwitchBranch(path=str(p.subject.top), source="main", branch="topic"), switch_elsewhere),
    "switch from a detached HEAD": Case(
        lambda p: SwitchBranch(path=str(p.subject.top), source="main", branch="topic"), lambda p: p.subject.detach()
    ),
    "move": Case(
        lambda p: MoveWorktree(path=str(p.subject.top), branch="main", old=p.old, new=p.new),
        stage_mine,
        before=move_main,
    ),
    "move of a worktree that left the branch": Case(
        lambda p: MoveWorktree(path=str(p.subject.top), branch="main", old=p.old, new=p.new),
        switch_elsewhere,
        Answer.DONE,
        before=move_main,
    ),
    "open": Case(lambda p: OpenWorktree(path=str(p.merge), commit=p.new)),
    "begin": Case(
        lambda p: BeginMerge(path=str(p.merge), ours=p.new, theirs=p.stray, message="Merge it"), before=open_merge
    ),
    "settle": Case(
        lambda p: SettleFiles(path=str(p.merge), ours=p.new, tree=p.later, files=("a",)), before=begin_merge
    ),
    "request": Case(request, open_request, Answer.DONE),
    "request that somebody opened and merged": Case(request, open_and_merge, Answer.DONE),
    "adorn": Case(
        lambda p: AdornRequest(head="topic", base="main", reviewers=("bob",), labels=("release",), milestone="1"),
        lambda p: p.forge.close_request(1),
        Answer.DONE,
        before=open_request,
    ),
    "rewrite": Case(
        lambda p: RewriteRequest(number=1, body=f"{BEGIN}\nnew\n{END}\n"),
        lambda p: p.forge.rewrite_request(1, "feat: it", "a person's"),
        Answer.DONE,
        before=open_request,
    ),
    "merge of a request that somebody pushed to": Case(merge_request, push_topic, before=open_request),
    "merge of a request that somebody closed": Case(
        merge_request, lambda p: p.forge.close_request(1), before=open_request
    ),
    "merge of a request that somebody merged": Case(
        merge_request, lambda p: p.forge.merge_request(1, "new", "merge", ""), Answer.DONE, before=open_request
    ),
    "close a request": Case(lambda p: CloseRequest(head="topic", base="main"), before=open_request),
    "draft": Case(lambda p: DraftPage(tag="v1", subject="v1", notes="", candidate=False), draft_page, Answer.DONE),
    "upload over a file of another": Case(upload, spoil_page, Answer.PENDING, before=draft_page),
    "upload to a page that is shown": Case(upload, show_empty_page, before=draft_page),
    "show": Case(lambda p: ShowPage(tag="v1", files=wheel(p), newest=True), spoil_page, before=fill_page),
    "deploy": Case(deploy, lambda p: deploy(p).apply(p.world), Answer.DONE),
    "protect": Case(
        lambda p: put(Protection(name="ours", target="branch", pattern="main", by_request=True), None),
        lambda p: p.forge.put_protection(Protection(name="ours", target="tag", pattern="v*")),
    ),
    "close": Case(lambda p: CloseWorktree(path=str(p.merge)), before=open_merge),
}
