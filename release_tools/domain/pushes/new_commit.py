"""A new commit: one that a push brings to the remote, with its parents and its message as git recorded it.

Which commits are new is asked of git elsewhere; what their messages are worth is not known here.
"""

from collections.abc import Iterable, Iterator

from release_tools.record import record


@record
class NewCommit:
    """One commit of a push."""

    sha: str
    parents: tuple[str, ...]
    message: bytes

    @property
    def merging(self) -> bool:
        """Return whether the commit is a merge."""
        return len(self.parents) > 1


def parse_record(record: bytes) -> NewCommit:
    """Parse a record of `git log --format=%H%n%P%n%B`."""
    sha, parents, message = record.split(b"\n", 2)
    return NewCommit(sha=sha.decode(), parents=tuple(parents.decode().split()), message=message)


def direct_commits(tip: str, commits: Iterable[NewCommit]) -> Iterator[NewCommit]:
    """Yield what was committed straight to a branch: new commits on its first-parent line that merge nothing."""
    known = {commit.sha: commit for commit in commits}
    while tip in known:
        commit = known[tip]
        if not commit.merging:
            yield commit
        tip = commit.parents[0] if commit.parents else ""
