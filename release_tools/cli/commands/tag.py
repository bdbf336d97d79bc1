"""`tag`: tag a release candidate on its branch, or a version on main."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import version_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("version", required=False)
@changing
@click.pass_obj
def command(invocation: Invocation, version: str | None, *, dry_run: bool, yes: bool) -> None:
    """Make and push an annotated tag.

    On a release branch: a pre-release, by default the next `rc`. On main: VERSION, or the one that the files name.
    """
    propose_and_run(invocation, version_intent("tag", version), dry_run=dry_run, yes=yes)
