"""What deploy commands propose: an intent and its first plan, from an observed and guarded platform.

Nothing is carried out here.
"""

from collections.abc import Mapping
from typing import Any

from release_tools.deploy.flows.approvals import HELD
from release_tools.deploy.flows.second_look import WAIVED, environment_hash
from release_tools.deploy.flows.stages import Stage
from release_tools.deploy.forecast import forecast_data, forecast_lines
from release_tools.deploy.guards import Finding, look_over, refuse
from release_tools.deploy.observe import observe_platform, observe_target
from release_tools.deploy.prepare import plan_prepare
from release_tools.deploy.session import DeploySession
from release_tools.deploy.state import PlatformState
from release_tools.deploy.world import World
from release_tools.engine.plan import Plan
from release_tools.engine.runs import Intent
from release_tools.record import record


@record
class DeployProposal:
    """A first plan that a person has not approved yet; without steps there is nothing to do, and its title says why."""

    intent: Intent
    plan: Plan
    findings: tuple[Finding, ...] = ()
    forecast: tuple[str, ...] = ()
    data: Mapping[str, Any] | None = None
    """The forecast for scripts."""
    stage: Stage = Stage.PREPARE


def look_at(session: DeploySession, world: World, version: str, ref: str = "") -> PlatformState:
    """Return the state of the platform with a view to a version."""
    identity, tag = observe_target(session, version, ref)
    return observe_platform(session, world, identity, tag)


def propose_deploy(
    session: DeploySession,
    world: World,
    *,
    version: str,
    ref: str = "",
    redeploy: bool = False,
    hold: bool = False,
    waived: Mapping[str, str] | None = None,
    flow: str = "deploy",
) -> DeployProposal:
    """Return the plan that prepares a version and the forecast of what follows; `waived`: subject to reason."""
    state = look_at(session, world, version, ref)
    intent = intent_of(session, world, state, flow=flow, ref=ref, hold=hold, waived=waived or {})
    if state.current == state.release and not redeploy and flow == "deploy":
        return DeployProposal(intent=intent, plan=Plan(title=f"{state.version} serves {state.environment} already"))
    findings = look_over(state, waived=waived or ())
    refuse(findings)
    return DeployProposal(
        intent=intent,
        plan=plan_prepare(state, session.run_id),
        findings=findings,
        forecast=forecast_lines(state) if flow == "deploy" else (),
        data=forecast_data(state),
    )


def intent_of(
    session: DeploySession,
    world: World,
    state: PlatformState,
    *,
    flow: str,
    ref: str,
    hold: bool,
    waived: Mapping[str, str],
) -> Intent:
    """Return what a run keeps of what was asked for, flat."""
    reasons = {f"{WAIVED}{subject}": reason for subject, reason in waived.items()}
    return {
        "flow": flow,
        "env": state.environment,
        "version": state.version,
        "commit": state.target.identity.commit,
        "content": state.target.content,
        "previous": state.current,
        "env_sha256": environment_hash(world),
        "schema": state.migration.current if state.migration else "",
        "actor": session.actor,
        **({"ref": ref} if ref else {}),
        **({HELD: "asked"} if hold else {}),
        **reasons,
    }
