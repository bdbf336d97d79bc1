"""The deploy tables and the host file, loaded: fitted to their models and checked, or refused in one message.

The deploy tables come from a released tree, the host file from the machine; neither from a work tree.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from release_tools.config.deploy import Deploy
from release_tools.config.finding import Finding, refuse, render_path
from release_tools.config.host import HostFile
from release_tools.config.source import DEPLOY, Source, Text, find_source
from release_tools.errors import ConfigError, PreconditionFailed

HOSTS = "RELEASE_TOOLS_HOSTS"


def fit_deploy(raw: object) -> Deploy | tuple[Finding, ...]:
    """Return the deploy tables that `raw` makes, or everything that is wrong with them, with paths from the top."""
    from release_tools.config.deploy_rules import lint_deploy
    from release_tools.config.judge import fit_values

    if not isinstance(raw, Mapping):
        return (Finding(DEPLOY, "should be a table"),)
    fitted = fit_values(raw, Deploy)
    findings = lint_deploy(fitted) if isinstance(fitted, Deploy) else fitted
    if isinstance(fitted, Deploy) and not findings:
        return fitted
    return tuple(Finding(f"{DEPLOY}.{finding.path}", finding.wrong) for finding in findings)


def load_deploy(texts: tuple[Text, ...], *, of: str) -> Deploy:
    """Return the deploy tables in the configuration files of a tree; `of` names the tree in errors."""
    source = find_source(texts)
    if source is None or DEPLOY not in source.raw:
        raise ConfigError(
            f"{of} has no deploy tables.",
            state="Nothing was changed.",
            todo="Describe services, databases and checks in [deploy] of release-tools.toml, and release that.",
        )
    fitted = fit_deploy(source.raw[DEPLOY])
    if isinstance(fitted, tuple):
        raise refuse(source, fitted)
    return fitted


def load_host(project: str, environment: str) -> HostFile:
    """Return what the host file of an environment says; `PreconditionFailed` where there is none."""
    from release_tools.config.judge import fit_values

    path = host_path(project, environment)
    if not path.is_file():
        raise PreconditionFailed(
            f"This machine has no environment {environment} of {project}: there is no file {path}.",
            state="Nothing was changed.",
            todo="Write it (docs/deploys.md shows one), or run this on the machine that serves the environment.",
        )
    source = _read(path)
    fitted = fit_values(source.raw, HostFile)
    findings = _outside(fitted) if isinstance(fitted, HostFile) else fitted
    if not isinstance(fitted, HostFile) or findings:
        raise refuse(source, findings)
    return fitted


def host_path(project: str, environment: str) -> Path:
    """Return where the host file of an environment stands."""
    named, config = os.environ.get(HOSTS), os.environ.get("XDG_CONFIG_HOME")
    if named:
        return Path(named) / f"{environment}.toml"
    below = Path(config) if config else Path.home() / ".config"
    root = Path("/etc") if os.geteuid() == 0 else below
    return root / "release-tools" / project / f"{environment}.toml"


def state_directory(host: HostFile, project: str, environment: str) -> Path:
    """Return where an environment keeps its runs, its lock, its releases and the index of its backups."""
    if host.state:
        return Path(host.state)
    state = os.environ.get("XDG_STATE_HOME")
    below = Path(state) if state else Path.home() / ".local" / "state"
    root = Path("/var/lib") if os.geteuid() == 0 else below
    return root / "release-tools" / project / environment


def _read(path: Path) -> Source:
    import tomllib

    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is not TOML: {error}"
        raise ConfigError(
            f"{path} cannot be read: {why}.", state="Nothing was changed.", todo=f"Mend {path} and repeat the command."
        ) from error
    return Source(path=path, table="", raw=raw)


def _outside(host: HostFile) -> tuple[Finding, ...]:
    named: dict[tuple[str, ...], str | None] = {
        ("home",): host.home,
        ("state",): host.state,
        ("backup", "directory"): host.backup.directory,
        ("backup", "identity"): host.backup.identity,
        **{("notify", name): path for name, path in host.notify.items()},
    }
    return tuple(
        Finding(render_path(place), "must be an absolute path")
        for place, value in named.items()
        if value and not Path(value).is_absolute()
    )
