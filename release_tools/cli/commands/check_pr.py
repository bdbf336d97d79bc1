"""`check-pr`: judge a pull request by its title, its head and its base, before anybody merges it."""

from pathlib import Path

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, warn
from release_tools.domain.branches.report import render_fault, render_rename
from release_tools.domain.messages.proposal import propose
from release_tools.domain.messages.report import render_report
from release_tools.domain.pull_request import PullRequest, PullRequestRules, PullRequestVerdict, lint_pull_request
from release_tools.errors import CheckFailed
from release_tools.wiring.pull_requests import pull_request_rules


@click.command()
@click.option("--title", required=True, metavar="TEXT", help="Its title, which becomes the header of a squash commit.")
@click.option("--base", required=True, metavar="BRANCH", help="The branch it is to be merged into.")
@click.option("--head", required=True, metavar="BRANCH", help="The branch it brings.")
@click.option(
    "--body-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
    help="Its text, which becomes the body of a squash commit; - reads stdin.",
)
@click.pass_obj
def command(invocation: Invocation, title: str, base: str, head: str, body_file: Path | None) -> None:
    """Check a pull request: the title as a commit message, the head's name, and whether the flow merges it there.

    Prints the merge method that the flow table has for it.
    """
    rules, assumed = pull_request_rules(invocation.repo, invocation.config, base=base)
    if assumed:
        warn(invocation, assumed)
    request = PullRequest(title=title, base=base, head=head, body=_read(body_file))
    verdict = lint_pull_request(request, rules)
    outputs = {"ok": str(verdict.ok).lower(), "kind": verdict.kind, "merge": verdict.merge}
    report(invocation, text=_render(request, verdict, rules), data=_as_json(request, verdict, rules), outputs=outputs)
    if not verdict.ok:
        raise CheckFailed(
            "The pull request is refused.", state="Nothing was changed.", todo=_todo(request, verdict, rules)
        )


def _read(file: Path | None) -> str:
    if file is None:
        return ""
    with click.open_file(str(file), encoding="utf-8", errors="surrogateescape") as stream:
        return str(stream.read())


def _render(request: PullRequest, verdict: PullRequestVerdict, rules: PullRequestRules) -> str:
    text = render_report(request.message.decode("utf-8", "replace"), verdict.title, hook="title", config=rules.config)
    proposal = _proposal(request, verdict, rules)
    text += f"  proposal: {proposal}\n" if proposal else ""
    if verdict.head is not None:
        text += f"head: error: {render_fault(verdict.head, rules.table, config=rules.config)}"
    if verdict.edge is not None:
        text += f"base: error: {verdict.edge.says} [flow]\n"
    return text + (f"{request.head} into {request.base}: {verdict.merge}\n" if verdict.merge else "")


def _proposal(request: PullRequest, verdict: PullRequestVerdict, rules: PullRequestRules) -> str:
    proposal = None if verdict.title_ok else propose(request.message, rules.commits)
    return proposal.header if proposal else ""


def _todo(request: PullRequest, verdict: PullRequestVerdict, rules: PullRequestRules) -> str:
    steps = [] if verdict.title_ok else ["Change the title of the pull request."]
    if verdict.head is not None:
        rename = render_rename(verdict.head, rules.table, current=False)
        steps.append(f"Push the head under a name that fits, and open it anew:\n  {rename}")
    if verdict.edge is not None:
        steps.append(verdict.edge.todo)
    return "\n".join(steps)


def _as_json(request: PullRequest, verdict: PullRequestVerdict, rules: PullRequestRules) -> dict[str, object]:
    return {
        "ok": verdict.ok,
        "kind": verdict.kind or None,
        "merge": verdict.merge or None,
        "title": {
            "ok": verdict.title_ok,
            "proposal": _proposal(request, verdict, rules) or None,
            "violations": [
                {"rule": one.rule, "level": one.level, "says": one.says, "hint": one.hint, "line": one.line}
                for one in verdict.title
            ],
        },
        "head": {"ok": verdict.head is None, "proposal": verdict.head.proposal if verdict.head else None},
        "base": {"ok": verdict.edge is None, "says": verdict.edge.says if verdict.edge else None},
    }
