"""The branches of a push: which names may be pushed, and how long-lived branches may change at the remote.

Messages of commits are judged in `messages`; nothing is shown here.
"""

import shlex
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from release_tools.domain.branches.branch import BranchTable, lint_branch
from release_tools.domain.branches.report import render_fault, render_rename
from release_tools.domain.pushes.new_commit import direct_commits
from release_tools.domain.pushes.push import Push, PushedRef
from release_tools.domain.pushes.refusal import Refusal
from release_tools.domain.pushes.rules import PushRules
from release_tools.domain.refs import HEADS

_SHOWN = 3  # direct commits that are named

Lint = Callable[[PushedRef, Push, PushRules], Refusal | None]


def lint_branches(push: Push, rules: PushRules) -> Iterator[Refusal]:
    """Yield what is wrong with each branch: the first thing only, in the order of the table below."""
    for ref in push.refs:
        if ref.branch:
            yield from list(filter(None, (lint(ref, push, rules) for lint in _LINTS)))[:1]


def is_guarded(branch: str, rules: PushRules) -> bool:
    """Return whether a branch is long-lived or protected."""
    return branch in (rules.main, rules.develop, *rules.direct) or is_protected(branch, rules)


def is_protected(branch: str, rules: PushRules) -> bool:
    """Return whether the remote lets nobody push to a branch, as the configuration says."""
    return any(fnmatchcase(branch, name) for name in rules.protected)


def _lint_deletion(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    if ref.new or not push.owned or not is_guarded(ref.branch, rules):
        return None
    return Refusal(subject=ref.branch, rule="branches", says="a long-lived branch is not deleted")


def _lint_name(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    table = _table(rules)
    fault = lint_branch(ref.branch, table) if ref.new and not is_protected(ref.branch, rules) else None
    if fault is None:
        return None
    says, *notes = render_fault(fault, table, config=rules.config).splitlines()
    if ref.source == ref.name:
        command = render_rename(fault, table, current=False)
        return Refusal(
            subject=ref.branch, rule="", says=says, notes=tuple(notes), way_out=("Rename the branch:", command)
        )
    name = shlex.quote(f"{ref.new[:10]}:{HEADS}{fault.proposal or _topic('{slug}', rules)}")
    way_out = ("Push it under a name that fits:", f"git push {shlex.quote(push.remote)} {name}")
    return Refusal(subject=ref.branch, rule="", says=says, notes=tuple(notes), way_out=way_out)


def _lint_protected(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    if not _is_changed(ref, push):
        return None
    if is_protected(ref.branch, rules):
        note = "the remote takes changes to it by pull requests alone"
        return _straight(ref, push, rules, rule="branches.protected", notes=(note,))
    if ref.branch == rules.main and rules.main not in rules.direct:
        note = "it takes changes by finishing releases and hotfixes with release-tools, and by pull requests"
        return _straight(ref, push, rules, rule="branches.direct", notes=(note,))
    return None


def _lint_rewriting(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    if not _is_changed(ref, push) or ref.name not in push.rewritten:
        return None
    return Refusal(
        subject=ref.branch,
        rule="branches",
        says=f"commits that {push.remote} has would be lost",
        notes=("a long-lived branch only ever goes forward",),
        way_out=("Bring them in first:", f"git pull {shlex.quote(push.remote)} {shlex.quote(ref.branch)}"),
    )


def _lint_direct(ref: PushedRef, push: Push, rules: PushRules) -> Refusal | None:
    if not _is_changed(ref, push) or ref.branch != rules.develop or rules.develop in rules.direct:
        return None
    direct = tuple(direct_commits(ref.new, push.commits))
    if not direct:
        return None
    lines = [f"{commit.sha[:10]} is no merge, and no other branch of {push.remote} has it" for commit in direct]
    more = (f"and {len(lines) - _SHOWN} more",) if len(lines) > _SHOWN else ()
    return _straight(ref, push, rules, rule="branches.direct", notes=(*lines[:_SHOWN], *more))


_LINTS: tuple[Lint, ...] = (_lint_deletion, _lint_name, _lint_protected, _lint_rewriting, _lint_direct)


def _is_changed(ref: PushedRef, push: Push) -> bool:
    """Return whether an existing branch changes at the remote that owns it: to begin one is always allowed."""
    return bool(push.owned and ref.old and ref.new)


def _straight(ref: PushedRef, push: Push, rules: PushRules, *, rule: str, notes: tuple[str, ...]) -> Refusal:
    kind = "hotfix" if ref.branch == rules.main else ""
    command = f"git push {shlex.quote(push.remote)} {ref.new[:10]}:{HEADS}{_topic(kind, rules)}"
    return Refusal(
        subject=ref.branch,
        rule=rule,
        says=f"pushed straight to '{ref.branch}'",
        notes=notes,
        way_out=("Push a branch of its own:", command),
    )


def _topic(kind: str, rules: PushRules) -> str:
    """Return a name for a topic branch: of the kind, where the table has it, else of the first with a slug."""
    patterns = dict(rules.patterns)
    slugs = (pattern for pattern in patterns.values() if "{slug}" in pattern)
    return patterns.get(kind, next(slugs, "{slug}")).replace("{slug}", "my-change").replace("{version}", "1.2.0")


def _table(rules: PushRules) -> BranchTable:
    return BranchTable(main=rules.main, develop=rules.develop, direct=rules.direct, patterns=rules.patterns)
