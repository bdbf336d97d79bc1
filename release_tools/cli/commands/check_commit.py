"""`check-commit`: check one commit message, or every message in a range."""

from pathlib import Path
from typing import NamedTuple

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.domain.grammar import recorded
from release_tools.domain.messages.hidden import visible
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.proposal import propose
from release_tools.domain.messages.report import render_report
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import Violation, errors
from release_tools.errors import CheckFailed, UsageError
from release_tools.wiring.hooks import commit_messages, commit_rules, file_recording


class _Checked(NamedTuple):
    """One message with what was found in it; `sha` is empty when it is no commit yet."""

    sha: str
    text: str
    found: tuple[Violation, ...]
    proposal: str

    @property
    def ok(self) -> bool:
        return not errors(self.found)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--message", metavar="TEXT", help="Check this text.")
@click.option("--range", "span", metavar="A..B", help="Check every commit of a range; merges as commits.machine says.")
@click.pass_obj
def command(invocation: Invocation, file: Path | None, message: str | None, span: str | None) -> None:
    """Check the commit message in FILE, a text, or every message in a range."""
    if sum(value is not None for value in (file, message, span)) != 1:
        raise UsageError(
            "check-commit takes exactly one of FILE, --message and --range.",
            state="Nothing was checked.",
            todo="Type: release-tools check-commit --message 'feat: add the parser'",
        )
    rules = commit_rules(invocation.repo, invocation.config)
    if file is not None:
        made = file_recording(invocation.repo, file)
        checked = [_check(rules, made.message, made.encoding, merging=made.merging, reverting=made.reverting)]
    elif message is not None:
        checked = [_check(rules, recorded(message.encode("utf-8", "surrogateescape"), mode="whitespace"))]
    else:
        rows = commit_messages(invocation.repo, str(span))
        checked = [_check(rules, row.message, merging=row.merging, sha=row.sha) for row in rows]
    text = "".join([_render(one, config=rules.config) for one in checked])
    report(invocation, text=text, data={"ok": all(one.ok for one in checked), "messages": [*map(_as_json, checked)]})
    _refuse(checked)


def _check(
    rules: CommitRules,
    message: bytes,
    encoding: str = "utf-8",
    *,
    merging: bool = False,
    reverting: bool = False,
    sha: str = "",
) -> _Checked:
    found = lint(message, rules, merging=merging, reverting=reverting, encoding=encoding)
    proposal = propose(message, rules, encoding=encoding) if errors(found) else None
    text, _ = decode(message, encoding)
    return _Checked(sha=sha, text=text, found=found, proposal=proposal.text if proposal else "")


def _render(one: _Checked, *, config: str) -> str:
    if not one.found:
        return ""
    text = render_report(one.text, one.found, hook=one.sha[:10] or "message", config=config)
    header = one.proposal.partition("\n")[0]
    return f"{text}  proposal: {visible(header)}\n" if header else text


def _as_json(one: _Checked) -> dict[str, object]:
    return {
        "sha": one.sha or None,
        "header": one.text.partition("\n")[0],
        "ok": one.ok,
        "proposal": one.proposal or None,
        "violations": [
            {
                "rule": violation.rule,
                "level": violation.level,
                "says": violation.says,
                "hint": violation.hint,
                "source": violation.source,
                "line": violation.line,
                "start": violation.start,
                "end": violation.end,
            }
            for violation in one.found
        ],
    }


def _refuse(checked: list[_Checked]) -> None:
    """Raise CheckFailed when a message was refused."""
    refused = [one for one in checked if not one.ok]
    if not refused:
        return
    first = refused[0].sha
    raise CheckFailed(
        f"{len(refused)} of {len(checked)} commit messages are refused." if first else "The message is refused.",
        state="Nothing was changed.",
        todo=f"Reword them with: git rebase -i {first[:10]}^" if first else "Correct it and check it again.",
    )
