"""A support line: a long-lived branch such as `support/1.x` that releases old versions without touching newer ones.

Which line a version belongs to is told from names and tags alone.
"""

from collections.abc import Iterable

from release_tools.config.model import Config
from release_tools.domain.version import Version
from release_tools.release.topics import find_topic

LINE = "support"
"""The kind of the row in the flow table."""


def is_line(config: Config, branch: str | None) -> bool:
    """Return whether a branch is a support line by its name."""
    topic = find_topic(config, branch)
    return topic is not None and topic.kind == LINE


def find_line(config: Config, branches: Iterable[str], version: Version, latest: Version | None) -> str | None:
    """Return the support line that a version belongs to, the narrowest one; None while it belongs to main.

    `latest` is the greatest final version of main: what is newer than that is main's, whatever lines there are.
    """
    if latest is None or version > latest:
        return None
    lines = [(numbers, branch) for branch in sorted(set(branches)) if (numbers := _numbers(config, branch))]
    fitting = [(len(numbers), branch) for numbers, branch in lines if version.core[: len(numbers)] == numbers]
    return max(fitting)[1] if fitting else None


def _numbers(config: Config, branch: str) -> tuple[int, ...]:
    """Return the leading numbers that all versions of a line share: `support/1.4.x` has 1 and 4."""
    topic = find_topic(config, branch)
    if topic is None or topic.kind != LINE:
        return ()
    words = topic.slug.removeprefix("v").removesuffix(".x").split(".")
    return tuple(int(word) for word in words) if all(word.isdecimal() for word in words) else ()
