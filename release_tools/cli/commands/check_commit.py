"""`check-commit`: check one commit message, or every message in a range."""

from pathlib import Path

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.domain.grammar import recorded
from release_tools.errors import UsageError


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--message", metavar="TEXT", help="Check this text.")
@click.option("--range", "span", metavar="A..B", help="Check every commit of a range; merges as commits.machine says.")
@click.option(
    "--baseline", type=click.Path(dir_okay=False, path_type=Path), help="With --range: what it lists refuses nothing."
)
@click.option("--update-baseline", is_flag=True, help="Write what the range breaks into the baseline.")
@click.pass_obj
def command(
    invocation: Invocation,
    /,
    *,
    file: Path | None,
    message: str | None,
    span: str | None,
    baseline: Path | None,
    update_baseline: bool,
) -> None:
    """Check the commit message in FILE, a text, or every message in a range.

    A range is reported by author and rule; --verbose shows every message that something was found in.
    """
    if sum(value is not None for value in (file, message, span)) != 1:
        raise UsageError(
            "check-commit takes exactly one of FILE, --message and --range.",
            state="Nothing was checked.",
            todo="Type: release-tools check-commit --message 'feat: add the parser'",
        )
    if (baseline and span is None) or (update_baseline and not baseline):
        raise click.UsageError("--baseline goes with --range, and --update-baseline with --baseline.")
    if span is not None:
        from release_tools.cli.range_check import check_range

        check_range(invocation, span, baseline=baseline, update=update_baseline)
        return
    from release_tools.cli.message_check import check_message, refuse_message, render_message
    from release_tools.wiring.hooks import commit_rules, file_recording

    rules = commit_rules(invocation.repo, invocation.config)
    if file is not None:
        made = file_recording(invocation.repo, file)
        checked = check_message(rules, made.message, made.encoding, merging=made.merging, reverting=made.reverting)
    else:
        text = str(message).encode("utf-8", "surrogateescape")
        checked = check_message(rules, recorded(text, mode="whitespace"))
    report(
        invocation,
        text=render_message(checked, config=rules.config),
        data={"ok": checked.ok, "messages": [checked.as_json()]},
    )
    refuse_message(checked)
