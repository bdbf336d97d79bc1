"""The options by which a person asks for another next version than the one that the commits make.

What they come to is decided in the domain.
"""

from collections.abc import Callable
from typing import Any

import click

from release_tools.domain.history.wish import Wish
from release_tools.domain.version import LEVELS, parse_version
from release_tools.errors import UsageError

OPTIONS = (
    click.option("--pre", "label", metavar="LABEL", default="", help="Make it a pre-release, for example `rc`."),
    click.option("--build", metavar="DATA", default="", help="Append build metadata."),
    click.option("--level", type=click.Choice(LEVELS[1:]), help="Raise this part, whatever the commits ask for."),
    click.option("--as", "version", metavar="VERSION", help="Take this version, whatever the commits ask for."),
    click.option("--reason", metavar="TEXT", default="", help="Why; needed with --level and --as."),
    click.option("--offline", is_flag=True, help="Do not ask the remote; go by what the last fetch brought."),
)


def wishing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a wish, and `--offline`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def parse_wish(options: dict[str, Any]) -> Wish:
    """Return the wish that the options make; `UsageError` when they do not fit together."""
    level, text, reason = options["level"], options["version"], options["reason"].strip()
    if level and text:
        raise click.UsageError("--level and --as exclude each other.")
    if bool(level or text) != bool(reason):
        raise UsageError(
            "--level and --as need --reason, and --reason needs one of them: who reads the result will ask why.",
            state="Nothing was changed.",
            todo="Type: release-tools next-version --level minor --reason 'the interface has changed in a way'",
        )
    version = parse_version(text) if text else None
    return Wish(level=level, version=version, reason=reason, label=options["label"], build=options["build"])
