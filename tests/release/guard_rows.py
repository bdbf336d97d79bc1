"""The rows of the guards: one situation each, what is wrong in it, and what to type.

Nothing is asserted here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from states import DEVELOP, MAIN, RELEASE, TOP, branch, state_of, tag

from release_tools.domain.refs import WorktreeStatus
from release_tools.domain.version import parse_version
from release_tools.release.guards import (
    Problems,
    guard_attached,
    guard_clean,
    guard_current,
    guard_free,
    guard_greater,
    guard_repository,
    guard_untracked,
)
from release_tools.release.tagging import guard_tag
from release_tools.release.versioning import guard_final

V = parse_version("1.1.0")
FREE = (V, RELEASE, "v1.1.0")
GONE = branch("develop")


@dataclass(frozen=True)
class Row:
    """One situation: which guard finds what, and what it tells to type."""

    name: str
    find: Callable[[], Problems]
    failed: str = ""
    todo: str = ""


def changed(*paths: str, where: str = TOP) -> dict[str, WorktreeStatus]:
    """Return tracked changes in one worktree."""
    return {TOP: WorktreeStatus()} | {where: WorktreeStatus(changed=paths)}


ROWS = (
    Row("nothing is wrong", lambda: guard_repository(state_of())),
    Row(
        "shallow clone",
        lambda: guard_repository(state_of(shallow=True)),
        "This clone is shallow: history is cut off, so versions and merges cannot be told.",
        "git fetch --unshallow origin",
    ),
    Row(
        "a rebase waits",
        lambda: guard_repository(state_of(operation="a rebase")),
        "A rebase is in progress.",
        "git status",
    ),
    Row(
        "unmerged paths",
        lambda: guard_repository(state_of(changes={TOP: WorktreeStatus(unmerged=("a", "b c"))})),
        "Unmerged paths: a, b c.",
        "Resolve them and commit",
    ),
    Row(
        "no committer",
        lambda: guard_repository(state_of(committer=None)),
        "Git does not know who you are.",
        "git config user.name",
    ),
    Row(
        "no author",
        lambda: guard_repository(state_of(author=None)),
        "Git does not know who you are.",
        "git config user.email",
    ),
    Row(
        "no main",
        lambda: guard_repository(state_of(main=branch("main"))),
        "There is no branch main, neither here nor at the remote.",
        "branches.main",
    ),
    Row("main at the remote alone", lambda: guard_repository(state_of(main=branch("main", "", "main1")))),
    Row("on a branch", lambda: guard_attached(state_of())),
    Row(
        "detached HEAD",
        lambda: guard_attached(state_of(on=None)),
        "HEAD is detached at detached...",
        "git switch develop",
    ),
    Row("clean", lambda: guard_clean(state_of(), (TOP, "/unknown"))),
    Row(
        "changes here",
        lambda: guard_clean(state_of(changes=changed("a", "b")), (TOP,)),
        "Tracked files are changed: a, b.",
        "git stash",
    ),
    Row(
        "many changes",
        lambda: guard_clean(state_of(changes=changed(*"abcdefg")), (TOP,)),
        "Tracked files are changed: a, b, c, d, e and 2 more.",
        "git stash",
    ),
    Row(
        "changes in another worktree that moves",
        lambda: guard_clean(state_of(changes=changed("a", where="/other")), (TOP, "/other")),
        "Tracked files are changed in /other: a.",
        "git stash",
    ),
    Row(
        "changes in another worktree that stays",
        lambda: guard_clean(state_of(changes=changed("a", where="/o")), (TOP,)),
    ),
    Row("in step with the remote", lambda: guard_current(state_of(), DEVELOP)),
    Row("no remote", lambda: guard_current(state_of(remote=None), branch("develop", "dev1"))),
    Row("only at the remote", lambda: guard_current(state_of(), branch("develop", "", "dev1"))),
    Row("nowhere", lambda: guard_current(state_of(), GONE), "There is no branch develop.", "Create develop"),
    Row(
        "diverged",
        lambda: guard_current(state_of(), branch("develop", "d2", "d3", ahead=2, behind=1)),
        "develop has diverged: 2 commits only here, 1 only at origin.",
        "git pull --rebase origin develop",
    ),
    Row(
        "behind by one",
        lambda: guard_current(state_of(), branch("develop", "d2", "d3", behind=1)),
        "develop is 1 commit behind origin/develop.",
        "git pull --ff-only origin develop",
    ),
    Row(
        "behind by two",
        lambda: guard_current(state_of(), branch("develop", "d2", "d3", behind=2)),
        "develop is 2 commits behind origin/develop.",
        "git pull --ff-only origin develop",
    ),
    Row(
        "ahead",
        lambda: guard_current(state_of(), branch("develop", "d2", "d3", ahead=3)),
        "develop has 3 commits that origin does not have.",
        "git push origin develop",
    ),
    Row(
        "never pushed",
        lambda: guard_current(state_of(), branch("develop", "d2")),
        "develop does not exist at origin.",
        "git push -u origin develop",
    ),
    Row("version free", lambda: guard_free(state_of(), *FREE)),
    Row(
        "tag here",
        lambda: guard_free(state_of(here_tags=(tag("v1.1.0", "x"),)), *FREE),
        "The tag v1.1.0 exists here.",
        "next-version",
    ),
    Row(
        "tag there",
        lambda: guard_free(state_of(there_tags=(tag("v1.1.0", "x"),)), *FREE),
        "The tag v1.1.0 exists at origin.",
        "next-version",
    ),
    Row(
        "tag on both sides",
        lambda: guard_free(state_of(here_tags=(tag("v1.1.0", "x"),), there_tags=(tag("v1.1.0", "x"),)), *FREE),
        "The tag v1.1.0 exists here and at origin.",
        "next-version",
    ),
    Row(
        "branch here",
        lambda: guard_free(state_of(topic=branch(RELEASE, "rel1")), *FREE),
        "The branch release/v1.1.0 exists here.",
        "finish-release 1.1.0",
    ),
    Row(
        "branch there",
        lambda: guard_free(state_of(topic=branch(RELEASE, "", "rel1")), *FREE),
        "The branch release/v1.1.0 exists at origin.",
        "finish-release 1.1.0",
    ),
    Row("first version", lambda: guard_greater(V, None)),
    Row("greater", lambda: guard_greater(V, parse_version("1.0.9"))),
    Row(
        "the same again",
        lambda: guard_greater(V, V),
        "1.1.0 is not greater than 1.1.0, the latest version.",
        "next-version",
    ),
    Row(
        "a candidate of what is out",
        lambda: guard_greater(parse_version("1.1.0-rc.1"), V),
        "1.1.0-rc.1 is not greater than 1.1.0, the latest version.",
        "next-version",
    ),
    Row("nothing in the way", lambda: guard_untracked(state_of(), TOP, ())),
    Row(
        "untracked here",
        lambda: guard_untracked(state_of(), TOP, ("a",)),
        "Untracked files would be overwritten: a.",
        "Move them away",
    ),
    Row(
        "untracked elsewhere",
        lambda: guard_untracked(state_of(), "/other", ("a",)),
        "Untracked files would be overwritten in /other: a.",
        "Move them away",
    ),
    Row("a final version", lambda: guard_final(V)),
    Row(
        "a candidate as release",
        lambda: guard_final(parse_version("1.1.0-rc.1")),
        "1.1.0-rc.1 is not a final version, and a release branch is named after the final one.",
        "Start 1.1.0",
    ),
    Row(
        "build metadata as release",
        lambda: guard_final(parse_version("1.1.0+5")),
        "1.1.0+5 is not a final version, and a release branch is named after the final one.",
        "Start 1.1.0",
    ),
    Row("a new tag", lambda: guard_tag(state_of(), MAIN, V, "v1.1.0")),
    Row(
        "an old tag",
        lambda: guard_tag(state_of(there_tags=(tag("v1.1.0", "x"),)), MAIN, V, "v1.1.0"),
        "The tag v1.1.0 exists.",
        "Choose a greater version.",
    ),
    Row(
        "a tag on an unpushed commit",
        lambda: guard_tag(state_of(), branch("main", "m2", "m1", ahead=1), V, "v1.1.0"),
        "main has 1 commit that origin does not have.",
        "git push origin main",
    ),
)
