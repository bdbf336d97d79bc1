"""`migrate`: run the pending migrations of a version alone."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.migrating import propose_migration
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("version")
@ENVIRONMENT
@click.option(
    "--accept-unproven", is_flag=True, help="Migrate although what serves was not seen to run on the new schema."
)
@changing
@click.pass_obj
def command(
    invocation: Invocation, version: str, environment: str, *, accept_unproven: bool, dry_run: bool, yes: bool
) -> None:
    """Run the pending migrations of VERSION and nothing else; refused (exit 9) without a fresh, verified backup.

    What serves goes on serving on the new schema. Unless a rehearsal has seen it run there, nothing is done (exit 6).
    """
    with deploy_place(invocation.repo, invocation.config, environment, command="migrate", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_migration(place.session, place.session.world(), version, accept_unproven=accept_unproven)
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
