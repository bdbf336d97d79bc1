"""The commit-msg door: lets a message pass that is beyond doubt, and hands every other one to the judge.

Nothing is imported here that an accepted message does not need, and nothing is shown here.
"""

import posix

from release_tools.config.hooks import HookRules, load_bake
from release_tools.domain.grammar import scan_footers, scan_header

KEPT = "RELEASE_TOOLS_EDITMSG"
"""The file in the git dir that keeps a refused message."""

ACCEPTED = f"{KEPT}.accepted"
"""The same message when one that has it was accepted, until a commit is seen to have it."""

_SUSPECT = (b"breaking", b"change:", b"changes:")


def check_file(path: str) -> int:
    """Check the message in a file and return the exit code: 0 let pass, 1 refused, 2 the configuration is wrong."""
    raw = read_file(path)
    git_dir = git_dir_of(path)
    if not exists(git_dir + "/HEAD"):
        from release_tools.hooks.work_tree import check_elsewhere

        return check_elsewhere(raw, path)
    rules = load_bake(git_dir, ".")
    if rules is None:
        from release_tools.hooks.rules_file import bake_rules

        rules = bake_rules(git_dir, ".")
    code = check(raw, rules, git_dir, path)
    if not code and exists(f"{git_dir}/{KEPT}") and path.endswith("COMMIT_EDITMSG"):
        _accept(raw, git_dir)
    return code


def git_dir_of(path: str) -> str:
    """Return the git dir of a message file that git wrote."""
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else ".")


def _accept(raw: bytes, git_dir: str) -> None:
    from pathlib import Path

    from release_tools.hooks.kept_message import accept

    accept(raw, Path(git_dir))


def check(raw: bytes, rules: HookRules, git_dir: str, path: str) -> int:
    """Check a raw message by known rules; `git_dir` tells what git is about to do."""
    if is_plain(raw, rules) and not exists(git_dir + "/MERGE_HEAD"):
        return 0
    from release_tools.hooks.recording import observe_recording

    recording = observe_recording(raw, git_dir)
    if not recording.merging and is_plain(recording.message, rules):
        return 0
    if recording.is_let_pass(rules):
        return 0
    from release_tools.hooks.commit_judge import judge

    return judge(recording, rules, git_dir, path)


def is_plain(message: bytes, rules: HookRules) -> bool:
    """Tell whether the message is fine beyond doubt, whatever git's clean-up does to it; False means "look closer".

    The first line stands first and ends in no blank, and an empty line or nothing follows: every clean-up of git leaves
    that alone. What the lint would only warn about counts as doubt, too.
    """
    header, _, rest = message.partition(b"\n")
    fault, _, type_end, scope_start, scope_end, _, description = scan_header(header)
    if fault or rest[:1] not in (b"", b"\n") or header[description - 2 : description] != b": ":
        return False
    if rest and not _is_plain_body(rest, rules):
        return False
    try:
        text = header.decode()
    except UnicodeDecodeError:
        return False
    if not text.isprintable() or text[-1] == " " or b"\0" in header:
        return False
    if rules.rules == "spec":
        return True
    if len(header) > rules.header_max:
        return False
    return _allows(rules, header[:type_end].decode(), header[scope_start:scope_end].decode())


def _is_plain_body(rest: bytes, rules: HookRules) -> bool:
    lowered = rest.lower()
    for word in _SUSPECT:
        if word in lowered and not _is_breaking_footer(rest, lowered):
            return False
    if b"\0" in rest or (rules.body_line_max is not None and rest.strip()):
        return False
    try:
        rest.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_breaking_footer(rest: bytes, lowered: bytes) -> bool:
    """Tell whether every word that looks like a breaking change stands in a footer that is one."""
    footers = 0
    for start, end, _, _ in scan_footers(rest, 0):
        footers += rest[start:end] in (b"BREAKING CHANGE", b"BREAKING-CHANGE")
    changes = lowered.count(b"change:") + lowered.count(b"changes:")
    return footers == lowered.count(b"breaking") and footers == changes


def _allows(rules: HookRules, kind: str, scope: str) -> bool:
    """Tell whether the type may stand, with this scope or without one, and needs no issue."""
    needs_issue, needs_scope = rules.issue_required, rules.scope_required
    if kind not in rules.types or kind in needs_issue or "*" in needs_issue:
        return False
    if not scope:
        return kind not in needs_scope and "*" not in needs_scope
    return scope in rules.scopes if rules.scopes else scope[0].isalnum() and scope[-1] != "!"


def read_file(path: str) -> bytes:
    """Return what a file holds."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - pathlib costs more than the whole check
        return file.read()


def exists(path: str) -> bool:
    """Tell whether a path leads to something."""
    try:
        posix.stat(path)
    except OSError:
        return False
    return True
