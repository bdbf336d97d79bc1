"""The unreleased part of history: what a branch has and no final tag contains, and the release it counts from.

What the unreleased commits mean is decided in `entries` and `next_version`; they are read in `release.pending`.
"""

from release_tools.domain.history.commit import Commit
from release_tools.domain.version import Version
from release_tools.record import record


@record
class Unreleased:
    """Unreleased commits, children before parents, and where they count from.

    `missing`: final versions on main whose tag the branch does not contain. `prereleases`: pre-releases above the
    baseline that the branch contains. `released`: of the names and subjects that the commits mention, those of released
    commits; a subject counts where the branch lacks the commit.
    """

    baseline: Version | None
    commits: tuple[Commit, ...]
    missing: tuple[Version, ...] = ()
    prereleases: tuple[Version, ...] = ()
    released: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """Return how many of the commits change something of the product."""
        return sum(not commit.elsewhere for commit in self.commits)
