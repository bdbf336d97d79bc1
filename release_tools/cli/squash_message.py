"""The message that a person gives a squash: held to the team's rules before anything else is looked at.

The commit is made in the draft, where no commit-msg hook runs; what is composed from the commits is not judged here.
"""

from collections.abc import Callable

import click

from release_tools.cli.invocation import Invocation
from release_tools.domain.grammar import recorded
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.report import render_report
from release_tools.domain.messages.violation import errors
from release_tools.errors import UsageError
from release_tools.wiring.hooks import commit_rules


def squashing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that may squash the option to say with which message."""
    option = click.option("--message", metavar="TEXT", help="Message of the squash; by default the commits' own.")
    return option(command)


def squash_message(invocation: Invocation, message: str | None) -> str:
    """Return the message as git records it, empty when there is none; `UsageError` when the team's rules refuse it."""
    if message is None:
        return ""
    rules = commit_rules(invocation.repo, invocation.config)
    text = recorded(message.encode("utf-8", "surrogateescape"), mode="whitespace")
    faults = errors(lint(text, rules))
    if not faults:
        return text.decode("utf-8", "surrogateescape")
    shown = text.decode("utf-8", "replace")
    report = render_report(shown, faults, hook="--message", config=rules.config)
    todo = "Correct it; `release-tools check-commit --message TEXT` tries one out."
    raise UsageError(report.rstrip(), state="Nothing was changed.", todo=todo)
