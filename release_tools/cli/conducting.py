"""Conducting from the command line: a proposal is shown, asked about, carried out, and its end reported.

What a command proposes comes from the flows; this is the one way in which all of them are shown and run.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import as_summary, confirm, report, talk
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Progress
from release_tools.engine.runs import Intent, Run
from release_tools.engine.stop import StopRequest
from release_tools.errors import HumanNeeded, UsageError
from release_tools.release.flows.conductor import Conductor, unfinished
from release_tools.release.flows.intents import complete_intent
from release_tools.release.flows.planning import propose
from release_tools.release.flows.session import Proposal, Session
from release_tools.wiring.releases import release_session

POLL = 10.0
"""Seconds between two looks at a remote that is waited for."""

CHANGING = (
    click.option("--dry-run", is_flag=True, help="Print the plan and write nothing."),
    click.option("--yes", "-y", is_flag=True, help="Ask no question."),
)

OPTIONAL_ENVIRONMENT = click.option(
    "--env", "environment", metavar="NAME", help="The run of this environment, not that of the repository."
)

REQUEST = click.option("--request", is_flag=True, help="Open the branch's pull request into main as well.")


def changing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that everything has that changes something."""
    for option in CHANGING:
        command = option(command)
    return command


def waiting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that may have to wait for somebody else the option to do so."""
    option = click.option(
        "--wait",
        type=click.FloatRange(min=0),
        default=0,
        metavar="SECONDS",
        help="Wait so long for pull requests and deploys.",
    )
    return option(command)


def propose_and_run(invocation: Invocation, intent: Intent, *, dry_run: bool, yes: bool, wait: float = 0) -> None:
    """Show what is proposed and, approved, carry it out; an unfinished run of the same intent goes on instead."""
    name = str(intent["flow"])
    with release_session(invocation.repo, invocation.config, command=name, lasting=not dry_run) as session:
        intent = complete_intent(session, intent)
        run = None if dry_run else unfinished(session, intent)
        if run is not None:
            talk(invocation, f"An unfinished run of this is here, begun {run.made[0]}; going on with it.")
            resume(invocation, session, run, yes=yes, wait=wait)
            return
        proposal = propose(session, intent)
        if not proposal.plan.steps and not proposal.plan.awaits:
            _report(invocation, "nothing", proposal.plan, proposal.result)
            return
        shown = _lines(proposal, unsigned=session.signs)
        talk(invocation, "\n".join(shown))
        if dry_run:
            finish(invocation, "planned", "", version=proposal.result, plan=shown)
            return
        confirm(invocation, "Go ahead?", yes=yes or not proposal.plan.steps)
        if session.signs:
            session = replace(session, signing=True)
            proposal = propose(session, intent)
            if _lines(proposal, unsigned=True) != shown:
                talk(invocation, "Something has moved meanwhile; this is the plan now:")
                show_plan(invocation, proposal.plan)
                confirm(invocation, "Go ahead?", yes=yes)
        outcome = with_conductor(invocation, session, lambda conductor: conductor.begin(proposal), yes=yes)
        begun = next((run for run in session.runs.open_runs() if run.id == session.run_id), None)
        if begun is not None:
            outcome = _wait(invocation, session, begun, wait)
        _report(invocation, outcome, begun.plan() if begun else proposal.plan, proposal.result)


def resume(
    invocation: Invocation, session: Session, run: Run, *, decision: Any = None, yes: bool = True, wait: float = 0
) -> None:
    """Go on with an unfinished run and report its end; its plan was shown when it was approved."""
    talk(invocation, f"going on: {run.plan().title}")
    outcome = with_conductor(invocation, session, lambda conductor: conductor.go_on(run, decision), yes=yes)
    if outcome == "waiting":
        outcome = _wait(invocation, session, run, wait)
    _report(invocation, outcome, run.plan(), str(run.intent.get("version", "")))


def _wait(invocation: Invocation, session: Session, run: Run, seconds: float) -> str:
    """Look again and again whether what a run waits for has come about; `HumanNeeded` when the time is up."""
    awaits, end = run.plan().awaits, time.monotonic() + seconds
    if seconds and awaits:
        talk(invocation, f"{awaits.condition}\n{awaits.todo}")
    while seconds and awaits:
        if time.monotonic() >= end:
            raise HumanNeeded(awaits.condition, state="The run waits; nothing was changed meanwhile.", todo=awaits.todo)
        time.sleep(min(POLL, seconds))
        if with_conductor(invocation, session, lambda conductor: conductor.go_on(run), yes=True) != "waiting":
            return "done"
        awaits = run.plan().awaits
    return "waiting"


def _report(invocation: Invocation, outcome: str, plan: Plan, version: str) -> None:
    awaits = plan.awaits if outcome == "waiting" else None
    ended = plan.title if outcome == "nothing" else f"{plan.title}: {outcome}"
    text = f"{awaits.condition}\n{awaits.todo}" if awaits else ended
    finish(invocation, outcome, text, version=version)


def chosen_run(session: Session, name: str | None, *, command: str) -> Run | None:
    """Return the run that a command means: the one named, else the unfinished one, else the only one that waits."""
    runs = session.runs.open_runs()
    found = tuple(run for run in runs if run.id == name) if name else runs
    if (name and not found) or (len(found) > 1 and found[0].waiting):
        listed = "; ".join(f"{run.id}: {run.plan().title}" for run in runs) or "none"
        raise UsageError(
            f"There is no run {name}." if name else f"{len(found)} runs wait, and {command} needs to know which.",
            state=f"Unfinished runs: {listed}.",
            todo=f"Type `release-tools {command} {runs[0].id if runs else 'RUN'}`.",
        )
    return next(iter(found), None)


def with_conductor(
    invocation: Invocation, session: Session, act: Callable[[Conductor], str], *, yes: bool = True
) -> str:
    """Let a conductor act, with progress on stderr and SIGINT and SIGTERM as requests to stop."""
    stop = StopRequest()
    conductor = Conductor(
        session=session,
        report=lambda progress: talk(invocation, _progress_line(progress)),
        stop=stop,
        show=lambda plan: show_plan(invocation, plan),
        confirm=lambda question: confirm(invocation, question, yes=yes),
    )
    with stop.listening(lambda text: talk(invocation, text)):
        return act(conductor)


def show_plan(invocation: Invocation, plan: Plan) -> None:
    """Show a plan on stderr."""
    talk(invocation, "\n".join(plan.lines()))


def finish(invocation: Invocation, state: str, text: str, *, version: str, plan: tuple[str, ...] | None = None) -> None:
    """Report how a command ended, on stdout, as JSON, and to a GitHub workflow; `plan` as lines."""
    data: dict[str, Any] = {"state": state, "version": version}
    if plan is not None:
        data["plan"] = list(plan)
    report(invocation, text=text, data=data, outputs={"state": state, "version": version}, summary=as_summary(text))
    if sys.stdout is not None:
        sys.stdout.flush()


def _lines(proposal: Proposal, *, unsigned: bool) -> tuple[str, ...]:
    """Return the plan as text; what is still unsigned will have another name, so it is shown without one."""
    text = "\n".join(proposal.plan.lines())
    for sha in proposal.drafted if unsigned else ():
        text = text.replace(sha[:10], "<signed>")
    return tuple(text.split("\n"))


def _progress_line(progress: Progress) -> str:
    return f"[{progress.number}/{progress.of}] {progress.title}: {progress.word}"
