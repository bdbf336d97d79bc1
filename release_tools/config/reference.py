"""The configuration reference: every key with its type, default and meaning, rendered from the model as Markdown.

Nothing is described here that the model does not say; `python -m release_tools.config.reference` prints the page.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from release_tools.config.deploy import Bake, Check, DatabaseTable, Deploy, Environment, Front, Migrations, Service
from release_tools.config.host import BackupPlace, HostFile, Keep
from release_tools.config.model import Config, VersionFile, default_flow
from release_tools.config.table import Table

BAR = r"\|"
HEAD = """# Configuration

Every key is optional. The configuration stands in `[tool.release-tools]` of `pyproject.toml`, or in a file
`release-tools.toml` at the top of the work tree (not in both). An unknown key is refused with the nearest known one.
Editors check it by `release-tools.schema.json`.

This page is made by `make reference` from the model in `release_tools/config/model.py`.
"""
DEPLOY_HEAD = """
# Deploy tables

They stand in the same file below `[deploy]`, and are read from the tree of the version that is deployed."""
HOST_HEAD = """
# The host file

One file for each environment that a machine serves, outside of any work tree: `<environment>.toml` in
`/etc/release-tools/<project>/` for root, else in `$XDG_CONFIG_HOME/release-tools/<project>/`, or in the directory that
RELEASE_TOOLS_HOSTS names. It names places and holds no secret."""
DEPLOY_TABLES: dict[str, type[Table]] = {
    "[deploy]": Deploy,
    "[deploy.services.NAME]": Service,
    "[deploy.front]": Front,
    "[deploy.databases.NAME]": DatabaseTable,
    "[deploy.migrations]": Migrations,
    "[deploy.checks.NAME]": Check,
    "[deploy.bake]": Bake,
    "[deploy.environments.NAME]": Environment,
}
HOST_TABLES: dict[str, type[Table]] = {"(top)": HostFile, "[backup]": BackupPlace, "[backup.keep]": Keep}
FLOW_HEAD = """

## [flow.KIND]

The flow table has a row for each kind of branch. A table `[flow.hotfix]` overrides single fields of that row, a new
name adds a kind, `flow.upgrade = false` removes one.

| kind | pattern | base | targets | tags | gate | merge |
|---|---|---|---|---|---|---|
"""


def render_reference() -> str:
    """Return the page."""
    tables = {field.name: field.default for field in fields(Config) if isinstance(field.default, Table)}
    lines = [line for name, values in tables.items() for line in _table(name, values)]
    lines += _rows(
        "[version.files]", "A file that names the version; the key is an array of such tables.", VersionFile, {}
    )
    flow = (
        f"| {name} | `{row.pattern}` | {row.base} | {', '.join(row.targets)} | {row.tags} | {row.gate} | {row.merge} |"
        for name, row in default_flow().items()
    )
    deploys = (line for path, model in DEPLOY_TABLES.items() for line in _model(path, model))
    hosts = (line for path, model in HOST_TABLES.items() for line in _model(path, model))
    page = (HEAD + "\n".join(lines), FLOW_HEAD + "\n".join(flow), DEPLOY_HEAD, *deploys, HOST_HEAD, *hosts)
    return "\n".join(page) + "\n"


def _model(path: str, model: type[Table]) -> Iterator[str]:
    """Yield the section of a table that has no default as a whole."""
    plain = [one for one in fields(model) if not (isinstance(one.type, type) and issubclass(one.type, Table))]
    yield f"\n## {path}\n\n{model.__doc__}\n\n| key | default | meaning |\n|---|---|---|"
    for field in plain:
        default = None if field.default is MISSING else field.default
        yield f"| `{field.name}` | {_shown(default)} | {field.metadata['description'].replace('|', BAR)} |"


def _table(path: str, values: Table) -> Iterator[str]:
    model = type(values)
    own = {field.name: getattr(values, field.name) for field in fields(model)}
    nested = {key: value for key, value in own.items() if isinstance(value, Table)}
    yield from _rows(path, model.__doc__ or "", model, {key: own[key] for key in own.keys() - nested.keys()})
    for key, value in nested.items():
        yield from _table(f"{path}.{key}", value)


def _rows(path: str, about: str, model: type[Table], defaults: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## [{path}]\n\n{about}\n\n| key | default | meaning |\n|---|---|---|"
    for field in fields(model):
        if not defaults or field.name in defaults:
            default = defaults.get(field.name, None if field.default is MISSING else field.default)
            yield f"| `{field.name}` | {_shown(default)} | {field.metadata['description'].replace('|', BAR)} |"


def _shown(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, dict):
        return "`{ " + ", ".join(f"{_bare(key)} = {json.dumps(value)}" for key, value in default.items()) + " }`"
    text = json.dumps(list(default) if isinstance(default, tuple) else default, ensure_ascii=False)
    return "`" + text.replace("|", BAR) + "`"


def _bare(key: str) -> str:
    """Return a key as TOML takes it."""
    return key if key.replace("-", "").replace("_", "").isalnum() and key.isascii() else json.dumps(key)


if __name__ == "__main__":
    sys.stdout.write(render_reference())
