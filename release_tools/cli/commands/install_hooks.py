"""`install-hooks`: write the launchers into this clone's hooks directory, keeping and chaining what is there."""

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.errors import UsageError
from release_tools.wiring.hooks import hook_installation


@click.command()
@click.option("--force", is_flag=True, help="Write to a hooks directory that is tracked or serves other repositories.")
@click.option("--dry-run", is_flag=True, help="Print what would be written and write nothing.")
@click.pass_obj
def command(invocation: Invocation, *, force: bool, dry_run: bool) -> None:
    """Write the git hooks of this repository, keeping those that are there.

    A hook that is there already is kept beside ours as HOOK.before-release-tools and runs first. Repeat the command
    whenever the virtual environment was moved; what is right already stays as it is.
    """
    if invocation.config is not None:
        raise UsageError(
            "--config does not go with install-hooks: hooks read the configuration at the top of the work tree.",
            state="Nothing was changed.",
            todo="Leave --config out.",
        )
    installation = hook_installation(invocation.repo, force=force)
    rows = installation.plan_install() if dry_run else installation.install()
    report(invocation, text=installation.render_rows(rows), data=installation.as_json(rows))
