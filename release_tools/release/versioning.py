"""Choosing a version: what the commits ask for, and whether a version that a person named may be released.

The rules are the domain's; here they meet the configuration and the observed repository.
"""

from release_tools.config.model import Config
from release_tools.domain.history.next_version import BumpRules, NextVersion, plan_next
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.version import Version, parse_tag, parse_version
from release_tools.release.guards import Problem, Problems, guard_greater
from release_tools.release.section import version_tags
from release_tools.release.state import RepositoryState


def bump_rules(config: Config) -> BumpRules:
    """Return the configured rules of raising a version."""
    version = config.version
    return BumpRules(
        levels=version.bump,
        zero_breaking=version.zero_breaking,
        initial=parse_version(version.initial),
        squash=config.changelog.squash,
    )


def next_version(config: Config, state: RepositoryState, pending: Unreleased) -> NextVersion:
    """Return the version that the unreleased commits ask for, past every tag and every open release branch."""
    prefix = config.version.tag_prefix
    own = {branch for branch in state.open_versions.values() if branch == state.head_branch}
    claims = (parse_tag(text, "") for text, branch in state.open_versions.items() if branch not in own)
    return plan_next(
        pending.commits,
        pending.baseline,
        rules=bump_rules(config),
        taken=frozenset(version_tags(state, prefix)),
        claimed=frozenset(version for version in claims if version is not None),
        missing=tuple(version.tag_name(prefix) for version in pending.missing),
        prereleases=pending.prereleases,
        released=pending.released,
    )


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
