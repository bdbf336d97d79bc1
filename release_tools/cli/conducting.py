"""Conducting from the command line: a proposal is shown, asked about, carried out, and its end reported.

What a command proposes comes from the flows; this is the one way in which all of them are shown and run.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm, report, talk
from release_tools.engine.plan import Plan
from release_tools.engine.runner import Progress
from release_tools.engine.runs import Intent, Run
from release_tools.engine.stop import StopRequest
from release_tools.release.flows.conductor import Conductor, unfinished
from release_tools.release.flows.session import Proposal, Session
from release_tools.wiring.releases import release_session

CHANGING = (
    click.option("--dry-run", is_flag=True, help="Print the plan and write nothing."),
    click.option("--yes", "-y", is_flag=True, help="Ask no question."),
)


def changing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that everything has that changes something."""
    for option in CHANGING:
        command = option(command)
    return command


def propose_and_run(
    invocation: Invocation, intent: Intent, propose: Callable[[Session], Proposal], *, dry_run: bool, yes: bool
) -> None:
    """Show what is proposed and, approved, carry it out; an unfinished run of the same intent goes on instead."""
    name = str(intent["flow"])
    with release_session(invocation.repo, invocation.config, command=name, lasting=not dry_run) as session:
        run = None if dry_run else unfinished(session, intent)
        if run is not None:
            talk(invocation, f"An unfinished run of this is here, begun {run.made[0]}; going on with it.")
            resume(invocation, session, run)
            return
        proposal = propose(session)
        if not proposal.plan.steps:
            finish(invocation, "nothing", proposal.plan.title, version=proposal.result)
            return
        shown = _lines(proposal, unsigned=session.signs)
        talk(invocation, "\n".join(shown))
        if dry_run:
            finish(invocation, "planned", "", version=proposal.result, plan=shown)
            return
        confirm(invocation, "Go ahead?", yes=yes)
        if session.signs:
            session = replace(session, signing=True)
            proposal = propose(session)
            if _lines(proposal, unsigned=True) != shown:
                talk(invocation, "Something has moved meanwhile; this is the plan now:")
                show_plan(invocation, proposal.plan)
                confirm(invocation, "Go ahead?", yes=yes)
        outcome = with_conductor(invocation, session, lambda conductor: conductor.begin(proposal))
        finish(invocation, outcome, f"{proposal.plan.title}: done", version=proposal.result)


def resume(invocation: Invocation, session: Session, run: Run, *, decision: Any = None) -> None:
    """Go on with an unfinished run and report its end; its plan was shown when it was approved."""
    talk(invocation, f"going on: {run.plan().title}")
    outcome = with_conductor(invocation, session, lambda conductor: conductor.go_on(run, decision))
    finish(invocation, outcome, f"{run.plan().title}: {outcome}", version=str(run.intent.get("version", "")))


def with_conductor(invocation: Invocation, session: Session, act: Callable[[Conductor], str]) -> str:
    """Let a conductor act, with progress on stderr and SIGINT and SIGTERM as requests to stop."""
    stop = StopRequest()
    conductor = Conductor(
        session=session,
        report=lambda progress: talk(invocation, _progress_line(progress)),
        stop=stop,
        show=lambda plan: show_plan(invocation, plan),
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
    report(invocation, text=text, data=data, outputs={"state": state, "version": version})
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
