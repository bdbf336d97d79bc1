"""What names alone tell: the remote that owns the long-lived branches, the integration branch, versions in the making.

No question is asked here; where branches stand is observed.
"""

from collections.abc import Iterable, Mapping

from release_tools.config.model import Config
from release_tools.domain.refs import Refs
from release_tools.errors import ConfigError
from release_tools.release.topics import find_topic

USUAL_REMOTE = "origin"
"""Which of several remotes owns the long-lived branches, unless the configuration names one."""


def remote_name(settings: Mapping[str, str], config: Config) -> str | None:
    """Return the remote that owns the long-lived branches, None when the repository has no remote at all."""
    remotes = {key.split(".", 1)[1].rsplit(".", 1)[0] for key in settings if key.startswith("remote.")}
    remotes = {name for name in remotes if f"remote.{name}.url" in settings}
    if not remotes:
        return None
    wanted = config.branches.remote or (USUAL_REMOTE if len(remotes) > 1 else min(remotes))
    if wanted in remotes:
        return wanted
    raise ConfigError(
        f"branches.remote is {wanted!r}, but the remotes here are: {', '.join(sorted(remotes))}.",
        state="Nothing was changed.",
        todo="Set branches.remote in the configuration, or `git remote rename`.",
    )


def develop_name(config: Config, here: Refs, there: Refs) -> str | None:
    """Return the integration branch: as configured, or `develop` where such a branch exists; None on a trunk."""
    configured = config.branches.develop
    if configured is not None:
        return configured or None
    return "develop" if "develop" in here.branches or "develop" in there.branches else None


def claimed_versions(config: Config, branches: Iterable[str]) -> dict[str, str]:
    """Return the versions that open branches claim by their names, each with its branch."""
    topics = (find_topic(config, branch) for branch in branches)
    return {str(topic.version): topic.name for topic in topics if topic and topic.version}
