"""A commit is one entry of history, its message read as a Conventional Commit as far as it goes.

What a commit does to a version or a changelog is not here, and neither is the grammar of messages.
"""

from functools import lru_cache
from typing import NamedTuple

from release_tools.domain.grammar import scan_footers, scan_header
from release_tools.domain.history.marks import BREAKS, CLOSES, RETURNS, REVERTS, mark_message
from release_tools.record import record

CLOSING = frozenset(("close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"))
REFERRING = frozenset(("ref", "refs", "references", "see", "related"))
BREAKING = frozenset(("BREAKING CHANGE", "BREAKING-CHANGE"))

NO_BLANK_LINE = "no blank line after the header, so only the header counts"
NO_FOOTER = "mentions BREAKING CHANGE, but not as a footer with colon and space, so it does not count"

_HARD = RETURNS | BREAKS | REVERTS

MERGED = b"Merged PR "

DEEPEST_QUOTE = 50
"""Reverts of reverts that are followed; nobody writes more, and each one costs a pass over the line."""


@record
class Footer:
    """A token and its value at the end of a message."""

    token: str
    value: str


class Commit(NamedTuple):
    """A commit; `type` is lower case and empty when the header is no Conventional Commit, `breaking` says what breaks.

    `covers` names further types that a squashed body holds, `warnings` what of the message could not be read;
    `elsewhere` marks one that changes nothing of the product that is looked at, `marks` what the message may hold,
    `repeats` names the commit whose change it makes again. A named tuple, because a history has tens of thousands and a
    frozen dataclass takes five times as long to make.
    """

    sha: str
    parents: tuple[str, ...]
    message: bytes
    type: str = ""
    scope: str = ""
    description: str = ""
    breaking: str | None = None
    covers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    elsewhere: bool = False
    marks: int = -1  # all, for a commit that nobody has looked at
    repeats: str = ""

    @property
    def is_merge(self) -> bool:
        """True when the commit has several parents."""
        return len(self.parents) > 1

    @property
    def short(self) -> str:
        """The abbreviated name that people read."""
        return self.sha[:7]

    @property
    def line(self) -> bytes:
        """The first line of the message that is not blank, without blanks around it."""
        return self.message.lstrip().split(b"\n", 1)[0].rstrip()

    @property
    def subject(self) -> str:
        """The first line of the message, as text."""
        return _text(self.line)

    @property
    def footers(self) -> tuple[Footer, ...]:
        """The footers of the message; none when the body does not parse."""
        if NO_BLANK_LINE in self.warnings:
            return ()
        return _footers(self.message, self.message.find(b"\n", _start(self.message)))

    @property
    def closes(self) -> tuple[str, ...]:
        """The issues that footers close; a paragraph below such a footer is no part of it."""
        if not self.marks & CLOSES:
            return ()
        values = (footer.value for footer in self.footers if footer.token.lower() in CLOSING)
        return tuple(value.partition("\n\n")[0] for value in values)

    @property
    def refs(self) -> tuple[str, ...]:
        """What footers refer to: issues, or the commits that a `revert` takes back."""
        return tuple(footer.value for footer in self.footers if footer.token.lower() in REFERRING)


def parse_commit(sha: str, parents: tuple[str, ...], message: bytes, marks: int | None = None) -> Commit:
    """Parse what git knows of one commit; whatever cannot be read is left out with a warning.

    `marks` are those of the message, where they are known already.
    """
    marks = mark_message(message) if marks is None else marks
    found = None if marks & _HARD else _plain(sha, parents, message, marks)
    return found or _parse(sha, parents, message, marks)


def _plain(sha: str, parents: tuple[str, ...], message: bytes, marks: int) -> Commit | None:
    """Return a commit of the usual shape, at a third of the price; None where the message has another one."""
    end = message.find(b"\n")
    if end < 0:
        end = len(message)
    elif message[end + 1 : end + 2] not in b"\n":  # empty where the message ends
        return None
    colon = message.find(b": ", 1, end)
    prefix = _prefix(message[:colon]) if colon > 0 else None
    description = _text(message[colon + 2 : end])
    if prefix is None or not description:
        return None
    kind, scope, marked = prefix
    breaking = description if marked else None
    return Commit(sha, parents, message, kind, scope, description, breaking, (), (), False, marks)


