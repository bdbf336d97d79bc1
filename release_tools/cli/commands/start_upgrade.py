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

    On the machine that serves production, that is backed up first, and the backup proven by a restore.
    """
    from release_tools.cli.upgrade_backup import upgrade_backup

    with upgrade_backup(invocation, lasting=not dry_run) as first:
        intent = version_intent("start-upgrade", version, request=request)
        propose_and_run(invocation, intent, dry_run=dry_run, yes=yes, first=first)
