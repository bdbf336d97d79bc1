"""The commit-msg hook in Python: `python -I -S commit_msg.py FILE`, started by the launcher that install-hooks writes.

Only the way in and the way out stand here: this file is compiled at every start, what it imports is not.
"""

import sys


def main(path: str) -> int:
    """Check the message in the file at `path`; return the exit code, with every error said on stderr."""
    try:
        from release_tools.hooks.commit_door import check_file

        return check_file(path)
    except BaseException as error:  # noqa: BLE001 - the one boundary of this hook
        from release_tools.hooks.failure import say_failure

        return say_failure("commit-msg", error)


if __name__ == "__main__":
    import posix

    root = __file__.rpartition("/release_tools/")[0]
    sys.path.insert(0, root or "/")
    for name in ("release_tools", "release_tools.config", "release_tools.domain", "release_tools.hooks"):
        # What an import would find, had it looked: these packages hold a docstring and nothing else.
        sys.modules[name] = package = type(sys)(name)
        package.__path__ = [root + "/" + name.replace(".", "/")]
    posix._exit(main(sys.argv[1]))
