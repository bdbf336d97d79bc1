"""The judge of a branch: asks git what the name alone does not tell, and refuses with the way out.

Loaded only for a branch that the door did not let pass; how the report reads is `domain.branch_report`'s business.
"""

import os
import subprocess
from pathlib import Path

from release_tools.config.hooks import HookRules
from release_tools.domain.branches.branch import BranchTable, lint_branch
from release_tools.domain.branches.report import render_refused_commit, render_refused_name
from release_tools.errors import ToolFailed
from release_tools.hooks.failure import say

_DEADLINE = 30.0  # seconds that one question to git may take
_DIRECTORIES = ("rebase-merge", "rebase-apply")
_PSEUDO_REFS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")


def judge(branch: bytes, rules: HookRules, git_dir: str) -> int:
    """Return 0 where git is finishing something or the branch begins here; else say what is wrong and return 1."""
    name = branch.decode("utf-8", "surrogateescape")
    table = BranchTable(main=rules.main, develop=rules.develop, direct=rules.direct, patterns=rules.patterns)
    if _is_finishing(git_dir) or _is_beginning(name, table):
        return 0
    fault = lint_branch(name, table, taken=_branches())
    if fault is not None:
        say(render_refused_name(fault, table, config=rules.config))
    else:
        say(render_refused_commit(name, table, config=rules.config, base=_develop(rules)))
    return 1


def judge_unread() -> int:
    """Judge the branch of a repository whose HEAD only git can read."""
    code, answer = ask("symbolic-ref", "-q", "HEAD")
    branch = answer.removesuffix(b"\n").removeprefix(b"refs/heads/")
    if code == 1:
        return 0  # detached
    from release_tools.hooks.branch_door import allows
    from release_tools.hooks.rules_file import load_rules

    git_dir = os.fsdecode(_told("rev-parse", "--absolute-git-dir"))
    rules = load_rules(git_dir, os.fsdecode(_told("rev-parse", "--show-toplevel")))
    return 0 if allows(branch, rules) else judge(branch, rules, git_dir)


def _is_finishing(git_dir: str) -> bool:
    """Tell whether a merge, pick, revert or rebase is under way: without a conflict git asks no hook about it."""
    if any((Path(git_dir) / name).exists() for name in (*_DIRECTORIES, *_PSEUDO_REFS)):
        return True
    return any(ask("rev-parse", "-q", "--verify", name)[0] == 0 for name in _PSEUDO_REFS[1:])


def _is_beginning(name: str, table: BranchTable) -> bool:
    """Tell whether this is the first commit of the repository, or of a long-lived branch."""
    if ask("rev-parse", "-q", "--verify", "HEAD")[0] == 0:
        return False
    return name in table.long_lived or not _told("for-each-ref", "--count=1", "--format=%(refname)")


def _develop(rules: HookRules) -> str:
    """Return the name under which develop can be reached here, empty where there is none."""
    names = (rules.develop, f"{rules.remote}/{rules.develop}") if rules.develop else ()
    refs = zip(names, ("refs/heads/", "refs/remotes/"), strict=False)
    return next((name for name, space in refs if ask("rev-parse", "-q", "--verify", space + name)[0] == 0), "")


def _branches() -> frozenset[str]:
    names = _told("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
    return frozenset(os.fsdecode(names).split("\n"))


def _told(*question: str) -> bytes:
    code, answer = ask(*question)
    if code:
        raise ToolFailed(
            f"`git {' '.join(question)}` failed with exit code {code}.",
            state="Nothing was committed.",
            todo="Check the repository with `git status`, then commit again.",
        )
    return answer.removesuffix(b"\n")


def ask(*question: str) -> tuple[int, bytes]:
    """Return git's exit code and what it printed."""
    try:
        done = subprocess.run(("git", *question), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=_DEADLINE)
    except subprocess.TimeoutExpired as late:
        raise ToolFailed(
            f"`git {' '.join(question)}` did not answer within {_DEADLINE:g} seconds.",
            state="Nothing was committed.",
            todo="Check the disk that holds the repository, then commit again.",
        ) from late
    return done.returncode, done.stdout
