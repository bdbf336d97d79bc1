"""Intents: what a command line asks for, as the flat values that a run keeps.

What is left out on the command line is left out of the intent; the flows find it in the repository.
"""

from release_tools.domain.version import parse_version
from release_tools.engine.runs import Intent


def version_intent(flow: str, version: str | None, **options: str | bool | None) -> Intent:
    """Return the intent of a flow for a version; UsageError when that is none."""
    return flow_intent(flow, version=str(parse_version(version)) if version else None, **options)


def flow_intent(flow: str, **options: str | bool | None) -> Intent:
    """Return the intent of a flow with those options that were given."""
    return {"flow": flow, **{name: value for name, value in options.items() if value}}
