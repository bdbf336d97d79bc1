"""`start-upgrade`: cut the branch of a version that is finished only after it ran on staging."""

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
    """Cut an upgrade branch from develop: a release whose finish asks for a record that it ran on staging.

    VERSION is MAJOR.MINOR.PATCH; without it, it is the next version that the commits ask for, shown and confirmed.
    """
    propose_and_run(invocation, version_intent("start-upgrade", version, request=request), dry_run=dry_run, yes=yes)
