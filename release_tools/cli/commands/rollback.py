"""`rollback`: go back to the version before, or to one that is named."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.rollbacks import propose_rollback
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@click.option("--to", default="", metavar="VERSION", help="The version to go back to; left out: the one before.")
@click.option("--accept-data-loss", is_flag=True, help="Let the data go back as well; it is saved in a backup first.")
@changing
@click.pass_obj
def command(
    invocation: Invocation, environment: str, *, to: str, accept_data_loss: bool, dry_run: bool, yes: bool
) -> None:
    """Go back to the version before: by code alone where that version was seen to run on this schema.

    Where the data would have to go back, too, nothing is done until you accept what is lost (exit 6 lists it).
    """
    with deploy_place(invocation.repo, invocation.config, environment, command="rollback", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_rollback(place.session, place.session.world(), to=to, accept_data_loss=accept_data_loss)
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
