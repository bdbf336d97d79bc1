"""`gc`: remove what nothing leads back to any more."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.upkeep import propose_tidying
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@changing
@click.pass_obj
def command(invocation: Invocation, environment: str, *, dry_run: bool, yes: bool) -> None:
    """Remove old copies, releases and backups: what no generation keeps, never the last verified backup."""
    with deploy_place(invocation.repo, invocation.config, environment, command="gc", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_tidying(place.session, place.session.world())
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
