"""Doubtless messages: those that the lint accepts silently, told by one look, as most of a long history are.

It only ever accepts; whatever is not beyond doubt is the lint's business.
"""

import re
from collections.abc import Callable

from release_tools.domain.messages.rules import CommitRules

_NAME = rb"[A-Za-z0-9][A-Za-z0-9._/-]*"
_BREAKING = re.compile(rb"breaking|changes?:", re.IGNORECASE)
"""What a line about breaking changes holds, be it right or nearly so."""


def doubtless(rules: CommitRules) -> Callable[[bytes], bool]:
    """Return what tells whether a message, as git recorded it, is accepted without a word."""
    if rules.rules != "house" or rules.issue_required or rules.body_line_max or "*" in rules.scope_required:
        return lambda _: False
    matches = re.compile(_header(rules) + rb"(?:\n(?:\n[ -~\n\t]*)?)?").fullmatch
    longest = rules.header_max

    def accepts(message: bytes) -> bool:
        end = message.find(b"\n")
        if (end if end >= 0 else len(message)) > longest or matches(message) is None:
            return False
        return end < 0 or _BREAKING.search(message, end) is None

    return accepts


def _header(rules: CommitRules) -> bytes:
    scope = b"|".join(re.escape(name).encode() for name in rules.scopes) or _NAME
    bare = _words([name for name in rules.types if name not in rules.scope_required])
    scoped = rb"(?:%b)\((?:%b)\)" % (_words(list(rules.types)), scope)
    return rb"(?:(?:%b)|%b)!?: [!-~](?:[ -~]*[!-~])?" % (bare, scoped)


def _words(names: list[str]) -> bytes:
    """Return a pattern for one of the names; for none where there is none."""
    return b"|".join(re.escape(name).encode() for name in names) or rb"(?!)"
