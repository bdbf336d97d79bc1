"""`next-version`: print the version that the commits since the last release ask for."""

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import detail, report, talk
from release_tools.domain.history.entries import Remark
from release_tools.release.flows.next_versions import find_next_version
from release_tools.wiring.releases import release_session

SHOWN = 5
"""Messages that could not be understood are listed up to here; an old history may have thousands."""


@click.command()
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Print the next version alone, without prefix; nothing when there is nothing to release."""
    with release_session(invocation.repo, invocation.config, command="next-version", lasting=False) as session:
        found = find_next_version(session)
    text = str(found.version) if found.version else ""
    if not text:
        talk(invocation, f"nothing to release since {found.previous or 'the beginning'}")
    for remark in found.reasons:
        (detail if remark.sha else talk)(invocation, _line(remark))
    for remark in (*found.cancelled, *found.ignored):
        detail(invocation, f"ignored: {_line(remark)}")
    for number, remark in enumerate(found.unparsed):
        (talk if number < SHOWN else detail)(invocation, f"not understood: {_line(remark)}")
    if len(found.unparsed) > SHOWN:
        talk(invocation, f"{len(found.unparsed)} messages in all were not understood; --verbose lists them")
    report(invocation, text=text, data=found.as_json(), outputs={"version": text})


def _line(remark: Remark) -> str:
    return f"{remark.sha[:7]} {remark.subject}: {remark.why}" if remark.sha else remark.why
