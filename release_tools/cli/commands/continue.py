"""`continue`: go on with the unfinished run."""

import click

from release_tools.cli.conducting import finish, resume, show_plan
from release_tools.cli.invocation import Invocation
from release_tools.engine.runner import Decision
from release_tools.wiring.releases import release_session


@click.command()
@click.option("--redo", "word", flag_value="redo", help="Apply the step in doubt again.")
@click.option("--skip", "word", flag_value="skip", help="Take the step in doubt as done.")
@click.option("--dry-run", is_flag=True, help="Print the plan and write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Ask no question; none is asked anyhow.")
@click.pass_obj
def command(invocation: Invocation, word: str | None, *, dry_run: bool, yes: bool) -> None:
    """Go on with the unfinished run by the plan that was approved, or, after a conflict, by what that plan forecast."""
    with release_session(invocation.repo, invocation.config, command="continue", lasting=not dry_run) as session:
        run = session.runs.open_run()
        if run is None:
            finish(invocation, "nothing", "nothing to continue: no run is unfinished", version="")
            return
        if dry_run:
            show_plan(invocation, run.plan())
            return
        resume(invocation, session, run, decision=Decision(word) if word else None)
