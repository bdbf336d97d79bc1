"""`commit`: write a commit message part by part, check it, and commit with it."""

import shlex
import sys
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from release_tools.cli.authoring import ask_draft
from release_tools.cli.conducting import changing
from release_tools.cli.invocation import Invocation
from release_tools.cli.output import confirm, report, talk
from release_tools.config.hooks import HookRules
from release_tools.domain.messages.compose import Draft, compose, parse_draft
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.report import render_report
from release_tools.domain.messages.violation import errors
from release_tools.errors import CheckFailed, ToolFailed, UsageError
from release_tools.hooks.prepare_commit_msg import main as prepare_message
from release_tools.wiring.commits import CommitDesk, commit_desk

FLAGS = {"type": "--type", "scope": "--scope", "subject": "--subject", "issues": "--issue"}


@click.command()
@click.option("--type", metavar="TYPE", help="What kind of change it is.")
@click.option("--scope", metavar="NAME", help="The part that changes; '' for none.")
@click.option("--subject", metavar="TEXT", help="What changes, in a few words.")
@click.option("--body", metavar="TEXT", help="Why, and what else is to be known; '' for nothing.")
@click.option("--breaking", metavar="TEXT", help="What breaks for those who use it; '' for nothing.")
@click.option(
    "--issue", "issues", multiple=True, metavar="ISSUE", help="An issue that it is about; repeat it for more."
)
@click.option(
    "--prepare",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Answer as the prepare-commit-msg hook: put a kept message back. The source of the message may follow.",
)
@changing
@click.argument("git_arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    prepare: Path | None,
    git_arguments: tuple[str, ...],
    *,
    dry_run: bool,
    yes: bool,
    **parts: Any,
) -> None:
    """Write a commit message part by part, check it as the commit-msg hook does, and commit what is staged with it.

    Asks for what is not given. Without a terminal, or with --yes, nothing is asked and what is not given is left out.
    GIT_ARGUMENTS after -- go to git commit: release-tools commit -- --signoff
    """
    invocation: Invocation = ctx.obj
    if prepare is not None:
        with chdir(invocation.repo):
            ctx.exit(prepare_message(str(prepare), *git_arguments[:1]))
    desk = commit_desk(invocation.repo, invocation.config)
    given = {name: value for name, value in parts.items() if value is not None and value != ()}
    asks = not yes and len(given) < len(parts) and sys.stdin.isatty() and sys.stderr.isatty()
    message, was_kept = _ask(desk, given) if asks else (_compose(desk, given), False)
    if dry_run:
        report(invocation, text=message, data={"state": "planned", "message": message})
        return
    talk(invocation, message.rstrip("\n"))
    if asks:
        confirm(invocation, "Commit with this message?", yes=False)
    _commit(invocation, desk, message, git_arguments)
    if was_kept:
        desk.drop_kept()


def _ask(desk: CommitDesk, given: dict[str, Any]) -> tuple[str, bool]:
    """Ask until the message is accepted; a message that was refused before fills the answers in."""
    kept = desk.kept()
    draft = replace(parse_draft(kept) if kept else Draft(), **given)
    asked = frozenset(given)
    while True:
        draft = ask_draft(draft, desk.rules, given=asked)
        message = compose(draft)
        if not (told := _report(message, desk.rules)):
            return message, bool(kept)
        click.echo(told, err=True)
        asked = frozenset()


def _compose(desk: CommitDesk, given: dict[str, Any]) -> str:
    draft = Draft(**given)
    if missing := [FLAGS[part] for part in _needed(draft, desk.rules) if not getattr(draft, part)]:
        raise UsageError(
            f"There is no terminal to ask for the rest of the message: {', '.join(missing)} not given.",
            state="Nothing was committed.",
            todo=f"Pass {' and '.join(missing)}.",
        )
    message = compose(draft)
    if told := _report(message, desk.rules):
        raise CheckFailed(told.removesuffix("\n"), state="Nothing was committed.", todo="Correct it and repeat.")
    return message


def _needed(draft: Draft, rules: HookRules) -> tuple[str, ...]:
    """Return the parts that the rules ask for in a message of this type."""
    required = {"scope": rules.scope_required, "issues": rules.issue_required}
    more = [part for part, types in required.items() if rules.rules == "house" and {draft.type, "*"} & {*types}]
    return ("type", "subject", *more)


def _report(message: str, rules: HookRules) -> str:
    """Return what is wrong with a message, empty when it is accepted."""
    found = lint(message.encode("utf-8", "surrogateescape"), rules)
    return render_report(message, found, hook="message", config=rules.config) if errors(found) else ""


def _commit(invocation: Invocation, desk: CommitDesk, message: str, extra: tuple[str, ...]) -> None:
    code = desk.commit(message, extra)
    if code:
        raise ToolFailed(
            f"git made no commit; `git commit` ended with exit code {code}.",
            state="The message is kept.",
            todo="Mend what is said above, then type `release-tools commit` in a terminal, which brings it back, or:\n"
            f"  git commit -F {shlex.quote(str(desk.kept_file))}",
        )
    sha = desk.head()
    report(invocation, text="", data={"state": "done", "sha": sha, "message": message}, outputs={"sha": sha})
