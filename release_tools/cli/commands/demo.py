"""`demo`: tell a release's whole life with real commands in a throw-away place."""

import os
import shlex
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.demo.host import Host
from release_tools.demo.ledger import Row, reckon, render
from release_tools.demo.stage import Stage
from release_tools.demo.story import CHAPTERS
from release_tools.errors import CheckFailed, PreconditionFailed, ReleaseToolsError

PREFIX = "release-tools-demo-"
PLACE = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)


ENDING = (signal.SIGTERM, signal.SIGHUP)
LASTING = Path("/var/tmp")
"""Often /tmp is in memory, which is no place for backups; a deploy would say so."""


@click.command()
@click.option("--keep", is_flag=True, help="Leave everything for inspection, and say how to end it.")
@click.option("--end", "kept", metavar="DIR", type=PLACE, help="End what a kept demo left running, and delete it.")
@click.pass_obj
def command(invocation: Invocation, *, keep: bool, kept: Path | None) -> None:
    """Tell a release's whole life with real commands in a throw-away place, then check it with plain git and SQL."""
    if kept is not None:
        _end(invocation, kept)
        return
    begun = time.monotonic()
    below = LASTING if os.access(LASTING, os.W_OK) else None
    stage = Stage(home=Path(tempfile.mkdtemp(prefix=PREFIX, dir=below)), say=lambda line: _say(invocation, line))
    with _interruptible():
        try:
            rows = _tell(invocation, stage)
        except ReleaseToolsError:
            keep = True
            raise
        finally:
            if not keep:
                _clear(stage)
            else:
                _say(invocation, f"\nEverything is kept, and runs, in {stage.home}: {_how_to_end(stage.home)}")
    seconds = f"told in {time.monotonic() - begun:.1f} seconds"
    where = f"; the repository is in {stage.clone}" if keep else "; add --keep to look around afterwards"
    data: dict[str, object] = {"rows": [{"what": row.what, "found": row.found, "right": row.right} for row in rows]}
    data |= {"home": str(stage.home)} if keep else {}
    report(invocation, text=f"\nWhat plain git and SQL say:\n\n{render(rows)}\n\n{seconds}{where}", data=data)
    if not all(row.right for row in rows):
        raise CheckFailed(
            "The demo did not end as it should.", state="See the rows above.", todo="Report this, with the output."
        )


def _tell(invocation: Invocation, stage: Stage) -> tuple[Row, ...]:
    for number, (title, chapter) in enumerate(CHAPTERS, 1):
        _say(invocation, f"\n{number}. {title}\n   {chapter.__doc__}\n")
        chapter(stage)
    return reckon(stage)


def _end(invocation: Invocation, home: Path) -> None:
    if not home.name.startswith(PREFIX):
        raise PreconditionFailed(
            f"{home} was not made by a demo.", state="Nothing was changed.", todo="Name what `demo --keep` named."
        )
    _clear(Stage(home=home, say=lambda line: _say(invocation, line)))
    report(invocation, text=f"ended, and {home} is deleted", data={"state": "ended"})


def _clear(stage: Stage) -> None:
    """End everything and delete it; who interrupts again does not leave half of it running."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *ENDING)}
    try:
        Host(stage=stage).end()
        stage.clear()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how_to_end(home: Path) -> str:
    return f"end it with `release-tools demo --end {shlex.quote(str(home))}`"


@contextmanager
def _interruptible() -> Iterator[None]:
    """Take the signals that end a process as Ctrl-C, so that what was started is ended, too."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(invocation: Invocation, line: str) -> None:
    if not invocation.json:
        click.echo(line)
