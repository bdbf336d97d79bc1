"""Links lead to the forge that a remote's address tells, or the configuration.

What stands behind an address is the domain's business; nothing is asked of a server.
"""

from release_tools.config.model import Config
from release_tools.domain.weblinks import Forge, parse_remote
from release_tools.errors import ConfigError


def link_forge(url: str, remote: str, config: Config) -> Forge:
    """Return the forge behind a remote's address; `ConfigError` when there is no telling."""
    forge = parse_remote(url, config.changelog.forge)
    if forge is None:
        raise ConfigError(
            f"changelog.links is on, but the address of the remote {remote!r} does not tell its kind of forge.",
            state="Nothing was changed.",
            todo="Set changelog.forge to github, gitlab, gitea, bitbucket or azure, or changelog.links to false.",
        )
    return forge
