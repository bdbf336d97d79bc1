"""A pull request judged before it is merged: its title as the commit it becomes, its head and its base by the flow.

No forge is asked and nothing is rendered here; whether such branches exist is not known.
"""

from dataclasses import replace

from release_tools.domain.branches.branch import BranchFault, BranchTable, lint_branch, parse_branch
from release_tools.domain.grammar import recorded
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.machine_made import without_marks
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import Violation, errors
from release_tools.record import record

RELEASE = "release"
_CARRY = "Carry what is released over with: release-tools back-merge"


@record
class PullRequest:
    """What a forge knows of a pull request: its title, its text, and the names of its two branches."""

    title: str
    base: str
    head: str
    body: str = ""

    @property
    def message(self) -> bytes:
        """Return the message of the commit that a squash makes of it."""
        text = f"{self.title}\n\n{self.body}" if self.title.strip() else ""
        return recorded(text.encode("utf-8", "surrogateescape"), mode="whitespace")


@record
class FlowRow:
    """One kind of branch: where it may go (main, develop, release), and how it is merged there."""

    kind: str
    targets: tuple[str, ...]
    merge: str


@record
class PullRequestRules:
    """What a pull request is held to."""

    commits: CommitRules
    table: BranchTable
    rows: tuple[FlowRow, ...]
    config: str = ""
    """The name of the file they stand in; empty: no configuration."""


@record
class EdgeFault:
    """A merge that the flow table does not have, and what to do instead."""

    says: str
    todo: str


@record
class PullRequestVerdict:
    """What was found: `kind` of the head, the `merge` method of the edge, and the faults of each part."""

    kind: str = ""
    merge: str = ""
    title: tuple[Violation, ...] = ()
    head: BranchFault | None = None
    edge: EdgeFault | None = None

    @property
    def title_ok(self) -> bool:
        """Return whether nothing stands against the title but warnings."""
        return not errors(self.title)

    @property
    def ok(self) -> bool:
        """Return whether nothing stands against the merge."""
        return self.title_ok and self.head is None and self.edge is None


def lint_pull_request(request: PullRequest, rules: PullRequestRules) -> PullRequestVerdict:
    """Return everything that is wrong with a pull request; an edge is judged only where the head's kind is known."""
    found = PullRequestVerdict(title=_lint_title(request, rules.commits), head=lint_branch(request.head, rules.table))
    branch = parse_branch(request.head, rules.table)
    if branch is None:
        return found
    row = next((row for row in rules.rows if row.kind == branch.kind), None)
    if row is None:
        return replace(found, kind=branch.kind, edge=_long_lived(request, rules))
    if not _is_target(request.base, row, rules.table):
        return replace(found, kind=branch.kind, edge=_wrong_base(request, row, rules.table))
    return replace(found, kind=branch.kind, merge=row.merge)


def _lint_title(request: PullRequest, rules: CommitRules) -> tuple[Violation, ...]:
    if "\n" in request.title:
        end = len(request.title.partition("\n")[0])
        says = "the title has more than one line"
        return (Violation(rule="title", says=says, hint="put the rest into the text", end=end, source="house"),)
    if without_marks(request.title) != request.title:
        says = "a title that asks for autosquash becomes a commit of its own"
        return (Violation(rule="title", says=says, hint="say what changes", end=len(request.title), source="house"),)
    return lint(request.message, rules)


def _is_target(base: str, row: FlowRow, table: BranchTable) -> bool:
    if base in _names(row, table):
        return True
    branch = parse_branch(base, table)
    return RELEASE in row.targets and branch is not None and branch.kind == RELEASE


def _names(row: FlowRow, table: BranchTable) -> tuple[str, ...]:
    """Return the long-lived branches that a row leads to."""
    long_lived = {"main": table.main, "develop": table.develop}
    return tuple([name for target in row.targets if (name := long_lived.get(target))])


def _wrong_base(request: PullRequest, row: FlowRow, table: BranchTable) -> EdgeFault:
    release = dict(table.patterns).get(RELEASE)
    names = [f"'{name}'" for name in _names(row, table)]
    names += [f"an open release branch ({release})"] if RELEASE in row.targets and release else []
    if not names:
        return EdgeFault(
            says=f"'{request.head}' is a {row.kind} branch, which is not merged anywhere",
            todo="Close the pull request; take single commits over with `git cherry-pick -x`.",
        )
    return EdgeFault(
        says=f"'{request.head}' is a {row.kind} branch, which goes to {' or '.join(names)}, not to '{request.base}'",
        todo=f"Change the base of the pull request to {names[0]}.",
    )


def _long_lived(request: PullRequest, rules: PullRequestRules) -> EdgeFault:
    usual = next((pattern for _, pattern in rules.table.patterns), "")
    return EdgeFault(
        says=f"'{request.head}' is a long-lived branch; such a branch is never the head of a pull request",
        todo=_CARRY if request.head == rules.table.main else f"Open it from a branch of its own, such as {usual}.",
    )
