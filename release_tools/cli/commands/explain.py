"""`explain`: say how the next version comes about, and what another baseline would give."""

from collections.abc import Iterator
from typing import Any

import click

from release_tools.cli.invocation import Invocation
from release_tools.cli.output import report
from release_tools.cli.remarks import SHOWN, remark_line
from release_tools.cli.wishing import parse_wish, wishing
from release_tools.domain.history.entries import Remark
from release_tools.domain.history.next_version import NextVersion
from release_tools.domain.version import parse_version
from release_tools.release.flows.next_versions import Alternative, Explanation, explain_next_version
from release_tools.wiring.outlooks import outlook


@click.command()
@wishing
@click.option("--baseline", metavar="VERSION", help="Say what counting from this version would give.")
@click.pass_obj
def command(invocation: Invocation, /, *, baseline: str | None, offline: bool, **options: Any) -> None:
    """Say which commits decide the next version, what was cancelled, ignored or not understood, and what else could be.

    The long lists are cut; --verbose has all of them, and --json always does.
    """
    wish = parse_wish(options)
    other = parse_version(baseline) if baseline else None
    with outlook(invocation.repo, invocation.config, offline=offline) as seen:
        found = explain_next_version(seen, wish, baseline=other)
    shown = None if invocation.verbose else SHOWN
    report(invocation, text="\n".join(_lines(found, shown)), data=found.as_json())


def _lines(found: Explanation, shown: int | None) -> Iterator[str]:
    plan = found.plan
    yield f"next version: {_number(plan)}"
    yield f"baseline: {found.tag or 'none'} ({found.why}); {found.commits} commits since"
    counted = tuple(row for row in plan.reasons if row.sha and row not in plan.deciding)
    said = tuple(row for row in plan.reasons if not row.sha and row not in plan.deciding)
    yield from _listed("decided by", plan.deciding, shown)
    yield from _listed("counted as well", counted, shown)
    yield from _listed("mind", said, None)
    yield from _listed("cancelled", plan.cancelled, shown)
    yield from _listed("ignored", plan.ignored, shown)
    yield from _listed("not understood", plan.unparsed, shown)
    if found.alternatives:
        yield "with another baseline"
        yield from (f"  {_other(one)}" for one in found.alternatives)


def _number(plan: NextVersion) -> str:
    return f"{plan.version} ({plan.level})" if plan.version else "none, nothing asks for one"


def _other(one: Alternative) -> str:
    return f"{one.plan.previous or 'none'}: {_number(one.plan)}, {one.commits} commits; {one.why}"


def _listed(title: str, remarks: tuple[Remark, ...], shown: int | None) -> Iterator[str]:
    if not remarks:
        return
    yield title
    yield from (f"  {remark_line(remark)}" for remark in remarks[:shown])
    if shown is not None and len(remarks) > shown:
        yield f"  and {len(remarks) - shown} more"
