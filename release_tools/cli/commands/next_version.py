"""`next-version`: print the version that the commits since the last release ask for."""

from typing import Any

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import detail, report, talk
from release_tools.cli.remarks import SHOWN, refuse_unparsed, remark_line
from release_tools.cli.wishing import parse_wish, wishing
from release_tools.domain.history.next_version import NextVersion
from release_tools.release.flows.next_versions import find_next_version
from release_tools.wiring.outlooks import outlook


@click.command()
@wishing
@click.option("--strict", is_flag=True, help="Exit 1 when a message was not understood.")
@click.pass_obj
def command(invocation: Invocation, /, *, strict: bool, offline: bool, **options: Any) -> None:
    """Print the next version alone, without prefix; nothing when there is nothing to release."""
    wish = parse_wish(options)
    with outlook(invocation.repo, invocation.config, offline=offline) as seen:
        found = find_next_version(seen, wish)
    if strict:
        refuse_unparsed(found.unparsed)
    _tell(invocation, found)
    text = str(found.version) if found.version else ""
    report(invocation, text=text, data=found.as_json(), outputs={"version": text})


def _tell(invocation: Invocation, found: NextVersion) -> None:
    if not found.version:
        talk(invocation, f"nothing to release since {found.previous or 'the beginning'}")
    for remark in found.reasons:
        (detail if remark.sha else talk)(invocation, remark_line(remark))
    for remark in (*found.cancelled, *found.ignored):
        detail(invocation, f"ignored: {remark_line(remark)}")
    for number, remark in enumerate(found.unparsed):
        (talk if number < SHOWN else detail)(invocation, f"not understood: {remark_line(remark)}")
    if len(found.unparsed) > SHOWN:
        talk(invocation, f"{len(found.unparsed)} messages in all were not understood; --verbose lists them")
