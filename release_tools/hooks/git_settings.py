"""The settings that change what git records, as git itself says them: one process, asked only when files name one.

How a message is cleaned by them stands in the grammar.
"""

import subprocess

from release_tools.errors import ToolFailed

_DEADLINE = 10.0
_KEYS = r"^(core\.comment(char|string)|commit\.cleanup|i18n\.commitencoding)$"


def observe_settings(git_dir: str) -> tuple[str, bytes, str]:
    """Return commit.cleanup, the comment prefix (empty: git chooses it) and the name of the encoding."""
    command = ("git", f"--git-dir={git_dir}", "config", "-z", "--get-regexp", _KEYS)
    try:
        done = subprocess.run(command, capture_output=True, timeout=_DEADLINE, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _cannot_ask(str(error)) from error
    if done.returncode not in (0, 1):  # 1: no such setting
        raise _cannot_ask(done.stderr.decode("utf-8", "replace").strip())
    cleanup, comment, encoding = "", b"#", "utf-8"
    for row in done.stdout.split(b"\0"):
        key, _, value = row.partition(b"\n")
        if key == b"commit.cleanup":
            cleanup = value.decode("utf-8", "replace")
        elif key == b"i18n.commitencoding":
            encoding = value.decode("utf-8", "replace") or "utf-8"
        elif key:
            comment = b"" if value.lower() == b"auto" else value or b"#"
    return cleanup, comment, encoding


def _cannot_ask(why: str) -> ToolFailed:
    return ToolFailed(f"git cannot say its settings: {why}", state="Nothing was committed.", todo="git config --list")
