"""The pre-push hook in Python: `python -I -S pre_push.py REMOTE URL`, started by the launcher of install-hooks.

Only the way in and the way out stand here: this file is compiled at every start, what it imports is not.
"""

import sys


def main(remote: str, url: str) -> int:
    """Check the push that git tells about on stdin; return the exit code, with every error said on stderr."""
    try:
        from release_tools.hooks.push_door import check_push

        return check_push(remote, url, read_told())
    except BaseException as error:  # noqa: BLE001 - the one boundary of this door
        from release_tools.hooks.failure import say_failure

        return say_failure("pre-push", error)


def read_told() -> bytes:
    """Return all that git tells."""
    import posix

    chunks = []
    while chunk := posix.read(0, 1 << 16):
        chunks.append(chunk)
    return b"".join(chunks)


if __name__ == "__main__":
    import posix

    sys.path.insert(0, __file__.rpartition("/release_tools/")[0] or "/")
    posix._exit(main(sys.argv[1], sys.argv[2]))
