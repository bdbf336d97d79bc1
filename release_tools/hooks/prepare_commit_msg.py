"""The prepare-commit-msg hook in Python: `python -I -S prepare_commit_msg.py FILE [SOURCE [COMMIT]]`, by the launcher.

Only the way in and the way out stand here: this file is compiled at every start, what it imports is not.
"""

import sys


def main(path: str, source: str = "") -> int:
    """Put a kept message back into the file at `path`; return the exit code, with every error said on stderr."""
    try:
        from release_tools.hooks.prepare_door import prepare_file

        return prepare_file(path, source)
    except BaseException as error:  # noqa: BLE001 - the one boundary of this hook
        from release_tools.hooks.failure import say_failure

        return say_failure("prepare-commit-msg", error)


if __name__ == "__main__":
    import posix

    sys.path.insert(0, __file__.rpartition("/release_tools/")[0] or "/")
    posix._exit(main(*sys.argv[1:3]))
