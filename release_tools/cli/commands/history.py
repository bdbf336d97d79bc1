"""`history`: what was done to an environment."""

from dataclasses import asdict

import click

from release_tools.cli.deploy_runs import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.deploy.flows.records import Past, newest_journal, past_runs
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@click.option("--journal", is_flag=True, help="Print the journal of the newest run instead, as JSON lines.")
@click.pass_obj
def command(invocation: Invocation, environment: str, *, journal: bool) -> None:
    """List what was done to an environment, oldest first, as the journals tell it."""
    with deploy_place(invocation.repo, invocation.config, environment, command="history", lasting=False) as place:
        if journal:
            click.echo(newest_journal(place.session), nl=False)
            return
        past = past_runs(place.session)
    report(
        invocation,
        text="\n".join(_line(one) for one in past) or "nothing was done here yet",
        data={"runs": [asdict(one) for one in past]},
    )


def _line(past: Past) -> str:
    what = f"{past.flow} {past.version}".strip()
    outcome = (past.outcome or "unfinished").replace("_", " ")
    down = f", {past.downtime:.1f} s down" if past.downtime is not None else ""
    why = f": {past.why.partition(chr(10))[0]}" if past.why else ""
    return f"{past.began}  {what:24}  {outcome}{down}  {past.actor}{why}"
