"""`start-release`: cut a release branch from develop, with the version in its files and a changelog section."""

import click

from release_tools.cli.conducting import REQUEST, changing, propose_and_run
from release_tools.cli.intents import version_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("version", required=False)
@REQUEST
@changing
@click.pass_obj
def command(invocation: Invocation, version: str | None, *, request: bool, dry_run: bool, yes: bool) -> None:
    """Cut a release branch from develop (from main on a trunk, from a support line for an old version).

    VERSION is MAJOR.MINOR.PATCH; without it, it is the next version that the commits ask for, shown and confirmed.
    """
    propose_and_run(invocation, version_intent("start-release", version, request=request), dry_run=dry_run, yes=yes)
