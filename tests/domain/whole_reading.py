"""The unreleased part found in a reading of every commit: slow, plain, and what the quick reading is held to.

Nothing is asserted here.
"""

from collections.abc import Mapping, Sequence

from release_tools.domain.history.ancestry import reach, sort_commits
from release_tools.domain.history.commit import Commit
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import Version


def find_unreleased(
    commits: Sequence[Commit], tags: Mapping[Version, str], *, head: str, main: str | None = None
) -> Unreleased:
    """Return the unreleased part of `head`; pass `main` only when the head is develop or based on it.

    The commits are a walk from the head, from main, and from every final tag that shares history with them; `tags`
    names the commit (not the tag object) of each version. Tags outside the walk have no say.
    """
    ordered = sort_commits(commits)
    ours = reach(ordered, (head,))
    theirs = reach(ordered, (main,)) if main is not None else frozenset[str]()
    final = {version: sha for version, sha in tags.items() if version.is_final}
    released = reach(ordered, final.values())
    counting = [version for version, sha in final.items() if sha in ours or sha in theirs]
    baseline = max(counting, default=None)
    lacking = (commit for commit in ordered if commit.sha in released and commit.sha not in ours)
    return Unreleased(
        baseline=baseline,
        commits=tuple(commit for commit in ordered if commit.sha in ours and commit.sha not in released),
        missing=tuple(sorted(version for version in counting if final[version] not in ours)),
        prereleases=tuple(
            sorted(
                version
                for version, sha in tags.items()
                if sha in ours and not version.is_final and (baseline is None or version > baseline)
            )
        ),
        released=released.union(commit.subject for commit in lacking),
    )
