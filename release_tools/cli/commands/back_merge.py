"""`back-merge`: merge the newest release into develop and the open releases, where it is missing."""

import click

from release_tools.cli.conducting import changing, propose_and_run, waiting
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.argument("branch", required=False)
@waiting
@changing
@click.pass_obj
def command(invocation: Invocation, branch: str | None, *, wait: float, dry_run: bool, yes: bool) -> None:
    """Merge the newest release tag of main into every branch that lacks it: develop and the open releases.

    BRANCH: only into this one.
    """
    propose_and_run(invocation, flow_intent("back-merge", branch=branch), dry_run=dry_run, yes=yes, wait=wait)
