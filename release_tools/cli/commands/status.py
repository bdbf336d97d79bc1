"""`status`: show the unfinished run of this repository: what is done, what is next, what to type."""

import click

from release_tools.cli.environment_option import OPTIONAL_ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.engine.runner import go_on
from release_tools.engine.runs import Run
from release_tools.wiring.releases import release_session

MARKS = {"done": "done", "skipped": "skipped", "started": "in doubt", "failed": "failed", "": "to do"}


@click.command()
@OPTIONAL_ENVIRONMENT
@click.pass_obj
def command(invocation: Invocation, environment: str | None) -> None:
    """Show the unfinished run of this repository, or of an environment, and the runs that wait for somebody else."""
    if environment:
        from release_tools.cli.deploy_standing import show_standing

        show_standing(invocation, environment)
        return
    with release_session(invocation.repo, invocation.config, command="status", lasting=False) as session:
        runs = session.runs.open_runs()
        if not runs:
            report(invocation, text="no unfinished run", data={"state": "none", "runs": []})
            return
        rows = [_data(run) for run in runs]
        text = "\n\n".join("\n".join(_lines(run)) for run in runs)
        report(invocation, text=text, data={**rows[0], "runs": rows})


def _lines(run: Run) -> list[str]:
    plan = run.plan()
    begun, made_by = run.made
    wanted = " ".join(str(value) for value in run.intent.values())
    lines = [f"{wanted}: begun {begun} by release-tools {made_by} ({run.id})", plan.title]
    lines += [f"  {MARKS[run.said(index)]:>8}  {step.title()}" for index, step in enumerate(plan.steps)]
    if plan.awaits and not run.undoing:
        return [*lines, plan.awaits.condition, plan.awaits.todo]
    return [*lines, go_on(run)]


def _data(run: Run) -> dict[str, object]:
    plan = run.plan()
    steps = [{"title": step.title(), "state": MARKS[run.said(index)]} for index, step in enumerate(plan.steps)]
    return {
        "state": "waiting" if run.waiting else "unfinished",
        "run": run.id,
        "intent": dict(run.intent),
        "begun": run.made[0],
        "undoing": run.undoing,
        "title": plan.title,
        "steps": steps,
        "awaits": plan.awaits.condition if plan.awaits else None,
    }
