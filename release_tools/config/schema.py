"""The JSON Schema of the configuration, for editors; `python -m release_tools.config.schema` prints it.

The model is its only source; nothing about a key is said here.
"""

import json
import sys

from release_tools.config.model import Config

TITLE = "Configuration of release-tools"


def render_schema() -> str:
    """Return the schema as it stands in `release-tools.schema.json`."""
    schema = Config.model_json_schema()
    # A row of the flow table may change single fields of a default row, or take it out.
    schema["$defs"]["FlowKind"].pop("required")
    rows = schema["properties"]["flow"]
    rows["additionalProperties"] = {"anyOf": [rows["additionalProperties"], {"const": False}]}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": TITLE}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
