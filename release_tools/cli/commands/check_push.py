"""`check-push`: check a push as the pre-push hook does, by what git tells that hook."""

import sys

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.domain.pushes.verdict import Verdict
from release_tools.errors import UsageError
from release_tools.wiring.hooks import push_verdict


@click.command()
@click.argument("remote")
@click.argument("url", required=False)
@click.pass_obj
def command(invocation: Invocation, remote: str, url: str | None) -> None:
    """Check a push to REMOTE at URL, told on stdin as git tells its pre-push hook.

    One line for each ref: LOCAL_REF LOCAL_OBJECT REMOTE_REF REMOTE_OBJECT. In a hook of your own that is
    `release-tools check-push "$@"`; `release-tools install-hooks` writes a quicker one.
    """
    if sys.stdin.isatty():
        raise UsageError(
            "check-push reads from stdin what git tells its pre-push hook, and stdin is a terminal.",
            state="Nothing was checked.",
            todo="Type: release-tools install-hooks",
        )
    verdict = push_verdict(invocation.repo, invocation.config, remote, url or remote, sys.stdin.buffer.read())
    report(invocation, text="", data=_as_json(verdict))
    if verdict.error is not None:
        raise verdict.error


def _as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "ok": verdict.error is None,
        "remote": verdict.push.remote,
        "new_commits": len(verdict.push.commits),
        "refusals": [
            {"subject": refusal.subject, "rule": refusal.rule, "says": refusal.says, "notes": refusal.notes}
            for refusal in verdict.refusals
        ],
        "commits": [
            {
                "sha": bad.commit.sha,
                "header": bad.header,
                "proposal": bad.proposal or None,
                "violations": [{"rule": one.rule, "says": one.says, "hint": one.hint} for one in bad.violations],
            }
            for bad in verdict.bad
        ],
    }
