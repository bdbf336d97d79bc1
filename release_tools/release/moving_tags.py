"""Moving tags: `v1` and `v1.2` follow the newest release of their line, where the configuration asks for them.

Only their ref updates are made here; they are pushed with the release's own tag.
"""

from release_tools.config.model import Config
from release_tools.domain.refs import ABSENT, TAGS, RefUpdate
from release_tools.domain.version import Version
from release_tools.release.section import version_tags
from release_tools.release.state import RepositoryState

NUMBERS = {"major": 1, "minor": 2}
"""How many numbers of the version stand in the tag's name."""


def moving_tags(config: Config, state: RepositoryState, version: Version, target: str) -> tuple[RefUpdate, ...]:
    """Return the updates that bring moving tags to a release; none where a newer one of the line exists."""
    prefix = config.version.tag_prefix
    finals = [tag for tag in version_tags(state, prefix) if tag.is_final]
    updates = []
    for level in config.version.moving_tags:
        core = version.core[: NUMBERS[level]]
        name = prefix + ".".join(map(str, core))
        now = state.tags.get(name)
        newest = all(version >= tag for tag in finals if tag.core[: len(core)] == core)
        if target and newest and not (now and now.commit == target):
            updates.append(RefUpdate(TAGS + name, now.object if now else ABSENT, target))
    return tuple(updates)
