"""The one error boundary of the hooks: what stopped a hook, in three sentences and an exit code.

Findings about a message or a branch are no failures; they have reports of their own.
"""

import posix

from release_tools.errors import ReleaseToolsError

_COMMIT = ("commit", "Nothing was committed.")
_PUSH = ("push", "Nothing was pushed.")


def say(text: str) -> None:
    """Write a text to stderr, whatever the locale; a hook has no other place to talk."""
    data = text.encode("utf-8", "replace")
    while data:
        data = data[posix.write(2, data) :]


def say_failure(hook: str, error: BaseException) -> int:
    """Say why a hook could not do its work and return the exit code."""
    verb, unharmed = _PUSH if hook == "pre-push" else _COMMIT
    if isinstance(error, KeyboardInterrupt):
        say(f"{hook}: interrupted\n")
        return 130
    if isinstance(error, ReleaseToolsError):
        say(f"{hook}: error: {error}\n")
        return error.exit_code
    if isinstance(error, OSError):
        say(f"{hook}: error: {error}\n{unharmed}\nCheck that path, then {verb} again.\n")
        return 2
    say(f"{hook}: error: this is a bug in release-tools: {_where(error)}\n{unharmed}\n")
    say(f"{verb.capitalize()} with --no-verify to go on, and report the line above.\n")
    return 70


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    return f"{type(error).__name__}: {error} ({place})"
