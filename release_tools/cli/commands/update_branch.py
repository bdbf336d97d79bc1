"""`update-branch`: bring the base branch's newest commits into the branch that is checked out."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation


@click.command()
@click.option("--rebase", is_flag=True, help="Replay the branch's commits on top instead of merging.")
@changing
@click.pass_obj
def command(invocation: Invocation, *, rebase: bool, dry_run: bool, yes: bool) -> None:
    """Merge develop into a feature or a fix, main (or its support line) into a hotfix; move the remote's branch, too.

    With --rebase the branch's commits are made anew on top of it, without the merges. A conflict of a merge is resolved
    in a work tree of its own; a conflict of a rebase is refused before anything happened.
    """
    propose_and_run(invocation, flow_intent("update-branch", rebase=rebase), dry_run=dry_run, yes=yes)
