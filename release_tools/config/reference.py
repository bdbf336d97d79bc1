"""The configuration reference: every key with its type, default and meaning, rendered from the model as Markdown.

Nothing is described here that the model does not say; `python -m release_tools.config.reference` prints the page.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from release_tools.config.model import Config, VersionFile, default_flow
from release_tools.config.table import Table

BAR = r"\|"
HEAD = """# Configuration

Every key is optional. The configuration stands in `[tool.release-tools]` of `pyproject.toml`, or in a file
`release-tools.toml` at the top of the work tree (not in both). An unknown key is refused with the nearest known one.
Editors check it by `release-tools.schema.json`.

This page is made by `make reference` from the model in `release_tools/config/model.py`.
"""
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
    return HEAD + "\n".join(lines) + FLOW_HEAD + "\n".join(flow) + "\n"


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
