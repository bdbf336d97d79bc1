"""What git will record: the message after git's clean-up, as this repository's settings and this moment ask for it.

The settings are read without a process where nobody touched them; whether the message is good is not asked here.
"""

import posix

from release_tools.domain.grammar import recorded
from release_tools.domain.messages.machine_made import machine_kind
from release_tools.hooks.git_words import has_word

TYPE_CHECKING = False  # what typing calls by this name, without the price of importing it
if TYPE_CHECKING:
    from release_tools.config.hooks import HookRules

_DEFAULTS = ("", b"#", "utf-8")
_SCISSORS = b" ------------------------ >8 ------------------------\n"
_CANDIDATES = b"#;@!$%^&|:"  # git's own, for core.commentChar=auto


class Recording:
    """A message as git will record it, and what git is about to do with it."""

    __slots__ = ("encoding", "merging", "message", "reverting")

    def __init__(self, *, message: bytes, encoding: str = "utf-8", merging: bool = False, reverting: bool = False):
        self.message = message
        self.encoding = encoding
        self.merging = merging
        self.reverting = reverting

    def is_let_pass(self, rules: "HookRules") -> bool:
        """Tell whether a machine made the message and the rules accept that."""
        text = self.message.decode("utf-8", "replace")
        kind = machine_kind(text, merging=self.merging, reverting=self.reverting)
        return kind is not None and "\0" not in text and getattr(rules, kind) == "accept"


def observe_recording(raw: bytes, git_dir: str) -> Recording:
    """Return what git will make of the raw message file, by the settings and the state of the work tree."""
    mode, comment, encoding = observe_cleanup(raw, git_dir)
    return Recording(
        message=recorded(raw, mode=mode, comment=comment, verbose=_is_edited()),
        encoding=encoding,
        merging=_exists(git_dir + "/MERGE_HEAD"),
        reverting=_exists(git_dir + "/REVERT_HEAD"),
    )


def observe_cleanup(raw: bytes, git_dir: str) -> tuple[str, bytes, str]:
    """Return the clean-up that git uses, the prefix of comment lines in the message file, and its encoding."""
    cleanup, comment, encoding = _settings(git_dir)
    return _mode(cleanup, _is_edited()), comment or _automatic(raw), encoding


def _is_edited() -> bool:
    return posix.environ.get(b"GIT_EDITOR") != b":"


def _mode(cleanup: str, edited: bool) -> str:  # noqa: FBT001 - a table of two columns
    """Return the clean-up git uses; without an editor nothing was commented out and only blanks are cleaned."""
    if cleanup in ("verbatim", "whitespace", "strip"):
        return cleanup
    if not edited:
        return "whitespace"
    return "scissors" if cleanup == "scissors" else "strip"


def _settings(git_dir: str) -> tuple[str, bytes, str]:
    """Return commit.cleanup, the comment prefix (empty: chosen by git) and the encoding."""
    if not has_word(git_dir):
        return _DEFAULTS
    from release_tools.hooks.git_settings import observe_settings

    return observe_settings(git_dir)


def _automatic(raw: bytes) -> bytes:
    """Return the comment character that git chose for this message: that of its scissors or of its last line."""
    at = raw.find(_SCISSORS)
    if at > 0 and raw[at - 1] in _CANDIDATES:
        return raw[at - 1 : at]
    last = raw.rstrip().rpartition(b"\n")[2]
    return last[:1] if last[:1] and last[0] in _CANDIDATES and last[1:2] in (b"", b" ", b"\t") else b"#"


def _exists(path: str) -> bool:
    try:
        posix.stat(path)
    except OSError:
        return False
    return True
