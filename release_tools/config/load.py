"""The configuration of a repository, loaded: found, read, fitted to the model and checked, or refused in one message.

Which keys exist stands in `config.model`, what they must satisfy together in `config.semantics`.
"""

import json
from pathlib import Path
from typing import Any

from release_tools.config.finding import Finding, parse_findings
from release_tools.config.flow_table import merge_flow
from release_tools.config.model import Config, Invalid
from release_tools.config.semantics import lint_config
from release_tools.config.source import Source, find_source, load_source
from release_tools.errors import ConfigError


def config_path(top: Path) -> Path | None:
    """Return the file that configures the work tree at `top`, None when no file does."""
    source = find_source(top)
    return None if source is None else source.path


def load_config(top: Path, explicit: Path | None = None) -> Config:
    """Load the configuration of the work tree at `top`, or of the file named; ConfigError lists all that is wrong."""
    source = load_source(explicit) if explicit is not None else find_source(top)
    return Config() if source is None else fit_config(source)


def fit_config(source: Source) -> Config:
    """Fit a raw configuration to the model and check it."""
    raw, flow_findings = _with_flow(source.raw)
    try:
        # Strict, by way of JSON: "yes" is not a boolean and "100" not a number, but an array is a tuple.
        config = Config.model_validate_json(json.dumps(raw, default=_tag_foreign), strict=True)
    except Invalid as invalid:
        raise _refuse(source, (*flow_findings, *parse_findings(invalid.errors(), raw))) from invalid
    if findings := (*flow_findings, *lint_config(config)):
        raise _refuse(source, findings)
    return config


def _with_flow(raw: dict[str, Any]) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    branches, written = raw.get("branches", {}), raw.get("flow", {})
    if not isinstance(written, dict):
        return raw, ()
    trunk = isinstance(branches, dict) and branches.get("develop") is False
    if not written and not trunk:
        return raw, ()
    rows, findings = merge_flow(written, trunk=trunk)
    return {**raw, "flow": rows}, findings


def _tag_foreign(value: object) -> dict[str, str]:
    """Return what JSON has no word for, TOML's dates and times, as a table: no key of ours takes one."""
    return {"date": str(value)}


def _refuse(source: Source, findings: tuple[Finding, ...]) -> ConfigError:
    lines = (f"  {source.spell(finding.path)}: {finding.wrong}" for finding in dict.fromkeys(findings))
    count = "1 fault" if len(set(findings)) == 1 else f"{len(set(findings))} faults"
    return ConfigError(
        "\n".join((f"The configuration in {source.path} has {count}:", *lines)),
        state="Nothing was changed.",
        todo=f"Mend {source.path.name} and repeat the command.",
    )
