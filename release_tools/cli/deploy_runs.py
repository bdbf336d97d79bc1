"""Deploy runs from the command line: shown, asked about, handed to a worker of their own, and followed to their end.

The worker is a process in a session of its own: a lost terminal ends nothing.
"""

from collections.abc import Callable
from typing import Any

from release_tools.cli.deploy_worker import Result, follow, start_worker
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import as_summary, confirm, report, talk
from release_tools.deploy.flows.conductor import record_run
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Run
from release_tools.errors import PreconditionFailed
from release_tools.wiring.deploys import DeployPlace


def refuse_unfinished(place: DeployPlace) -> None:
    """Raise when a run of this environment is unfinished; a second one would build on sand."""
    run = place.session.runs.open_run()
    if run is not None:
        wanted = f"{run.intent['flow']} {run.intent.get('version', '')}".strip()
        raise PreconditionFailed(
            f"A run of {place.environment} is unfinished: {wanted}, begun {run.made[0]}.",
            state="Nothing was changed by this command.",
            todo=f"Type `release-tools status --env {place.environment}` to look, `release-tools recover --env "
            f"{place.environment}` to end it.",
        )


def propose_and_run(
    invocation: Invocation,
    place: DeployPlace,
    proposal: DeployProposal,
    *,
    dry_run: bool,
    yes: bool,
    show: Callable[[DeployProposal], tuple[str, ...]] | None = None,
) -> None:
    """Show what is proposed and, approved, let a worker carry it out while we look on."""
    plan = proposal.plan
    if not plan.steps:
        finish(invocation, "nothing", plan.title, proposal)
        return
    lines = show(proposal) if show else plan.lines()
    talk(invocation, "\n".join((*lines, *proposal.forecast)))
    if dry_run:
        data = {"plan": list(lines), "forecast": dict(proposal.data or {})}
        report(invocation, text="", data={"state": "planned", **data}, outputs={"state": "planned"})
        return
    confirm(invocation, "Go ahead?", yes=yes)
    run = record_run(place.session, proposal.intent, plan, proposal.stage)
    hand_over(invocation, place, run)


def hand_over(invocation: Invocation, place: DeployPlace, run: Run, *words: str) -> None:
    """Let a worker go on with a run, follow it, and report its end."""
    version = str(run.intent.get("version", ""))
    result = carry_out(invocation, place, run, *words)
    finish_result(invocation, result, version, run.flow, run.id)


def carry_out(invocation: Invocation, place: DeployPlace, run: Run, *words: str) -> Result:
    """Let a worker go on with a run and follow it; return how it ended."""
    worker = start_worker(place, run.id, words)
    return follow(place, run.id, worker, lambda text: talk(invocation, text))


def finish_result(invocation: Invocation, result: Result, version: str, flow: str, run: str) -> None:
    """Report how a worker ended; raise the error that it ended in."""
    if result.error is not None:
        raise result.error
    data = {"state": result.outcome, "version": version, "run": run}
    text = " ".join(word for word in (flow, version) if word)
    report(
        invocation,
        text=f"{text}: {result.outcome}",
        data=data,
        outputs={"state": result.outcome, "version": version, "run": run},
        summary=as_summary(f"{text}: {result.outcome.replace('_', ' ')}"),
    )


def finish(invocation: Invocation, state: str, text: str, proposal: DeployProposal) -> None:
    """Report a command that had nothing to carry out."""
    version = str(proposal.intent.get("version", ""))
    data: dict[str, Any] = {"state": state, "version": version}
    report(invocation, text=text, data=data, outputs={"state": state, "version": version}, summary=as_summary(text))


def show_plan(invocation: Invocation, plan: Plan) -> None:
    """Show a plan on stderr."""
    talk(invocation, "\n".join(plan.lines()))
