"""Protecting a repository at its forge: what is enforced there against what the configuration asks for.

Which protections are wanted is told in `protecting`.
"""

from dataclasses import replace

from release_tools.domain.forge.protection import render_difference
from release_tools.domain.forge.rights import Right
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Intent, Run
from release_tools.errors import PreconditionFailed
from release_tools.ports import Forge
from release_tools.release.flows.looking import nothing
from release_tools.release.flows.session import Proposal, Session
from release_tools.release.names import develop_name, remote_name
from release_tools.release.protecting import wanted_protections
from release_tools.release.steps.protections import put


def propose(session: Session, intent: Intent, run: Run | None) -> Proposal:
    """Propose what differs, each with its difference; bypass lists and what is named otherwise stay as they are."""
    forge, bench = the_forge(session), session.bench
    remote = remote_name(bench.settings, session.config)
    here, _ = session.reader.refs(remote)
    develop = develop_name(session.config, here, session.reader.remote_refs(remote or ""))
    known = {one.name: one for one in forge.protections()}
    steps, notes = [], []
    for wanted in wanted_protections(session.config, develop):
        now = known.get(wanted.name)
        kept = replace(wanted, bypass=now.bypass) if now else wanted
        if difference := render_difference(now, kept):
            steps.append(put(kept, now))
            notes += [*difference.split("\n"), ""]
    if not steps:
        return nothing(intent, "nothing to do: the forge enforces what the configuration asks for")
    if Right.ADMINISTER not in forge.rights().may:
        notes.append("mind: this token may not change protections; somebody who may has to run it")
    plan = Plan(title="protect the repository at its forge", steps=tuple(steps), notes=tuple(notes))
    return Proposal(intent=intent, plan=plan)


def the_forge(session: Session) -> Forge:
    """Return the session's forge; `PreconditionFailed` with the reason where there is none."""
    if session.forge is not None:
        return session.forge
    why, _, todo = session.without_forge.partition("\n")
    raise PreconditionFailed(f"No forge can be asked: {why}.", state="Nothing was changed.", todo=todo)


def export_protections(session: Session) -> str:
    """Return what the forge enforces, as JSON in its own form."""
    return the_forge(session).export_protections()