def _parse(sha: str, parents: tuple[str, ...], message: bytes, marks: int) -> Commit:
    if marks & RETURNS:
        message = message.replace(b"\r\n", b"\n")
    start = _start(message)
    end = message.find(b"\n", start)
    line = (message[start:end] if end >= 0 else message[start:]).rstrip()
    kind, scope, description, marked = _header(line)
    breaking, warnings = _body(message, end, description if marked else None, marks)
    return Commit(
        sha, parents, message, kind, scope, description, breaking if kind else None, (), warnings, marks=marks
    )


def _header(line: bytes) -> tuple[str, str, str, bool]:
    """Return type, scope, description and the breaking mark; empty when the line is no Conventional Commit.

    What Azure puts before the title of a pull request, `Merged PR 12: `, goes behind it, as with other forges.
    """
    if line.startswith(MERGED):
        number, colon, title = line[len(MERGED) :].partition(b": ")
        return _header(title + b" (#" + number + b")") if colon and number.isdigit() else ("", "", "", False)
    if not line.startswith((b'Revert "', b'Reapply "')):
        return _conventional(line)
    inner, taken_back = strip_quotes(_text(line))
    return ("revert", "", inner, False) if taken_back else _conventional(inner.encode())


def _conventional(line: bytes) -> tuple[str, str, str, bool]:
    colon = line.find(b": ")
    prefix = _prefix(line[:colon]) if colon > 0 else None
    if prefix is None and b"(" in line[: max(colon, 0)]:  # the colon may stand in the scope
        fault, _, _, _, scope_end, breaking, _ = scan_header(line)
        colon = scope_end + 1 + breaking
        prefix = None if fault else _prefix(line[:colon])
    if prefix is None:
        return "", "", "", False
    kind, scope, marked = prefix
    return kind, scope, _text(line[colon + 2 :]), marked


@lru_cache(maxsize=4096)
def _prefix(prefix: bytes) -> tuple[str, str, bool] | None:
    """Return type, scope and mark of what stands before the colon; a history repeats few of them very often."""
    fault, _, type_end, scope_start, scope_end, breaking, _ = scan_header(prefix + b": x")
    if fault:
        return None
    return prefix[:type_end].decode("utf-8", "replace").lower(), _text(prefix[scope_start:scope_end]), bool(breaking)


def strip_quotes(subject: str) -> tuple[str, bool]:
    """Return the subject that `Revert "…"` and `Reapply "…"` quote in turn, and whether it is taken back."""
    taken_back = False
    for _ in range(DEEPEST_QUOTE):
        if not subject.startswith(('Revert "', 'Reapply "')):
            break
        taken_back ^= subject.startswith("Revert")
        subject = quoted(subject)
    return subject, taken_back


def quoted(subject: str) -> str:
    """Return what stands between the first and the last quotation mark."""
    opening = subject.find('"') + 1
    closing = subject.rfind('"')
    return subject[opening : closing if closing >= opening else len(subject)]


def _body(message: bytes, end: int, marked: str | None, marks: int) -> tuple[str | None, tuple[str, ...]]:
    """Return what breaks and the warnings of everything below the header, which ends at `end` (-1: no body)."""
    if end < 0:
        return marked, ()
    following = message.find(b"\n", end + 1)
    second = message[end + 1 :] if following < 0 else message[end + 1 : following]
    separated = not second or second.isspace()
    warnings: tuple[str, ...] = () if separated else (NO_BLANK_LINE,)
    if not marks & BREAKS:
        return marked, warnings
    footers = _footers(message, end) if separated else ()
    texts = [footer.value.partition("\n\n")[0] for footer in footers if footer.token in BREAKING]
    if texts:
        return "; ".join(texts), warnings
    return marked, (*warnings, NO_FOOTER) if any(map(_nearly_breaking, message[end:].split(b"\n"))) else warnings


def _nearly_breaking(line: bytes) -> bool:
    """Return whether the line looks as if it were meant for a footer of breaking changes."""
    start = line.lstrip(b" \t*-").upper()
    words = start[:15].replace(b"_", b" ").replace(b"-", b" ")
    return words == b"BREAKING CHANGE" and start[15:].lstrip(b" S")[:1] in (b"", b":", b"#")


def _footers(message: bytes, start: int) -> tuple[Footer, ...]:
    if start < 0:
        return ()
    return tuple(
        Footer(token=_text(message[a:b]), value=_text(message[c:d])) for a, b, c, d in scan_footers(message, start + 1)
    )


def _start(message: bytes) -> int:
    """Return where the header starts: below the blank lines, which git does not show."""
    if not message[:1].isspace():
        return 0
    return message.rfind(b"\n", 0, len(message) - len(message.lstrip())) + 1


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()
