"""`finish-feature`: merge a feature into develop and delete its branch."""

import click

from release_tools.cli.conducting import changing, propose_and_run, waiting
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation
from release_tools.cli.squash_message import squash_message, squashing


@click.command()
@click.argument("name", required=False)
@squashing
@waiting
@changing
@click.pass_obj
def command(
    invocation: Invocation, name: str | None, *, message: str | None, wait: float, dry_run: bool, yes: bool
) -> None:
    """Merge a feature branch that has all of develop into it, by `flow.feature.merge`, push, and delete the branch.

    NAME may be left out on the branch itself. Where develop takes pull requests only, the branch is pushed and the run
    goes on when it is merged.
    """
    intent = flow_intent("finish-feature", name=name, message=squash_message(invocation, message))
    propose_and_run(invocation, intent, dry_run=dry_run, yes=yes, wait=wait)
