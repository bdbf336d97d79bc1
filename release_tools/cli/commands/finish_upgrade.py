"""`finish-upgrade`: finish an upgrade branch as a release, once its version has run on staging."""

import click

from release_tools.cli.conducting import changing, propose_and_run, waiting
from release_tools.cli.intents import version_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("version", required=False)
@click.option("--without-staging", metavar="REASON", help="Go without a staging record; the tag says why.")
@waiting
@changing
@click.pass_obj
def command(
    invocation: Invocation, version: str | None, *, without_staging: str | None, wait: float, dry_run: bool, yes: bool
) -> None:
    """Merge an upgrade into main, tag it there, merge the tag back to develop, delete the upgrade branch.

    VERSION may be left out on the upgrade branch itself, and on main after the upgrade was merged there.
    """
    intent = version_intent("finish-upgrade", version, without_staging=without_staging)
    propose_and_run(invocation, intent, dry_run=dry_run, yes=yes, wait=wait)
