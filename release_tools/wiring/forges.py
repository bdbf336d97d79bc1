"""The forge of a repository's remote: found by the remote's address, the configuration and the environment's tokens.

Nothing is asked of it here; the library behind it is loaded by the first question.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release_tools.config.model import Config
    from release_tools.deploy.flows.announcing import Announcer
    from release_tools.domain.forge.place import NoPlace, Place
    from release_tools.ports import Forge

PAUSES = (0.0, 0.2)
"""Seconds between two requests, and between two that change something; servers ask for the latter."""


def forge_place(config: "Config", settings: Mapping[str, str], environ: Mapping[str, str]) -> "Place | NoPlace":
    """Return where the remote's forge is asked, or why none is."""
    from release_tools.domain.forge.place import NoPlace, find_place
    from release_tools.errors import ConfigError
    from release_tools.release.names import remote_name

    if not config.forge.use:
        return NoPlace(why="forge.use is false")
    try:
        remote = remote_name(settings, config)
    except ConfigError as error:
        return NoPlace(why=error.failed)
    if remote is None:
        return NoPlace(why="there is no remote")
    kind = config.forge.kind or config.changelog.forge
    return find_place(settings.get(f"remote.{remote}.url", ""), kind, config.forge.api_url, environ)


def absence(place: "Place | NoPlace") -> str:
    """Return why there is no forge, and on a second line what would change that; empty where there is one."""
    from release_tools.domain.forge.place import NoPlace

    return f"{place.why}\n{place.todo}" if isinstance(place, NoPlace) else ""


def forge_at(place: "Place | NoPlace", config: "Config") -> "Forge | None":
    """Return the forge at a place, None where there is none."""
    from release_tools.domain.forge.place import NoPlace

    if isinstance(place, NoPlace):
        return None
    from release_tools.adapters.github import GitHub
    from release_tools.adapters.github_api import GitHubApi
    from release_tools.domain.forge.place import is_near

    api = GitHubApi(
        url=place.api_url,
        path=place.path,
        token=place.token,
        timeout=config.forge.timeout,
        pauses=(0.0, 0.0) if is_near(place.api_url) else PAUSES,
    )
    return GitHub(api=api, address=place.address)


def announcer(
    config: "Config",
    settings: Mapping[str, str],
    environ: Mapping[str, str],
    environment: str,
    say: Callable[[str], None],
) -> "Announcer":
    """Return what tells the remote's forge of deploys; where there is no forge, or none is to be told, it is silent."""
    from release_tools.deploy.flows.announcing import NOBODY, Announcer
    from release_tools.domain.forge.place import log_address

    forge = forge_at(forge_place(config, settings, environ), config) if config.forge.deployments else None
    if forge is None:
        return NOBODY
    return Announcer(forge=forge, environment=environment, log=log_address(environ), say=say)
