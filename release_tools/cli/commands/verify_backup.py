"""`verify-backup`: prove that a backup can be restored."""

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import ENVIRONMENT, propose_and_run, refuse_unfinished
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.deploy.flows.backups import known, propose_proof
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("backup")
@ENVIRONMENT
@click.option("--read-only", is_flag=True, help="Read every byte and compare hashes, but restore nothing.")
@changing
@click.pass_obj
def command(
    invocation: Invocation, backup: str, environment: str, *, read_only: bool, dry_run: bool, yes: bool
) -> None:
    """Prove BACKUP: read every byte against the manifest, restore it beside what is live, compare, remove the copy."""
    with deploy_place(invocation.repo, invocation.config, environment, command="verify-backup", lasting=True) as place:
        refuse_unfinished(place)
        world = place.session.world()
        if read_only:
            manifest = world.backups.verify(backup, sha256=known(place.session, world, backup))
            count = len(manifest.artefacts)
            report(
                invocation,
                text=f"{backup}: {count} artefacts are as they were written",
                data={"backup": backup, "good": True, "artefacts": count, "unproven": list(manifest.unproven)},
            )
            return
        proposal = propose_proof(place.session, world, place.blueprint(), backup)
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
