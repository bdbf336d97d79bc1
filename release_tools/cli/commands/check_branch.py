"""`check-branch`: judge the name of a branch by the flow table."""

from contextlib import chdir

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report, talk
from release_tools.domain.branches.branch import Branch, BranchFault, BranchTable, lint_branch, parse_branch
from release_tools.domain.branches.report import render_fault, render_rename
from release_tools.errors import CheckFailed, UsageError
from release_tools.hooks.pre_commit import main
from release_tools.wiring.hooks import branch_rules


@click.command()
@click.argument("name", required=False)
@click.option("--pre-commit", is_flag=True, help="Answer as the pre-commit hook: may a commit be made here, now?")
@click.pass_context
def command(ctx: click.Context, name: str | None, *, pre_commit: bool) -> None:
    """Check the name of the current branch, or of the branch NAME, which need not exist."""
    invocation: Invocation = ctx.obj
    if pre_commit:
        ctx.exit(_knock(invocation, name))
    table, current, config = branch_rules(invocation.repo, invocation.config)
    judged = name if name is not None else current
    if judged is None:
        talk(invocation, "skipped, because HEAD is detached: there is no branch to check")
        report(invocation, text="", data={"branch": None, "ok": True, "state": "skipped"})
        return
    branch = parse_branch(judged, table)
    fault = lint_branch(judged, table)
    if branch is not None:
        report(invocation, text=f"{branch.name}: {branch.kind}", data=_accepted(branch))
    if fault is not None:
        _refuse(invocation, fault, table, config=config, current=name is None)


def _knock(invocation: Invocation, name: str | None) -> int:
    if name is not None or invocation.config is not None:
        raise UsageError(
            "--pre-commit goes with no NAME and no --config: it judges a commit to the current branch.",
            state="Nothing was checked.",
            todo="Leave the NAME and --config out, or leave --pre-commit out.",
        )
    with chdir(invocation.repo):
        return main()


def _accepted(branch: Branch) -> dict[str, object]:
    return {"branch": branch.name, "ok": True, "kind": branch.kind, "slug": branch.slug, "version": branch.version}


def _refuse(invocation: Invocation, fault: BranchFault, table: BranchTable, *, config: str, current: bool) -> None:
    if invocation.json:
        data = {"branch": fault.name, "ok": False, "kind": fault.kind, "proposal": fault.proposal, "at": fault.start}
        report(invocation, text="", data=data)
    raise CheckFailed(
        render_fault(fault, table, config=config).removesuffix("\n"),
        state="Nothing was changed.",
        todo=f"Rename the branch:\n  {render_rename(fault, table, current=current)}",
    )
