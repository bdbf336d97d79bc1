"""The pre-commit hook in Python: `python -I -S pre_commit.py`, started by the launcher that install-hooks writes.

Only the way in and the way out stand here: this file is compiled at every start, what it imports is not.
"""

import sys


def main() -> int:
    """Check the branch that is about to be committed to; return the exit code, with every error said on stderr."""
    try:
        from release_tools.hooks.branch_door import check_head

        return check_head()
    except BaseException as error:  # noqa: BLE001 - the one boundary of this door
        from release_tools.hooks.failure import say_failure

        return say_failure("pre-commit", error)


if __name__ == "__main__":
    import posix

    sys.path.insert(0, __file__.rpartition("/release_tools/")[0] or "/")
    posix._exit(main())
