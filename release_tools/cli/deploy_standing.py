"""An environment's unfinished run: shown, gone on with, or taken back, when `status`, `continue` and `abort` name one.

What these commands do in a repository is `conducting`'s business.
"""

from typing import Any

from release_tools.cli.deploy_runs import hand_over
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm, report, talk
from release_tools.deploy.flows.approvals import approve
from release_tools.deploy.flows.stages import tell
from release_tools.engine.plan import plan_hash
from release_tools.engine.runs import Run
from release_tools.wiring.deploys import DeployPlace, deploy_place

MARKS = {"done": "done", "skipped": "skipped", "started": "in doubt", "failed": "failed", "": "to do"}


def show_standing(invocation: Invocation, environment: str) -> None:
    """Show the unfinished run of an environment: its plans, what is done, what to type."""
    with deploy_place(invocation.repo, invocation.config, environment, command="status", lasting=False) as place:
        runs = place.session.runs.open_runs()
        if not runs:
            report(invocation, text=f"no unfinished run in {environment}", data={"state": "none", "runs": []})
            return
        rows = [_data(run) for run in runs]
        report(
            invocation,
            text="\n\n".join("\n".join(_lines(run, environment)) for run in runs),
            data={**rows[0], "runs": rows},
        )


def continue_run(invocation: Invocation, environment: str, *, word: str | None, digits: str, dry_run: bool) -> None:
    """Go on with the unfinished run of an environment."""
    with deploy_place(invocation.repo, invocation.config, environment, command="continue", lasting=True) as place:
        run = _unfinished(invocation, place, "continue")
        if run is None:
            return
        if dry_run:
            talk(invocation, "\n".join(_lines(run, environment)))
            return
        if digits:
            approve(run, digits)
        hand_over(invocation, place, run, *((word,) if word else ()))


def abort_run(invocation: Invocation, environment: str, *, dry_run: bool, yes: bool) -> None:
    """Take the unfinished run of an environment back, by the rollback table; possible until it is open to users."""
    with deploy_place(invocation.repo, invocation.config, environment, command="abort", lasting=True) as place:
        run = _unfinished(invocation, place, "abort")
        if run is None:
            return
        talk(invocation, "\n".join(_lines(run, environment)))
        if dry_run:
            return
        confirm(invocation, "Go back?", yes=yes)
        hand_over(invocation, place, run, "abort")


def _unfinished(invocation: Invocation, place: DeployPlace, command: str) -> Run | None:
    run = place.session.runs.open_run()
    if run is None:
        text = f"nothing to {command}: no run of {place.environment} is unfinished"
        report(invocation, text=text, data={"state": "nothing"}, outputs={"state": "nothing"})
    return run


def _lines(run: Run, environment: str) -> list[str]:
    plan, begun = run.plan(), run.made[0]
    wanted = " ".join(str(run.intent.get(name, "")) for name in ("flow", "version")).strip()
    lines = [f"{wanted} for {environment}: begun {begun} by release-tools {run.made[1]} ({run.id})"]
    lines += [f"stage: {tell(run).stage.value}; plan {plan_hash(plan)[:12]}", plan.title]
    lines += [f"  {MARKS[run.said(index)]:>8}  {step.title()}" for index, step in enumerate(plan.steps)]
    ways = ("continue", "abort", "recover")
    return [*lines, "Type " + ", ".join(f"`release-tools {way} --env {environment}`" for way in ways) + "."]


def _data(run: Run) -> dict[str, Any]:
    plan = run.plan()
    steps = [{"title": step.title(), "state": MARKS[run.said(index)]} for index, step in enumerate(plan.steps)]
    return {
        "state": "unfinished",
        "stage": tell(run).stage.value,
        "run": run.id,
        "intent": dict(run.intent),
        "begun": run.made[0],
        "title": plan.title,
        "plan": plan_hash(plan),
        "steps": steps,
    }
