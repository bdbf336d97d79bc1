"""`init`: write what a repository needs to use release-tools in workflows."""

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.errors import PreconditionFailed, UsageError
from release_tools.wiring.workflows import Callers, observe_callers


@click.command()
@click.option("--workflows", is_flag=True, help="Write workflows of GitHub Actions that call ours.")
@click.option("--source", default="", metavar="OWNER/REPOSITORY@COMMIT", help="Whose; else what this came from.")
@click.option("--tests", default="", metavar="COMMAND", help="What runs the tests of a pull request.")
@click.option("--build", default="", metavar="COMMAND", help="What makes the files of forge.assets.")
@click.option("--force", is_flag=True, help="Write over workflows that somebody has changed.")
@click.option("--dry-run", is_flag=True, help="Print what would be written and write nothing.")
@click.pass_obj
def command(
    invocation: Invocation, *, workflows: bool, source: str, tests: str, build: str, force: bool, dry_run: bool
) -> None:
    """Write start.yml, ci.yml, release.yml and deploy.yml into .github/workflows: thin callers of our workflows.

    What it wrote itself it renews; a workflow that somebody wrote or changed is named and nothing is written (exit 3)
    until --force.
    """
    if not workflows:
        raise UsageError(
            "init was not told what to write.", state="Nothing was written.", todo="Type `init --workflows`."
        )
    callers = observe_callers(invocation.repo, invocation.config, source=source, tests=tests, build=build)
    if not force:
        _refuse_changed(callers)
    if not dry_run:
        callers.write()
    rows = [{"path": row.path, "fate": row.fate} for row in callers.rows]
    text = "\n".join(f"{row.path}: {row.fate}" for row in callers.rows)
    report(invocation, text=text, data={"state": "planned" if dry_run else "done", "workflows": rows})


def _refuse_changed(callers: Callers) -> None:
    changed = [row.path for row in callers.rows if row.fate == "changed by somebody"]
    if changed:
        raise PreconditionFailed(
            f"Not written by this command as they are now: {', '.join(changed)}.",
            state="Nothing was written.",
            todo="Commit what is worth keeping, then type it with --force and look at `git diff`.",
        )
