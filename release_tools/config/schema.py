"""The JSON Schema of the configuration, for editors; `python -m release_tools.config.schema` prints it.

The model is its only source; nothing about a key is said here.
"""

import json
import sys
from dataclasses import MISSING, fields
from typing import Any

from release_tools.config.changelog_table import Changelog
from release_tools.config.deploy import Deploy
from release_tools.config.judge import model_schema
from release_tools.config.model import Config, Version
from release_tools.config.source import DEPLOY
from release_tools.config.table import Table

TITLE = "Configuration of release-tools"


def render_schema() -> str:
    """Return the schema as it stands in `release-tools.schema.json`."""
    schema, deploy = model_schema(Config), model_schema(Deploy)
    for table in (Version(), Changelog()):
        _add_made_defaults(schema["$defs"][type(table).__name__]["properties"], table)
    # A row of the flow table may change single fields of a default row, or take it out.
    schema["$defs"]["FlowKind"].pop("required")
    rows = schema["properties"]["flow"]
    rows["additionalProperties"] = {"anyOf": [rows["additionalProperties"], {"const": False}]}
    schema["$defs"] |= deploy.pop("$defs")
    schema["properties"][DEPLOY] = deploy
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": TITLE}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _add_made_defaults(keys: dict[str, Any], table: Table) -> None:
    """Add the defaults that are made for each configuration anew; pydantic leaves them out, as they might differ."""
    for field in fields(table):
        if field.default_factory is not MISSING:
            keys[field.name] = dict(sorted({**keys[field.name], "default": getattr(table, field.name)}.items()))


if __name__ == "__main__":
    sys.stdout.write(render_schema())
