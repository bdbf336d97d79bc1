"""Choosing the next version: the domain's rules meet the configuration and the numbers that are gone.

Nothing is observed here, and little is imported: this is on the path of `next-version`.
"""

from collections.abc import Mapping

from release_tools.config.model import Config
from release_tools.domain.history.next_version import BumpRules, NextVersion, plan_next
from release_tools.domain.history.unreleased import Unreleased
from release_tools.domain.history.wish import NO_WISH, Wish
from release_tools.domain.version import Version, parse_tag, parse_version


def bump_rules(config: Config) -> BumpRules:
    """Return the configured rules of raising a version."""
    version, commits = config.version, config.commits
    return BumpRules(
        levels=version.bump,
        zero_breaking=version.zero_breaking,
        initial=parse_version(version.initial),
        squash=commits.squash,
        types=frozenset(commits.types) if commits.rules == "house" else frozenset(),
    )


def choose_version(
    config: Config,
    pending: Unreleased,
    *,
    taken: frozenset[Version],
    claims: Mapping[str, str],
    branch: str | None,
    wish: Wish = NO_WISH,
) -> NextVersion:
    """Return the version that the unreleased commits ask for; what `branch` itself claims is not in its own way."""
    others = (parse_tag(text, "") for text, name in claims.items() if name != branch)
    return plan_next(
        pending.commits,
        pending.baseline,
        rules=bump_rules(config),
        taken=taken,
        claimed=frozenset(version for version in others if version is not None),
        missing=tuple(version.tag_name(config.version.tag_prefix) for version in pending.missing),
        prereleases=pending.prereleases,
        released=pending.released,
        wish=wish,
    )
