"""`preflight`: look at everything that must hold before a version is deployed, and change nothing."""

import click

from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.deploy.flows.looking import Finding, look_before
from release_tools.errors import PreconditionFailed
from release_tools.wiring.deploys import deploy_place


@click.command()
@click.argument("version")
@ENVIRONMENT
@click.option("--ref", default="", metavar="REF", help="Take the version from a branch that is not tagged yet.")
@click.option("--fix-perms", is_flag=True, help="Give secret files the mode 0600 first.")
@click.pass_obj
def command(invocation: Invocation, version: str, environment: str, *, ref: str, fix_perms: bool) -> None:
    """Look at everything that must hold before VERSION is deployed: git, files, databases, migrations, space, services.

    All findings are told, not only the first.
    """
    with deploy_place(invocation.repo, invocation.config, environment, command="preflight", lasting=True) as place:
        world = place.session.world()
        if fix_perms:
            world.host.fix_permissions(place.secret_paths())
        state, findings = look_before(place.session, world, version, ref)
    wrong = [finding for finding in findings if not finding.good]
    report(
        invocation,
        text=render_findings(findings),
        data={"version": state.version, "good": not wrong, "findings": [finding._asdict() for finding in findings]},
        outputs={"good": "false" if wrong else "true"},
    )
    if wrong:
        raise PreconditionFailed(
            f"{len(wrong)} of {len(findings)} findings stand in the way of {state.version}.",
            state="Nothing was changed.",
            todo="\n".join(dict.fromkeys(finding.todo for finding in wrong if finding.todo)),
        )


def render_findings(findings: tuple[Finding, ...]) -> str:
    """Return the findings as a table, one a line."""
    width = max(len(finding.subject) for finding in findings)
    return "\n".join(f"{'ok' if one.good else 'NO':2}  {one.subject:{width}}  {one.said}" for one in findings)
