"""`deploy`: bring a version to an environment, with backup, proof, rehearsal, verification and a way back."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import detail
from release_tools.deploy.flows.proposals import propose_deploy
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("version")
@ENVIRONMENT
@click.option("--ref", default="", metavar="REF", help="Deploy a branch that is not tagged yet, as to staging.")
@click.option("--redeploy", is_flag=True, help="Deploy it although it serves already.")
@click.option("--hold", is_flag=True, help="Wait for approval between preparing and cutting over.")
@click.option("--without-staging", metavar="REASON", help="Deploy what the environment before has not committed.")
@click.option("--outside-window", metavar="REASON", help="Deploy outside of the windows, or in a freeze.")
@click.option("--fix-perms", is_flag=True, help="Give secret files the mode 0600 first.")
@changing
@click.pass_obj
def command(
    invocation: Invocation,
    version: str,
    environment: str,
    *,
    ref: str,
    redeploy: bool,
    hold: bool,
    without_staging: str | None,
    outside_window: str | None,
    fix_perms: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Bring VERSION to an environment, and take it back by itself when it fails and nothing would be lost.

    First everything that can fail without touching what serves: backup, its proof by a restore, rehearsal of the
    migrations on the restored copy. Then the cut-over. A worker of its own does it; a lost terminal ends nothing.
    """
    reasons = {"staging": without_staging, "window": outside_window}
    waived = {subject: reason for subject, reason in reasons.items() if reason}
    with deploy_place(invocation.repo, invocation.config, environment, command="deploy", lasting=True) as place:
        refuse_unfinished(place)
        world = place.session.world()
        if fix_perms and not dry_run:
            world.host.fix_permissions(place.secret_paths())
        proposal = propose_deploy(
            place.session, world, version=version, ref=ref, redeploy=redeploy, hold=hold, waived=waived
        )
        for finding in proposal.findings:
            detail(invocation, f"{finding.subject}: {finding.said}")
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
