"""`migrate`: run the pending migrations of a version alone."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.upkeep import propose_migration
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("version")
@ENVIRONMENT
@changing
@click.pass_obj
def command(invocation: Invocation, version: str, environment: str, *, dry_run: bool, yes: bool) -> None:
    """Run the pending migrations of VERSION and nothing else; refused (exit 9) without a fresh, verified backup."""
    with deploy_place(invocation.repo, invocation.config, environment, command="migrate", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_migration(place.session, place.session.world(), version)
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
