"""`start-feature`: cut a feature branch from develop."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("name")
@click.option("--push", is_flag=True, help="Publish the branch at once.")
@changing
@click.pass_obj
def command(invocation: Invocation, name: str, *, push: bool, dry_run: bool, yes: bool) -> None:
    """Cut a feature branch from develop as the remote has it, and switch to it.

    NAME is the branch's name, with or without its prefix.
    """
    propose_and_run(invocation, flow_intent("start-feature", name=name, push=push), dry_run=dry_run, yes=yes)
