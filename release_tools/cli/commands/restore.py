"""`restore`: bring a backup back, beside what is live and then in its place; or take a hand-made one over."""

from pathlib import Path

import click

from release_tools.cli.conducting import changing
from release_tools.cli.deploy_runs import propose_and_run, refuse_unfinished
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.deploy.flows.backups import import_foreign, propose_restore
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("backup", required=False, default="")
@ENVIRONMENT
@click.option(
    "--import",
    "foreign",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Take over a hand-made backup (a pg_dumpall file, a volumes.tar.gz) into the store; restores nothing.",
)
@click.option("--accept-data-loss", is_flag=True, help="Give up what was written since; it is saved in a backup first.")
@changing
@click.pass_obj
def command(
    invocation: Invocation,
    backup: str,
    environment: str,
    *,
    foreign: tuple[Path, ...],
    accept_data_loss: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Bring BACKUP back: verified while it is read, made beside what is live, swapped in, the old kept beside."""
    if bool(backup) == bool(foreign):
        raise click.UsageError("Name a BACKUP, or files with --import.")
    with deploy_place(invocation.repo, invocation.config, environment, command="restore", lasting=True) as place:
        refuse_unfinished(place)
        world = place.session.world()
        if foreign:
            manifest = import_foreign(place.session, world, foreign)
            told = "\n".join(f"not proven: {sentence}" for sentence in manifest.unproven)
            data = {"backup": manifest.backup, "unproven": list(manifest.unproven)}
            report(invocation, text=f"{manifest.backup}\n{told}".strip(), data=data)
            return
        proposal = propose_restore(place.session, world, backup, accept_data_loss=accept_data_loss)
        propose_and_run(invocation, place, proposal, dry_run=dry_run, yes=yes)
