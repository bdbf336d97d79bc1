"""A pick is a commit that makes the change of another one again, as `git cherry-pick` and `git rebase` do.

Git keeps author, date and message when it picks; whether the change is the same as well, only its diff tells.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from release_tools.domain.history.commit import Commit

DATES = ("log", "--no-walk=unsorted", "--format=%H %at %s", "--no-show-signature", "--stdin")
PATCHES = ("diff-tree", "--stdin", "--root", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
"""Questions to git about commits named on its input, whatever the user's settings say of diffs."""

SHARED = 2
"""Commits that have something in common."""


def find_alike(commits: Sequence[Commit], types: Container[str]) -> tuple[str, ...]:
    """Return the names of those of some types that may be picks of each other: they say the same, and are no merges."""
    counted = Counter(commit.description for commit in commits)
    return tuple(
        one.sha
        for one in commits
        if counted[one.description] >= SHARED
        and len(one.parents) == 1
        and (one.type in types or one.breaking is not None)
    )


def mark_picks(commits: Sequence[Commit], fingerprints: Mapping[str, str]) -> tuple[Commit, ...]:
    """Return the commits, each pick with the name of what it repeats; they have children before parents.

    `fingerprints` are the same for commits that one author made at one time with one change.
    """
    if not fingerprints:
        return tuple(commits)
    originals: dict[tuple[bytes, str], str] = {}
    for commit in reversed(commits):
        if commit.sha in fingerprints:
            originals.setdefault((commit.line, fingerprints[commit.sha]), commit.sha)
    repeated = {
        sha: original
        for commit in commits
        if (sha := commit.sha) in fingerprints and (original := originals[commit.line, fingerprints[sha]]) != sha
    }
    return tuple(one._replace(repeats=repeated[one.sha]) if one.sha in repeated else one for one in commits)


def parse_dates(told: str) -> dict[str, str]:
    """Parse names, dates and headers, a line each, and return the dates of those that share both with another."""
    told_of = dict(line.split(" ", 1) for line in told.split("\n") if line)
    counted = Counter(told_of.values())
    return {name: said.partition(" ")[0] for name, said in told_of.items() if counted[said] >= SHARED}


def parse_patches(told: str, dates: Mapping[str, str]) -> dict[str, str]:
    """Parse what `git patch-id` prints; a commit without a change has no fingerprint."""
    rows = (line.split(" ") for line in told.split("\n") if line)
    return {name: f"{dates[name]} {patch}" for patch, name in rows}
