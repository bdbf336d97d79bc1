"""`finish-hotfix`: release a hotfix from main, and carry it to every open release and to develop."""

import click

from release_tools.cli.conducting import changing, propose_and_run, waiting
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("name", required=False)
@waiting
@changing
@click.pass_obj
def command(invocation: Invocation, name: str | None, *, wait: float, dry_run: bool, yes: bool) -> None:
    """Give a hotfix the next patch version, merge it into main, tag it, merge the tag into open releases and develop.

    NAME may be left out on the hotfix branch itself, and on main after the hotfix was merged there.
    """
    propose_and_run(invocation, flow_intent("finish-hotfix", name=name), dry_run=dry_run, yes=yes, wait=wait)
