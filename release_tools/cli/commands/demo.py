"""`demo`: tell the release journey with real commands in a throw-away repository."""

import tempfile
import time
from pathlib import Path

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.demo.ledger import reckon, render
from release_tools.demo.stage import Stage
from release_tools.demo.story import CHAPTERS
from release_tools.errors import CheckFailed, ReleaseToolsError


@click.command()
@click.option("--keep", is_flag=True, help="Leave the repository for inspection and say where it is.")
@click.pass_obj
def command(invocation: Invocation, *, keep: bool) -> None:
    """Tell the release journey with real commands in a throw-away repository, then check it with plain git."""
    begun = time.monotonic()
    stage = Stage(home=Path(tempfile.mkdtemp(prefix="release-tools-demo-")), say=lambda line: _say(invocation, line))
    try:
        for number, (title, chapter) in enumerate(CHAPTERS, 1):
            _say(invocation, f"\n{number}. {title}\n   {chapter.__doc__}\n")
            chapter(stage)
        rows = reckon(stage)
    except ReleaseToolsError:
        keep = True
        raise
    finally:
        if not keep:
            stage.clear()
    seconds = f"told in {time.monotonic() - begun:.1f} seconds"
    where = f"; the repository is kept in {stage.clone}" if keep else "; add --keep to look around afterwards"
    data = {"rows": [{"what": row.what, "found": row.found, "right": row.right} for row in rows]}
    report(invocation, text=f"\nWhat plain git says:\n\n{render(rows)}\n\n{seconds}{where}", data=data)
    if not all(row.right for row in rows):
        raise CheckFailed(
            "The demo did not end as it should.", state="See the rows above.", todo="Report this, with the output."
        )


def _say(invocation: Invocation, line: str) -> None:
    if not invocation.json:
        click.echo(line)
