"""The pre-commit door: lets a commit pass whose branch is beyond doubt, and hands every other one to the judge.

Nothing is imported here that an accepted commit does not need, and nothing is shown here.
"""

import posix

from release_tools.config.hooks import HookRules, load_bake
from release_tools.domain.branch_grammar import FITS, match_branch

_BRANCH = b"ref: refs/heads/"
_REFTABLE = b".invalid"  # what HEAD holds where references lie in another format
_HEX = b"0123456789abcdef"


def check_head() -> int:
    """Check the branch that HEAD names and return the exit code: 0 let pass, 1 refused."""
    git_dir = find_git_dir()
    branch = read_branch(git_dir) if git_dir else None
    if branch == b"":
        return 0  # a detached HEAD: no branch is moved
    if git_dir is None or branch is None:
        from release_tools.hooks.branch_judge import judge_unread

        return judge_unread()
    rules = load_bake(git_dir, ".")
    if rules is None:
        from release_tools.hooks.rules_file import bake_rules

        rules = bake_rules(git_dir, ".")
    if allows(branch, rules):
        return 0
    from release_tools.hooks.branch_judge import judge

    return judge(branch, rules, git_dir)


def allows(branch: bytes, rules: HookRules) -> bool:
    """Tell whether commits may be made straight to a branch, by its name alone."""
    name = branch.decode("utf-8", "surrogateescape")
    if name in rules.direct:
        return True
    if name in (rules.main, rules.develop):
        return False
    return any(match_branch(branch, pattern.encode())[0] == FITS for _, pattern in rules.patterns)


def find_git_dir() -> str | None:
    """Return this work tree's git dir as git told the hook, or as it stands in the work tree; None: ask git."""
    told = posix.environ.get(b"GIT_DIR", b".git").decode("utf-8", "surrogateescape")
    try:
        return told if posix.stat(told).st_mode & 0o170000 == 0o040000 else None
    except OSError:
        return None


def read_branch(git_dir: str) -> bytes | None:
    """Return the name of the branch that HEAD names, empty when HEAD is detached; None: ask git."""
    try:
        descriptor = posix.open(git_dir + "/HEAD", posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NOFOLLOW)
    except OSError:
        return None
    try:
        head = posix.read(descriptor, 4096).rstrip(b"\n")
    finally:
        posix.close(descriptor)
    if head.startswith(_BRANCH):
        name = head[len(_BRANCH) :]
        return None if name == _REFTABLE or b"\n" in name else name
    return b"" if len(head) in (40, 64) and not head.strip(_HEX) else None
