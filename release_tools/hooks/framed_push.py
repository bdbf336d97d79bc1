"""A push as a frame around the hook tells it: pre-commit and prek read git's stdin themselves and pass on variables.

What is told is only one ref of a push, and never a deletion: that is all such a frame hands on. The door judges it.
"""

import os

from release_tools.hooks.failure import say_failure

_SELF = "PRE_COMMIT_REMOTE_NAME"
_TAGS = "refs/tags/"


def main() -> int | None:
    """Check the push and return the exit code; None when no frame told of one."""
    if _SELF not in os.environ:
        return None
    try:
        from release_tools.hooks.push_door import check_push

        remote = os.environ[_SELF]
        return check_push(remote, os.environ.get("PRE_COMMIT_REMOTE_URL", remote), read_frame())
    except BaseException as error:  # noqa: BLE001 - the one boundary of this door
        return say_failure("pre-push", error)


def read_frame() -> bytes:
    """Return the push as git would have told it, in one line.

    Of a tag the frame does not say what the remote has, and the whole history of a new branch comes without commits.
    """
    local, target = os.environ["PRE_COMMIT_LOCAL_BRANCH"], os.environ["PRE_COMMIT_REMOTE_BRANCH"]
    new = os.environ.get("PRE_COMMIT_TO_REF") or _resolve(local)
    known = "" if target.startswith(_TAGS) else os.environ.get("PRE_COMMIT_FROM_REF")
    old = known or "0" * len(new)
    return os.fsencode(f"{local} {new} {target} {old}\n")


def _resolve(ref: str) -> str:
    from release_tools.hooks.hurried_git import ask

    return os.fsdecode(ask("git", "rev-parse", "--verify", "--end-of-options", ref).rstrip(b"\n"))
