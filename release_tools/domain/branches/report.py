"""The report on a branch: what is wrong with its name or with committing to it, and the commands that lead out.

Text is made here and nothing else; where it goes and what git knows of the branch is the callers' business.
"""

import shlex

from release_tools.domain.branch_grammar import BAD_BYTE, BAD_PLACE, EMPTY_HOLE, LEADING_ZERO, NOT_A_VERSION, OTHER_NAME
from release_tools.domain.branches.branch import BranchFault, BranchTable
from release_tools.domain.messages.hidden import visible
from release_tools.domain.messages.report import width

_SAYS = {
    OTHER_NAME: "no pattern begins like this",
    EMPTY_HOLE: "the name ends too early",
    BAD_BYTE: "a name holds letters, digits, '.', '_', '-' and '/'",
    BAD_PLACE: "each part begins with a letter or a digit, holds no '..' and ends in neither '.' nor '.lock'",
    NOT_A_VERSION: "a version is three numbers, as in 1.2.0",
    LEADING_ZERO: "no number of a version begins with 0",
}
_SAMPLES = {"{slug}": "my-change", "{version}": "1.2.0"}
_UNCOMMITTED = "Nothing was committed; what you staged is still staged."


def render_fault(fault: BranchFault, table: BranchTable, *, config: str) -> str:
    """Return the lines on a name that fits no pattern: the place, what was meant, what is known, where it is ruled."""
    indent = width(fault.name[: fault.start])
    carets = "^".ljust(max(1, width(fault.name[fault.start : fault.end])), "~")
    meant = f"did you mean '{fault.proposal}'?" if fault.proposal else _SAYS[fault.fault]
    rows = [
        f"branch name '{visible(fault.name)}' fits no pattern: {_SAYS[fault.fault]} [flow]",
        f"  {visible(fault.name)}",
        f"  {' ' * indent}{carets} {meant}",
        f"  known: {', '.join((*table.long_lived, *(pattern for _, pattern in table.patterns)))}",
        f"  rule: flow, {config or 'built in; set it in release-tools.toml'}",
    ]
    return "\n".join(rows) + "\n"


def render_rename(fault: BranchFault, table: BranchTable, *, current: bool) -> str:
    """Return the command that gives the branch a name that fits; `current`: the branch is checked out here."""
    old = "" if current else f"{shlex.quote(fault.name)} "
    pattern = dict(table.patterns).get(fault.kind or "", next((row for _, row in table.patterns), ""))
    return f"git branch -m {old}{shlex.quote(fault.proposal or _filled(pattern))}"


def render_refused_name(fault: BranchFault, table: BranchTable, *, config: str) -> str:
    """Return what the pre-commit hook says on a branch with a name that fits no pattern."""
    return (
        f"pre-commit: error: {render_fault(fault, table, config=config)}{_UNCOMMITTED}\n"
        f"Rename the branch, then commit again:\n  {render_rename(fault, table, current=True)}\n"
    )


def render_refused_commit(branch: str, table: BranchTable, *, config: str, base: str) -> str:
    """Return what the pre-commit hook says on a direct commit; `base` is where develop stands, empty when nowhere."""
    return (
        f"pre-commit: error: direct commit to '{visible(branch)}' [branches.direct]\n"
        f"  {visible(branch)} takes changes by merging branches of the kinds {', '.join(dict(table.patterns))}\n"
        f"  rule: branches.direct, {config or 'built in; set it in release-tools.toml'}\n"
        f"{_UNCOMMITTED}\n{_render_way_out(branch, table, base)}"
    )


def _render_way_out(branch: str, table: BranchTable, base: str) -> str:
    """Return the commands that take staged work from a long-lived branch to a branch of its own."""
    usual = next((pattern for _, pattern in table.patterns if "{slug}" in pattern), table.patterns[0][1])
    repair = dict(table.patterns).get("hotfix")
    if branch != table.main or not base or repair is None:
        return f"Take it to a branch of its own, then commit again:\n  git switch -c {_filled(usual)}\n"
    start = f"git switch --no-track -c {_filled(usual)} {shlex.quote(base)}"
    return (
        f"To mend what is released, take it to a branch of its own, then commit again:\n"
        f"  git switch -c {_filled(repair)}\n"
        f"All other work starts from {table.develop}:\n"
        f"  git stash && {start} && git stash pop --index\n"
    )


def _filled(pattern: str) -> str:
    for hole, sample in _SAMPLES.items():
        pattern = pattern.replace(hole, sample)
    return pattern
