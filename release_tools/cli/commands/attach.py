"""`attach`: follow the run that is at work in an environment."""

import click

from release_tools.cli.deploy_runs import finish_result
from release_tools.cli.deploy_worker import follow, log_path
from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, talk
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("run", required=False)
@ENVIRONMENT
@click.pass_obj
def command(invocation: Invocation, run: str | None, environment: str) -> None:
    """Follow the run that is at work, or the one that ended last, and end as it does. Detaching never ends it."""
    with deploy_place(invocation.repo, invocation.config, environment, command="attach", lasting=False) as place:
        runs = (*place.session.runs.history(), *place.session.runs.open_runs())
        told = [one for one in runs if log_path(place.state, one.id).exists() and run in (None, one.id)]
        if not told:
            report(invocation, text="no run is at work", data={"state": "nothing"})
            return
        chosen = told[-1]
        result = follow(place, chosen.id, None, lambda text: talk(invocation, text))
        version = str(chosen.intent.get("version", ""))
        finish_result(invocation, result, version, chosen.flow, chosen.id)
