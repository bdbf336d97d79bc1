"""The pre-push door: lets a push pass that is beyond doubt, and hands every other one to the judge.

Nothing is imported here that an accepted push does not need, and nothing is shown here.
"""

import posix

from release_tools.config.hooks import HookRules, load_bake
from release_tools.domain.branch_grammar import FITS, match_branch
from release_tools.domain.pushes.told import parse_told
from release_tools.hooks.branch_door import find_git_dir
from release_tools.hooks.commit_door import is_plain
from release_tools.hooks.hurried_git import ask, read_log

HEADS, TAGS = b"refs/heads/", b"refs/tags/"
_RUN = b"RELEASE_TOOLS_RUN"
GLOB = frozenset("*?[")


def check_push(remote: str, url: str, told: bytes) -> int:
    """Check what git tells about a push and return the exit code: 0 let pass, 1 refused."""
    if is_of_a_run(remote, told):
        return 0
    refs = judged_refs(told)
    if not refs:
        return 0  # nothing changes, or nothing but notes and the like
    rules = load_rules()
    records = new_records(refs, remote, rules)
    doubtful = find_doubtful(records, rules)
    if not doubtful and all(is_plain_ref(name, new, rules) for _, name, _, new in refs):
        return 0
    from release_tools.hooks.push_judge import judge

    return judge(remote, url, told, records=records, doubtful=doubtful, rules=rules)


def is_of_a_run(remote: str, told: bytes) -> bool:
    """Tell whether a release that release-tools carries out is pushing exactly this."""
    if _RUN not in posix.environ:
        return False
    from release_tools.hooks.push_run import accepts

    return accepts(posix.environ[_RUN].decode("utf-8", "surrogateescape"), remote, told)


def judged_refs(told: bytes) -> list[tuple[bytes, bytes, bytes, bytes]]:
    """Return the branches and tags among the refs that git tells about."""
    return [row for row in parse_told(told) if row[1].startswith((HEADS, TAGS))]


def load_rules() -> HookRules:
    """Return the rules of the work tree that is pushed from, baked again where they are stale."""
    git_dir = find_git_dir()
    if git_dir is None:
        git_dir = ask("git", "rev-parse", "--absolute-git-dir").rstrip(b"\n").decode("utf-8", "surrogateescape")
    rules = load_bake(git_dir, ".")
    if rules is None:
        from release_tools.hooks.rules_file import bake_rules

        return bake_rules(git_dir, ".")
    return rules


def new_records(refs: list[tuple[bytes, bytes, bytes, bytes]], remote: str, rules: HookRules) -> list[bytes]:
    """Return the log records of all commits that neither the remote has, nor the one that owns the long-lived branches.

    Where the remote has no branch that we know of, all of history would be new: then what any remote has is not.
    """
    tips = tuple([new for _, _, _, new in refs if new])
    limits = tuple([old for _, _, old, _ in refs if old])
    if not tips:
        return []
    records = read_log(tips, limits, (remote, rules.remote))
    if any(record.split(b"\n", 2)[1] == b"" for record in records) and not _is_known(remote):
        return read_log(tips, limits, ("",))
    return records


def _is_known(remote: str) -> bool:
    return bool(ask("git", "for-each-ref", "--count=1", "--format=%(refname)", f"refs/remotes/{remote}/"))


def find_doubtful(records: list[bytes], rules: HookRules) -> list[bytes]:
    """Return the records whose messages are not fine beyond doubt."""
    return [record for record in records if not _is_fine(record, rules)]


def _is_fine(record: bytes, rules: HookRules) -> bool:
    _, parents, message = record.split(b"\n", 2)
    if b" " in parents:
        return rules.merge == "accept"
    return is_plain(message, rules) or _is_let_pass(message, rules)


def is_plain_ref(name: bytes, new: bytes, rules: HookRules) -> bool:
    """Tell whether a branch may be pushed beyond doubt: its name is one of the table, and nobody guards it."""
    if not new or not name.startswith(HEADS):
        return False
    branch = name[len(HEADS) :]
    text = branch.decode("utf-8", "surrogateescape")
    if text in (rules.main, rules.develop, *rules.direct, *rules.protected):
        return False
    if any(not GLOB.isdisjoint(guarded) for guarded in rules.protected):
        return False
    return any(match_branch(branch, pattern.encode())[0] == FITS for _, pattern in rules.patterns)


def _is_let_pass(message: bytes, rules: HookRules) -> bool:
    from release_tools.domain.messages.machine_made import machine_kind

    kind = machine_kind(message.decode("utf-8", "replace"))
    return kind is not None and getattr(rules, kind) == "accept"
