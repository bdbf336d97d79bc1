"""Replaying: the commits of a topic made anew on top of another commit, one after the other, in the draft.

Authors and messages stay; merges, and commits whose change is there already, are left out and named.
"""

from release_tools.domain.history.commit import Commit
from release_tools.errors import PreconditionFailed
from release_tools.record import record
from release_tools.release.bench import Bench


@record
class Replay:
    """What came of replaying: the newest commit, how many were made, and which were left out, each with the reason."""

    tip: str
    made: int
    left_out: tuple[str, ...]


def draft_replay(bench: Bench, topic: str, commits: tuple[Commit, ...], onto: str, base: str) -> Replay:
    """Return the replay of a topic's own commits, newest first as the log gives them, onto its base's newest commit.

    Raises `PreconditionFailed` at the first one that conflicts.
    """
    tip, left_out = onto, []
    for commit in reversed(commits):
        reason, tree = _picked(bench, commit, tip, topic, base)
        if reason:
            left_out.append(f"left out: {commit.short} “{commit.subject}”, {reason}")
            continue
        text = commit.message.decode("utf-8", "surrogateescape")
        tip = bench.draft.commit(tree, (tip,), text, author=bench.reader.author(commit.sha))
    return Replay(tip=tip, made=len(commits) - len(left_out), left_out=tuple(left_out))


def _picked(bench: Bench, commit: Commit, tip: str, topic: str, base: str) -> tuple[str, str]:
    """Return why a commit is left out, else the tree that it has on its new place."""
    if commit.is_merge:
        return "a merge", ""
    pick = bench.draft.pick(commit.sha, tip)
    if pick.conflicts:
        raise _conflict(topic, commit, pick.conflicts, base)
    unchanged = pick.tree == bench.reader.tree(tip)
    return (f"its change is in {base} already" if unchanged and _changes(bench, commit) else "", pick.tree)


def _changes(bench: Bench, commit: Commit) -> bool:
    """Return whether a commit changes any file; an empty one was made so on purpose."""
    trees = [bench.reader.tree(one) for one in (commit.sha, *commit.parents)]
    return len(trees) == 1 or trees[0] != trees[1]


def _conflict(topic: str, commit: Commit, paths: tuple[str, ...], base: str) -> PreconditionFailed:
    return PreconditionFailed(
        f"{commit.short} “{commit.subject}” of {topic} conflicts on its new place in: {', '.join(paths)}.",
        state="Nothing was changed.",
        todo="Merge instead: `release-tools update-branch`; or by hand: "
        f"`git fetch`, `git rebase {base}`, mend, and push with --force-with-lease.",
    )
