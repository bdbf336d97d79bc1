"""`protect`: let the forge enforce what the configuration says of branches and tags."""

import click

from release_tools.cli.conducting import changing, propose_and_run
from release_tools.cli.intents import flow_intent
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.release.flows.protections import export_protections
from release_tools.wiring.releases import release_session


@click.command()
@click.option("--export", is_flag=True, help="Print what the forge enforces now, as JSON in its own form.")
@changing
@click.pass_obj
def command(invocation: Invocation, *, export: bool, dry_run: bool, yes: bool) -> None:
    """Protect main, develop and version tags at the forge: pull requests only, by the flow's ways of merging.

    --dry-run prints the difference. Who may bypass a protection, and protections of other names, stay as they are.
    """
    if not export:
        propose_and_run(invocation, flow_intent("protect"), dry_run=dry_run, yes=yes)
        return
    with release_session(invocation.repo, invocation.config, command="protect", lasting=False) as session:
        text = export_protections(session)
    report(invocation, text=text, data={"protections": text})
