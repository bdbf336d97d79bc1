"""`finish-release`: merge a release into main, tag it there, bring it back to develop, delete its branch."""

import click

from release_tools.cli.conducting import changing, propose_and_run, waiting
from release_tools.cli.intents import version_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("version", required=False)
@waiting
@changing
@click.pass_obj
def command(invocation: Invocation, version: str | None, *, wait: float, dry_run: bool, yes: bool) -> None:
    """Merge a release into main, tag it there, merge the tag back to develop, delete the release branch.

    VERSION may be left out on the release branch itself, and on main after the release was merged there. Where main or
    develop takes pull requests only, the branches are pushed and the run goes on when they are merged.
    """
    propose_and_run(invocation, version_intent("finish-release", version), dry_run=dry_run, yes=yes, wait=wait)
