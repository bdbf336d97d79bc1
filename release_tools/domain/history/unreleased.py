"""The unreleased part of history: what a branch has and no final tag contains, and the release it counts from.

What the unreleased commits mean is decided in `entries` and `next_version`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from release_tools.domain.history.ancestry import reach, sort_commits
from release_tools.domain.history.commit import Commit
from release_tools.domain.version import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreleased:
    """Unreleased commits, children before parents, and where they count from.

    `missing`: final versions on main whose tag the branch does not contain. `prereleases`: pre-releases above the
    baseline that the branch contains. `released`: names of released commits, and subjects of those the branch lacks.
    """

    baseline: Version | None
    commits: tuple[Commit, ...]
    missing: tuple[Version, ...] = ()
    prereleases: tuple[Version, ...] = ()
    released: frozenset[str] = frozenset()


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
