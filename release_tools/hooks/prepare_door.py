"""The prepare-commit-msg door: does nothing where no message is kept, which is nearly always.

Nothing is imported here that such a commit does not need; what is done with a kept message stands in `kept_message`.
"""

import posix

from release_tools.hooks.commit_door import ACCEPTED, KEPT, exists, git_dir_of

_SOURCE = b"PRE_COMMIT_COMMIT_MSG_SOURCE"


def prepare_file(path: str, source: str) -> int:
    """Put a kept message back into the file of a commit that begins with none, and return the exit code.

    A frame around the hook (pre-commit, prek) names the source of the message in a variable, not by an argument.
    """
    if source or posix.environ.get(_SOURCE) or posix.environ.get(b"GIT_EDITOR") == b":":
        return 0
    git_dir = git_dir_of(path)
    if exists(f"{git_dir}/{KEPT}") or exists(f"{git_dir}/{ACCEPTED}"):
        from release_tools.hooks.kept_message import put_back

        put_back(path, git_dir)
    return 0


def prepare_fast_path() -> str:
    """Return the sh text for the launcher; it needs `$2` and `rt_git_dir`, and exits 0 or falls through."""
    kept, accepted = (f'[ -e "$rt_git_dir/{name}" ]' for name in (KEPT, ACCEPTED))
    return f'[ -z "${{2-}}" ] && {{ {kept} || {accepted}; }} || exit 0\n'
