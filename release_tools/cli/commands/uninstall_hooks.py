"""`uninstall-hooks`: take the launchers out of this clone's hooks directory and put back what was there before."""

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.wiring.hooks import hook_remainders


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what would be removed and remove nothing.")
@click.pass_obj
def command(invocation: Invocation, *, dry_run: bool) -> None:
    """Take the git hooks out again and put back what was there before.

    Both the directory that core.hooksPath names now and the usual one are cleared. Hooks that are not ours, or that
    somebody put in place of ours, stay as they are.
    """
    # All places are planned before the first is touched: a problem in one of them stops both.
    planned = tuple((place, place.plan_uninstall()) for place in hook_remainders(invocation.repo))
    done = planned if dry_run else tuple((place, place.uninstall()) for place, _ in planned)
    report(
        invocation,
        text="\n".join(place.render_rows(rows) for place, rows in done),
        data={"places": [place.as_json(rows) for place, rows in done]},
    )
