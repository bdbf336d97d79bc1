"""`continue`: go on with the unfinished run."""

import click

from release_tools.cli.conducting import chosen_run, finish, resume, show_plan, waiting
from release_tools.cli.environment_option import OPTIONAL_ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.engine.runner import Decision
from release_tools.wiring.releases import release_session


@click.command()
@click.argument("run", required=False)
@click.option("--redo", "word", flag_value="redo", help="Apply the step in doubt again.")
@click.option("--skip", "word", flag_value="skip", help="Take the step in doubt as done.")
@click.option("--dry-run", is_flag=True, help="Print the plan and write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Ask no question; none is asked anyhow.")
@click.option("--approve", "digits", default="", metavar="DIGITS", help="With --env: approve the plan with this hash.")
@waiting
@OPTIONAL_ENVIRONMENT
@click.pass_obj
def command(
    invocation: Invocation,
    run: str | None,
    word: str | None,
    environment: str | None,
    *,
    digits: str,
    dry_run: bool,
    yes: bool,
    wait: float,
) -> None:
    """Go on with the unfinished run by the plan that was approved, or, after a wait, by what that plan forecast.

    RUN names one of several that wait, as `status` shows them.
    """
    if environment:
        from release_tools.cli.deploy_standing import continue_run

        continue_run(invocation, environment, word=word, digits=digits, dry_run=dry_run)
        return
    with release_session(invocation.repo, invocation.config, command="continue", lasting=not dry_run) as session:
        chosen = chosen_run(session, run, command="continue")
        if chosen is None:
            finish(invocation, "nothing", "nothing to continue: no run is unfinished", version="")
            return
        if dry_run:
            show_plan(invocation, chosen.plan())
            return
        resume(invocation, session, chosen, decision=Decision(word) if word else None, wait=wait)
