"""Versions of an observed repository: what its commits ask for, and whether one that a person named may be released.

How the next one is chosen stands in `choosing`.
"""

from release_tools.config.model import Config
from release_tools.domain.history.next_version import NextVersion
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.history.wish import NO_WISH, Wish
from release_tools.domain.version import Version
from release_tools.release.choosing import choose_version
from release_tools.release.guards import Problem, Problems, guard_greater
from release_tools.release.section import version_tags
from release_tools.release.state import RepositoryState


def next_version(config: Config, state: RepositoryState, pending: Unreleased, wish: Wish = NO_WISH) -> NextVersion:
    """Return the version that the unreleased commits ask for, past every tag and every open release branch."""
    taken = frozenset(version_tags(state, config.version.tag_prefix))
    return choose_version(config, pending, taken=taken, claims=state.open_versions, branch=state.head_branch, wish=wish)


def guard_final(version: Version) -> Problems:
    """Return a problem when the version of a release branch is a pre-release or carries build metadata."""
    if version.is_final and not version.build:
        return ()
    failed = f"{version} is not a final version, and a release branch is named after the final one."
    return (
        Problem(failed=failed, todo=f"Start {version.final} and tag pre-releases on its branch: `release-tools tag`."),
    )


def guard_named(version: Version, pending: Unreleased) -> Problems:
    """Return what keeps a version that a person named from being released."""
    return (*guard_final(version), *guard_greater(version, pending.baseline))


def latest(state: RepositoryState, prefix: str) -> Version | None:
    """Return the greatest final version that exists as a tag anywhere."""
    return max((version for version in version_tags(state, prefix) if version.is_final), default=None)
