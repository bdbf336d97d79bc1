"""`verify`: take one good look at what serves."""

import click

from release_tools.cli.environment_option import ENVIRONMENT
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.deploy.flows.looking import look_at_serving
from release_tools.errors import CheckFailed
from release_tools.wiring.deploys import deploy_place


@click.command()
@ENVIRONMENT
@click.pass_obj
def command(invocation: Invocation, environment: str) -> None:
    """Run every check on the version that serves, once, and say what each one saw; exit 1 when one says no."""
    with deploy_place(invocation.repo, invocation.config, environment, command="verify", lasting=False) as place:
        version, samples = look_at_serving(place.session.world())
    wrong = [sample for sample in samples if not sample.good]
    width = max((len(sample.check) for sample in samples), default=0)
    lines = [
        f"{'ok' if one.good else 'NO':2}  {one.check:{width}}  {one.said} ({one.seconds * 1000:.0f} ms)"
        for one in samples
    ]
    data = {"version": version, "good": not wrong, "samples": [sample._asdict() for sample in samples]}
    report(invocation, text="\n".join(lines), data=data, outputs={"good": "false" if wrong else "true"})
    if wrong:
        raise CheckFailed(
            f"{len(wrong)} of {len(samples)} checks say no of {version}.",
            state="Nothing was changed.",
            todo=f"Look at the logs; `release-tools rollback --env {environment}` goes back.",
        )
