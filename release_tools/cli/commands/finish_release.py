"""`finish-release`: merge a release into main, tag it there, bring it back to develop, delete its branch."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.invocation import Invocation
from release_tools.domain.version import parse_version
from release_tools.release.flows.proposals import propose_finish


@click.command()
@click.argument("version", required=False)
@changing
@click.pass_obj
def command(invocation: Invocation, version: str | None, *, dry_run: bool, yes: bool) -> None:
    """Merge a release into main, tag it there, merge the tag back to develop, delete the release branch.

    VERSION may be left out on the release branch itself, and on main after the release was merged there.
    """
    intent = {"flow": "finish-release"} | ({"version": str(parse_version(version))} if version else {})
    propose_and_run(invocation, intent, lambda session: propose_finish(session, version), dry_run=dry_run, yes=yes)
