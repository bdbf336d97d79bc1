"""`bump`: set a version in the files of the current branch; a release branch gets the new number."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation
from release_tools.domain.version import parse_version

WORDS = ("major", "minor", "patch")


@click.command()
@click.argument("version", metavar="VERSION|major|minor|patch")
@changing
@click.pass_obj
def command(invocation: Invocation, version: str, *, dry_run: bool, yes: bool) -> None:
    """Set the version in every version file of the current branch, as one commit; nothing is pushed.

    On a release or upgrade branch this renumbers the release: branch, files and changelog section, here and at the
    remote.
    """
    wanted = version if version in WORDS else str(parse_version(version))
    propose_and_run(invocation, flow_intent("bump", version=wanted), dry_run=dry_run, yes=yes)
