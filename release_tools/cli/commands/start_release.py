"""`start-release`: cut a release branch from develop, with the version in its files and a changelog section."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.invocation import Invocation
from release_tools.domain.version import parse_version
from release_tools.release.flows.proposals import propose_start


@click.command()
@click.argument("version", required=False)
@changing
@click.pass_obj
def command(invocation: Invocation, version: str | None, *, dry_run: bool, yes: bool) -> None:
    """Cut a release branch from develop (from main on a trunk).

    VERSION is MAJOR.MINOR.PATCH; without it, it is the next version that the commits ask for, shown and confirmed.
    """
    intent = {"flow": "start-release"} | ({"version": str(parse_version(version))} if version else {})
    propose_and_run(invocation, intent, lambda session: propose_start(session, version), dry_run=dry_run, yes=yes)
