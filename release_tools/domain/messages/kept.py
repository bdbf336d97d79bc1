"""A kept message: one that was refused, as the editor of the next commit shows it again.

Pure text: where it lies, and when it is dropped, is the hooks' business. Bytes come as Latin-1, so that none is lost.
"""

import re

MARK = "release-tools put this message back; it was refused before."
"""The first note; a message file that holds it is one in which the kept message was shown."""

_WORD = re.compile(r"\w+")
_CUT = " ------------------------ >8 ------------------------"
_CUT_LINES = 3  # git's scissors line and the two that explain it


def has_kept(message: str, kept: str) -> bool:
    """Tell whether a message says at least half of what the kept one said, so that the kept one is not needed."""
    words = _words(kept)
    return 2 * len(words & _words(message)) >= len(words)


def render_editing(template: str, kept: str, notes: tuple[str, ...], *, comment: str, mode: str) -> str:
    """Return what the editor shows: the kept message above the file that git prepared, and notes among its comments.

    `mode` is git's clean-up: where it records comment lines, no note is written.
    """
    own, comments = _split(template, comment)
    text = _guarded(kept.rstrip("\n"), comment) if mode == "strip" else kept.rstrip("\n")
    more = f"\n\n{own}" if own and own not in kept else ""
    noted = "".join(f"{comment} {note}\n" for note in notes)
    if mode == "strip":
        return f"{text}{more}\n\n{noted}{comments}"
    return f"{text}{more}\n\n{_below_cut(comments, noted, comment) if mode == 'scissors' else comments}"


def is_guarded(kept: str, *, comment: str) -> bool:
    """Tell whether a line of the kept message begins as a comment does, which the editor must not show as one."""
    return _guarded(kept, comment) != kept


def _guarded(kept: str, comment: str) -> str:
    return "\n".join([f" {line}" if line.startswith(comment) else line for line in kept.split("\n")])


def _split(template: str, comment: str) -> tuple[str, str]:
    """Return what git put above its comments (a sign-off), and the comments."""
    at = 0 if template.startswith(comment) else template.find(f"\n{comment}") + 1
    if not at and not template.startswith(comment):
        return template.strip("\n"), ""
    return template[:at].strip("\n"), template[at:]


def _below_cut(comments: str, noted: str, comment: str) -> str:
    """Put notes below the scissors line: what stands above it is recorded in that mode."""
    lines = comments.split("\n")
    if lines[0] != comment + _CUT:
        return comments
    return "\n".join((*lines[:_CUT_LINES], noted.rstrip("\n"), *lines[_CUT_LINES:]))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
