"""`backups`: list the backups of an environment."""

import click

from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@click.pass_obj
def command(invocation: Invocation, environment: str) -> None:
    """List the backups of an environment, oldest first: size, when each was proven, what protects it."""
    with deploy_place(invocation.repo, invocation.config, environment, command="backups", lasting=False) as place:
        kept = place.session.world().backups.all()
    lines = [
        f"{one.backup}  {one.size / 2**20:9.1f} MiB  {'proven ' + one.verified_at if one.verified_at else 'not proven'}"
        + (f"  kept: {one.protected}" if one.protected else "")
        for one in kept
    ]
    report(invocation, text="\n".join(lines) or "no backups", data={"backups": [one._asdict() for one in kept]})
