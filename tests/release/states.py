"""State literals: a repository after a first release, written down as a value and varied by name.

Objects have telling names, padded to the length of git's. Nothing is asserted here.
"""

from dataclasses import replace
from typing import Any

from fakes.repository import CARL

from release_tools.domain.refs import Refs, Tag, Worktree, WorktreeStatus
from release_tools.release.state import BranchState, RepositoryState

TOP = "/repo"
RELEASE = "release/v1.1.0"


def sha(word: str) -> str:
    """Return the name of an object, telling in its first ten characters."""
    return word.ljust(10, ".").ljust(40, "0")


def tag(name: str, commit: str) -> Tag:
    """Return an annotated tag."""
    return Tag(name=name, object=sha(f"tag-{name}"), commit=sha(commit))


def branch(name: str, local: str = "", remote: str = "", *, ahead: int = 0, behind: int = 0) -> BranchState:
    """Return a branch on both sides."""
    sides = (sha(word) if word else "" for word in (local, remote))
    return BranchState(name=name, local=next(sides), remote=next(sides), ahead=ahead, behind=behind)


MAIN = branch("main", "main1", "main1")
DEVELOP = branch("develop", "dev1", "dev1")
RELEASED = branch(RELEASE, "rel1", "rel1")


def state_of(
    *,
    main: BranchState = MAIN,
    develop: BranchState | None = DEVELOP,
    topic: BranchState | None = None,
    releases: tuple[BranchState, ...] = (),
    on: str | None = "develop",
    remote: str | None = "origin",
    mirrored: bool = True,
    here_tags: tuple[Tag, ...] = (),
    there_tags: tuple[Tag, ...] = (),
    elsewhere: dict[str, str] | None = None,
    **changes: Any,
) -> RepositoryState:
    """Return the state of a repository with these branches; `elsewhere` are linked worktrees with their branches."""
    branches = [one for one in (main, develop, topic, *releases) if one]
    local = {one.name: one.local for one in branches if one.local}
    there = {one.name: one.remote for one in branches if one.remote} if remote else {}
    head = local.get(on or "", sha("detached"))
    linked = tuple(Worktree(path=path, branch=name, head=local[name]) for path, name in (elsewhere or {}).items())
    settings = {"remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*"} if remote and mirrored else {}
    state = RepositoryState(
        top=TOP,
        head_branch=on,
        head=head,
        changes={TOP: WorktreeStatus()} | {tree.path: WorktreeStatus() for tree in linked},
        operation="",
        shallow=False,
        author=CARL,
        committer=CARL,
        remote=remote,
        here=Refs(branches=local, tags={one.name: one for one in here_tags}),
        there=Refs(branches=there, tags={one.name: one for one in there_tags}),
        tracked=there if mirrored else {},
        worktrees=(Worktree(path=TOP, branch=on, head=head), *linked),
        settings=settings | ({f"branch.{topic.name}.remote": "origin"} if topic and topic.local else {}),
        main=main,
        develop=develop,
        topic=topic,
        releases=releases,
        open_versions={"1.1.0": topic.name} if topic and topic.exists else {},
    )
    return replace(state, **changes)
