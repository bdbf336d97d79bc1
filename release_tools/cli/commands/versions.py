"""`versions`: list every place that names the version, the latest tag, and what open branches claim."""

from collections.abc import Iterator

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, warn
from release_tools.errors import CheckFailed
from release_tools.release.flows.versions import Versions, list_versions
from release_tools.wiring.releases import release_session


@click.command()
@click.pass_obj
def command(invocation: Invocation) -> None:
    """List what the version files of the checked out commit name; exit 1 when they disagree with each other."""
    with release_session(invocation.repo, invocation.config, command="versions", lasting=False) as session:
        found = list_versions(session)
    report(invocation, text="\n".join(_lines(found)), data=found.as_json(), outputs={"version": found.version or ""})
    for path in found.unsaved:
        warn(invocation, f"{path} has changes that are not committed; they are not looked at")
    for remark in found.remarks:
        warn(invocation, remark)
    if found.disagreements:
        raise CheckFailed(
            "\n".join(("The version files name different versions:", *(f"  {line}" for line in found.disagreements))),
            state="Nothing was changed.",
            todo="Set them to one version with an editor and commit that; `release-tools bump` keeps them together.",
        )


def _lines(found: Versions) -> Iterator[str]:
    rows = [
        (place.place, place.written, "only read" if place.is_only_read else place.spelling) for place in found.places
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for place, written, spelling in rows:
        yield f"{place:<{widths[0]}}  {written:<{widths[1]}}  {spelling}"
    if not rows:
        yield "no file names a version"
    yield f"latest tag: {_latest(found)}"
    for version, branch in found.claims.items():
        yield f"claimed: {version} by {branch}"


def _latest(found: Versions) -> str:
    if found.latest == found.contained:
        return found.latest or "none"
    return f"{found.latest} (not in the history of {found.branch or 'HEAD'}; there: {found.contained or 'none'})"
