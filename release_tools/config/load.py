"""The configuration of a repository, loaded: found, read, fitted to the model and checked, or refused in one message.

Which keys exist stands in `config.model`, what they must satisfy together in `config.semantics`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from release_tools.config.memory import recall, remember
from release_tools.config.model import Config
from release_tools.config.source import DEPLOY, Source, find_source, read_texts

if TYPE_CHECKING:
    from release_tools.config.finding import Finding


def config_path(top: Path) -> Path | None:
    """Return the file that configures the work tree at `top`, None when no file does."""
    source = find_source(read_texts(top))
    return None if source is None else source.path


def load_config(top: Path, explicit: Path | None = None) -> Config:
    """Load the configuration of the work tree at `top`, or of the file named; ConfigError lists all that is wrong."""
    texts = read_texts(top, explicit)
    if not texts:
        return Config()
    if (known := recall(texts)) is not None:
        return known
    source = find_source(texts, explicit)
    if source is None:
        return Config()
    config = fit_config(source)
    remember(texts, config)
    return config


def fit_config(source: Source) -> Config:
    """Fit a raw configuration to the model and check it."""
    # What judges is imported here: it is not needed for a configuration that was judged before.
    from release_tools.config.finding import refuse
    from release_tools.config.judge import fit_values
    from release_tools.config.semantics import lint_config

    rest, deploy_findings = _without_deploy(source.raw)
    raw, flow_findings = _with_flow(rest)
    config = fit_values(raw, Config)
    if not isinstance(config, Config):
        raise refuse(source, (*flow_findings, *config, *deploy_findings))
    if findings := (*flow_findings, *lint_config(config, raw), *deploy_findings):
        raise refuse(source, findings)
    return config


def _without_deploy(raw: dict[str, Any]) -> "tuple[dict[str, Any], tuple[Finding, ...]]":
    """Return what release commands use, and what is wrong with the rest, which only deploy commands load."""
    if DEPLOY not in raw:
        return raw, ()
    from release_tools.config.deploy_load import fit_deploy

    fitted = fit_deploy(raw[DEPLOY])
    return {key: value for key, value in raw.items() if key != DEPLOY}, fitted if isinstance(fitted, tuple) else ()


def _with_flow(raw: dict[str, Any]) -> "tuple[dict[str, Any], tuple[Finding, ...]]":
    from release_tools.config.flow_table import merge_flow

    branches, written = raw.get("branches", {}), raw.get("flow", {})
    if not isinstance(written, dict):
        return raw, ()
    trunk = isinstance(branches, dict) and branches.get("develop") is False
    if not written and not trunk:
        return raw, ()
    rows, findings = merge_flow(written, trunk=trunk)
    return {**raw, "flow": rows}, findings
