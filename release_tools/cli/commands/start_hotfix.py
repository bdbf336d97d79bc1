"""`start-hotfix`: cut a hotfix branch from main, or from the support line that is checked out."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("name")
@changing
@click.pass_obj
def command(invocation: Invocation, name: str, *, dry_run: bool, yes: bool) -> None:
    """Cut a hotfix branch from main, push it and switch to it; on a support line, from that line.

    NAME is the branch's name, with or without its prefix. The version is chosen when the hotfix is finished.
    """
    propose_and_run(invocation, flow_intent("start-hotfix", name=name), dry_run=dry_run, yes=yes)
