"""`doctor`: look at the remote and the token that commands would work with."""

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.errors import CheckFailed
from release_tools.release.flows.examinations import Finding, examine
from release_tools.wiring.releases import release_session


@click.command()
@click.pass_obj
def command(invocation: Invocation) -> None:
    """Show which remote and forge are used, whose token it is and what it may do; exit 1 when that is too little."""
    with release_session(invocation.repo, invocation.config, command="doctor", lasting=False) as session:
        found = examine(session)
    rows = [{"about": one.about, "good": one.good, "says": one.says, "todo": one.todo} for one in found]
    report(invocation, text="\n".join(map(_line, found)), data={"findings": rows})
    wrong = tuple(one for one in found if not one.good)
    if wrong:
        raise CheckFailed(
            "\n".join(one.says for one in wrong),
            state="Nothing was changed.",
            todo=" ".join(dict.fromkeys(one.todo for one in wrong if one.todo)),
        )


def _line(found: Finding) -> str:
    hint = f" ({found.todo})" if found.good and found.todo else ""
    return f"{'ok  ' if found.good else 'not '} {found.about}: {found.says}{hint}"
