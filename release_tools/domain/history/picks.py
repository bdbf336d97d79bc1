"""A pick is a commit that makes the change of another one again, as `git cherry-pick` and `git rebase` do.

Git keeps author, date and message when it picks; whether the change is the same as well, only its diff tells.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from release_tools.domain.history.commit import Commit

DATES = ("log", "--no-walk=unsorted", "--format=%H %at %s", "--no-show-signature", "--stdin")
PATCHES = ("diff-tree", "--stdin", "--root", "-r", "-p", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
PATCH_IDS = ("patch-id", "--stable")
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


def read_fingerprints(ask: Callable[[tuple[str, ...], bytes], bytes], commits: Sequence[str]) -> dict[str, str]:
    """Return what is the same for picks of one commit, for those that share header and date with another.

    `ask` answers a question to git with what it is fed; a diff takes time, so only those of commits so alike are asked
    for. A commit without a change has no fingerprint.
    """
    dates = _shared(ask(DATES, _lines(commits))) if commits else {}
    patches = ask(PATCH_IDS, ask(PATCHES, _lines(dates))) if dates else b""
    rows = (line.split(b" ") for line in patches.splitlines())
    return {name.decode(): f"{dates[name.decode()]} {patch.decode()}" for patch, name in rows}


def _shared(told: bytes) -> dict[str, str]:
    """Parse names, dates and headers, a line each, and return the dates of those that share both with another."""
    said = {name.decode(): rest for name, _, rest in (line.partition(b" ") for line in told.split(b"\n") if line)}
    counted = Counter(said.values())
    return {name: rest.split(b" ", 1)[0].decode() for name, rest in said.items() if counted[rest] >= SHARED}


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()
