"""Where words go: results to stdout, talk to stderr, a question only to a terminal.

Nothing is decided here about what to say; commands render their own texts.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import click

from release_tools.cli.github_files import write_outputs, write_summary
from release_tools.cli.invocation import Invocation
from release_tools.errors import PreconditionFailed, UsageError

YES_WORDS = ("y", "yes")


def report(
    invocation: Invocation,
    *,
    text: str,
    data: Mapping[str, Any],
    outputs: Mapping[str, str] | None = None,
    summary: str = "",
) -> None:
    """Print a result: `text`, or `data` with `--json`; hand `outputs` and `summary` to a GitHub workflow around it."""
    body = json.dumps(data, ensure_ascii=False, indent=2) if invocation.json else text.removesuffix("\n")
    if body:
        click.echo(body, color=_color(invocation))
    _tell_workflow(outputs or {}, summary)


def as_summary(text: str) -> str:
    """Return a text of ours as Markdown that shows it as it is: its first line large, the rest as it was indented."""
    first, _, rest = text.partition("\n")
    return "\n\n".join(filter(None, (f"### {first}" if first else "", f"```text\n{rest}\n```" if rest else "")))


def talk(invocation: Invocation, text: str) -> None:
    """Say on stderr what goes on; `--quiet` silences it."""
    if not invocation.quiet:
        click.echo(text, err=True, color=_color(invocation))


def detail(invocation: Invocation, text: str, *, level: int = 1) -> None:
    """Say on stderr what only `--verbose` asks for; `level` 2 needs it twice."""
    if invocation.verbose >= level:
        click.echo(text, err=True, color=_color(invocation))


def warn(invocation: Invocation, text: str) -> None:
    """Say on stderr what must be read even with `--quiet`."""
    click.echo(f"warning: {text}", err=True, color=_color(invocation))


def confirm(invocation: Invocation, question: str, *, yes: bool, flag: str = "--yes") -> None:
    """Ask before something changes; without a terminal it is a usage error, and a no ends the command (exit 3)."""
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"There is no terminal to ask: {question}", state="Nothing was changed.", todo=f"Pass {flag} to answer yes."
        )
    click.echo(f"{question} [y/N] ", nl=False, err=True, color=_color(invocation))
    if sys.stdin.readline().strip().lower() not in YES_WORDS:
        raise PreconditionFailed(
            "The question was not answered with yes.",
            state="Nothing was changed.",
            todo=f"Repeat the command and answer yes, or pass {flag}.",
        )


def color_allowed() -> bool:
    """Return whether the environment lets us print colors; each stream must be a terminal besides."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _color(invocation: Invocation) -> bool | None:
    return None if invocation.color else False


def _tell_workflow(outputs: Mapping[str, str], summary: str) -> None:
    for complaint in (write_outputs(outputs), write_summary(summary)):
        if complaint:
            click.echo(f"warning: {complaint}", err=True)
