"""`rehearse`: back up, restore beside, migrate the copy, boot the new and the old version on it; touch nothing live."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("version")
@ENVIRONMENT
@click.option("--ref", default="", metavar="REF", help="Take the version from a branch that is not tagged yet.")
@changing
@click.pass_obj
def command(invocation: Invocation, version: str, environment: str, *, ref: str, dry_run: bool, yes: bool) -> None:
    """Rehearse the upgrade to VERSION and the way back on a restored copy, and tell what a deploy would be like."""
    waived = {"staging": "a rehearsal", "window": "a rehearsal"}
    with deploy_place(invocation.repo, invocation.config, environment, command="rehearse", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_deploy(
            place.session, place.session.world(), version=version, ref=ref, waived=waived, flow="rehearse"
        )
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
