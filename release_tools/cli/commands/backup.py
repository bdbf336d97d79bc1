"""`backup`: back an environment up and prove the backup by a restore."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.backups import propose_backup
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@changing
@click.pass_obj
def command(invocation: Invocation, environment: str, *, dry_run: bool, yes: bool) -> None:
    """Back up databases, directories and configuration, and prove the backup by restoring it beside what is live."""
    with deploy_place(invocation.repo, invocation.config, environment, command="backup", lasting=True) as place:
        refuse_unfinished(place)
        proposal = propose_backup(place.session, place.session.world(), place.blueprint())
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
