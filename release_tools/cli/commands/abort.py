"""`abort`: take the unfinished run back."""

import click

from release_tools.cli.conducting import changing, finish, show_plan, with_conductor
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm
from release_tools.release.flows.conductor import Conductor
from release_tools.wiring.releases import release_session


@click.command()
@changing
@click.pass_obj
def command(invocation: Invocation, *, dry_run: bool, yes: bool) -> None:
    """Go back to where the unfinished run began, possible until others can see the release."""
    with release_session(invocation.repo, invocation.config, command="abort", lasting=not dry_run) as session:
        run = session.runs.open_run()
        if run is None:
            finish(invocation, "nothing", "nothing to abort: no run is unfinished", version="")
            return

        def go_back(conductor: Conductor) -> str:
            plan = conductor.plan_back(run)
            show_plan(invocation, plan)
            if dry_run:
                return "planned"
            if plan.steps:
                confirm(invocation, "Go back?", yes=yes)
            return conductor.go_back(run, plan)

        outcome = with_conductor(invocation, session, go_back)
        version = str(run.intent.get("version", ""))
        finish(invocation, outcome, "" if dry_run else "the run is taken back", version=version)
