"""What an upgrade begins with on the machine that serves production: a backup, proven by a restore.

Without a production environment on this machine there is nothing to back up, and an upgrade begins as a release does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from release_tools.cli.conducting import Precaution
from release_tools.cli.deploy_runs import carry_out, refuse_unfinished
from release_tools.cli.invocation import Invocation
from release_tools.deploy.flows.backups import known, propose_backup
from release_tools.deploy.flows.conductor import record_run
from release_tools.deploy.flows.proposals import DeployProposal
from release_tools.wiring.deploys import DeployPlace, deploy_place
from release_tools.wiring.platforms import is_platform_here

PRODUCTION = "production"


@contextmanager
def upgrade_backup(invocation: Invocation, *, lasting: bool) -> Iterator[Precaution | None]:
    """Yield what is to be done before an upgrade is cut, None where this machine has no production environment."""
    if not is_platform_here(invocation.repo, invocation.config, PRODUCTION):
        yield None
        return
    with deploy_place(invocation.repo, invocation.config, PRODUCTION, command="backup", lasting=lasting) as place:
        refuse_unfinished(place)
        proposal = propose_backup(place.session, place.session.world(), place.blueprint())
        steps = (f"   {step.title()}" for step in proposal.plan.steps)
        yield Precaution(
            lines=(f"first, {proposal.plan.title}:", *steps, "then:"),
            take=lambda: _take(invocation, place, proposal),
        )


def _take(invocation: Invocation, place: DeployPlace, proposal: DeployProposal) -> tuple[dict[str, str], str]:
    """Take the backup and prove it, by a worker; return what the upgrade keeps of it, and the sentence for its plan."""
    session = place.session
    result = carry_out(invocation, place, record_run(session, proposal.intent, proposal.plan, proposal.stage))
    if result.error is not None:
        raise result.error
    backup = str(proposal.intent["backup"])
    sha256 = known(session, session.world(), backup)
    told = f"{place.environment} is backed up as {backup}, proven by a restore; its manifest is {sha256}"
    return {"backup": backup, "backup_sha256": sha256}, told
