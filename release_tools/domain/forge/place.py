"""A place is where a repository's forge takes requests, and which token it may be sent: told from addresses alone.

A token goes only to the host that it is for; what a repository's own configuration says cannot send it elsewhere.
"""

import re
from collections.abc import Mapping
from dataclasses import field

from release_tools.domain.weblinks import Kind, parse_remote
from release_tools.record import record

PUBLIC = "github.com"
PUBLIC_API = "https://api.github.com"
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
"""For the public server, and for the one that the environment itself names."""
ENTERPRISE_TOKENS = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
_LOOPBACK = frozenset(("127.0.0.1", "[::1]", "localhost"))
_WEB = re.compile(r"(?P<scheme>https?)://(?:[^@/]*@)?(?P<host>[^/]+)(?P<path>/.*)?")


@record
class Place:
    """A repository at its forge."""

    address: str
    """On the web."""
    api_url: str
    path: str
    """Owner and name."""
    token: str = field(repr=False)
    variable: str
    """Where the token came from."""


@record
class NoPlace:
    """Why no forge can be asked, and what would change that."""

    why: str
    todo: str = ""


def find_place(url: str, kind: Kind | None, api_url: str | None, environ: Mapping[str, str]) -> Place | NoPlace:
    """Return where the forge of a remote's address is asked; `kind` and `api_url` are the configured ones."""
    named = environ.get("GITHUB_API_URL", "")
    repository = parse_remote(url, kind or ("github" if _host(url) and _host(url) == _host(named) else None))
    if repository is None:
        return NoPlace(why="the remote's address names no forge", todo="Set forge.kind if it is one.")
    if repository.kind != "github":
        return NoPlace(why=f"the remote is at {repository.kind}, which is not asked yet")
    host, path = _host(repository.address), repository.address.split("/", 3)[3]
    if path.count("/") != 1:
        return NoPlace(why=f"the remote's address is not that of a repository: {path}")
    api = _api(repository.address, host, api_url, named)
    if isinstance(api, NoPlace):
        return api
    names = TOKENS if host == PUBLIC or _same_host(host, named) else ENTERPRISE_TOKENS
    found = next(((name, environ[name].strip()) for name in names if environ.get(name, "").strip()), None)
    if found is None:
        return NoPlace(why=f"no token for {host}", todo=f"Set {' or '.join(names)} to use pull requests and releases.")
    return Place(address=repository.address, api_url=api, path=path, token=found[1], variable=found[0])


def _api(address: str, host: str, configured: str | None, named: str) -> str | NoPlace:
    """Return where requests go: the public interface, or one on the remote's own host."""
    if host == PUBLIC:
        return PUBLIC_API
    wanted = configured or (named if _same_host(host, named) else f"{address.partition('://')[0]}://{host}/api/v3")
    if not _same_host(host, wanted):
        return NoPlace(
            why=f"forge.api_url is on {_host(wanted) or wanted}, and the remote on {host}",
            todo="A token is sent to the remote's own host only; correct forge.api_url.",
        )
    if not wanted.startswith("https://") and not is_near(wanted):
        return NoPlace(why=f"{wanted} is not encrypted", todo="Use https in forge.api_url and in the remote's address.")
    return wanted.rstrip("/")


def log_address(environ: Mapping[str, str]) -> str:
    """Return where the log of the workflow that we are in is shown; empty outside of one."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""


def is_near(url: str) -> bool:
    """Return whether an address is on this machine."""
    return re.sub(r":[0-9]+$", "", _host(url)) in _LOOPBACK


def _host(url: str) -> str:
    found = _WEB.match(url)
    return found["host"].lower() if found else ""


def _same_host(host: str, url: str) -> bool:
    """Return whether an address is on a host, with or without the `api.` in front that some servers have."""
    return bool(url) and _host(url) in (host, f"api.{host}")
