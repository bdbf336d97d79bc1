"""`abort`: take the unfinished run back."""

import click

from release_tools.cli.conducting import changing, chosen_run, finish, show_plan, with_conductor
from release_tools.cli.environment_option import OPTIONAL_ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm
from release_tools.release.flows.conductor import Conductor
from release_tools.wiring.releases import release_session


@click.command()
@click.argument("run", required=False)
@OPTIONAL_ENVIRONMENT
@changing
@click.pass_obj
def command(invocation: Invocation, run: str | None, environment: str | None, *, dry_run: bool, yes: bool) -> None:
    """Go back to where the unfinished run began, possible until others can see the release.

    RUN names one of several that wait, as `status` shows them.
    """
    if environment:
        from release_tools.cli.deploy_standing import abort_run

        abort_run(invocation, environment, dry_run=dry_run, yes=yes)
        return
    with release_session(invocation.repo, invocation.config, command="abort", lasting=not dry_run) as session:
        chosen = chosen_run(session, run, command="abort")
        if chosen is None:
            finish(invocation, "nothing", "nothing to abort: no run is unfinished", version="")
            return

        def go_back(conductor: Conductor) -> str:
            plan = conductor.plan_back(chosen)
            show_plan(invocation, plan)
            if dry_run:
                return "planned"
            if plan.steps:
                confirm(invocation, "Go back?", yes=yes)
            return conductor.go_back(chosen, plan)

        outcome = with_conductor(invocation, session, go_back)
        version = str(chosen.intent.get("version", ""))
        finish(invocation, outcome, "" if dry_run else "the run is taken back", version=version)
