"""The grammar of a commit message by Conventional Commits 1.0.0: bytes in, byte offsets out.

No rule of the house (types, lengths, policies) and no import belongs here: hooks load this file on their fastest path.
"""

CONFORMS = 0
EMPTY_HEADER = 1  # nothing stands in the first line
LEADING_BLANK = 2  # the type does not begin at the first byte
MISSING_TYPE = 3  # the line begins with a byte that no type begins with
EMPTY_SCOPE = 4  # `()` or blanks in the parentheses
UNCLOSED_SCOPE = 5  # `(` without `)`
NESTED_SCOPE = 6  # a second `(` before the `)`
SECOND_SCOPE = 7  # `(a)(b)`
BANG_BEFORE_SCOPE = 8  # `feat!(a):`
SECOND_BANG = 9  # `feat!!:`
SPACE_BEFORE_COLON = 10  # `feat :`
NO_COLON = 11  # anything else where the colon belongs
NO_SPACE = 12  # `feat:x`, or a tab instead of the space
EMPTY_DESCRIPTION = 13  # nothing but blanks after the colon

Header = tuple[int, int, int, int, int, int, int]
Footer = tuple[int, int, int, int]

_BLANKS = b" \t\r\v\f"
_AFTER_TYPE = b" \t\r\n\v\f():!"
_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BREAKING = (b"BREAKING CHANGE", b"BREAKING-CHANGE")


def scan_header(line: bytes) -> Header:
    """Return (fault, at, type_end, scope_start, scope_end, breaking, description_start) of the first line."""
    type_end = _type_end(line)
    if not type_end:
        return (_missing_type(line), 0, 0, 0, 0, 0, 0)
    fault, at, start, end = _scan_scope(line, type_end)
    if fault:
        return (fault, at, type_end, start, end, 0, 0)
    breaking = 1 if line[at : at + 1] == b"!" else 0
    at += breaking
    fault = _colon_fault(line, at, breaking)
    if fault:
        return (fault, at, type_end, start, end, breaking, 0)
    description = len(line) - len(line[at + 1 :].lstrip(_BLANKS))
    if description == len(line):
        return (EMPTY_DESCRIPTION, at + 1, type_end, start, end, breaking, description)
    fault = CONFORMS if line[at + 1 : at + 2] == b" " else NO_SPACE
    return (fault, at + 1 if fault else 0, type_end, start, end, breaking, description)


def _type_end(line: bytes) -> int:
    for at, byte in enumerate(line):
        if byte in _AFTER_TYPE:
            return at
    return len(line)


def _missing_type(line: bytes) -> int:
    if not line.strip(_BLANKS):
        return EMPTY_HEADER
    return LEADING_BLANK if line[0] in _BLANKS else MISSING_TYPE


def _scan_scope(line: bytes, at: int) -> tuple[int, int, int, int]:
    """Return (fault, where the scan goes on or the fault stands, start of the scope, end of the scope)."""
    if line[at : at + 1] != b"(":
        return (CONFORMS, at, 0, 0)
    end = line.find(b")", at)
    if end < 0:
        return (UNCLOSED_SCOPE, at, at + 1, len(line))
    nested = line.find(b"(", at + 1, end)
    if nested >= 0:
        return (NESTED_SCOPE, nested, at + 1, end)
    if not line[at + 1 : end].strip(_BLANKS):
        return (EMPTY_SCOPE, at, at + 1, end)
    if line[end + 1 : end + 2] == b"(":
        return (SECOND_SCOPE, end + 1, at + 1, end)
    return (CONFORMS, end + 1, at + 1, end)


def _colon_fault(line: bytes, at: int, breaking: int) -> int:
    found = line[at : at + 1]
    if found == b":":
        return CONFORMS
    if breaking and found == b"!":
        return SECOND_BANG
    if breaking and found == b"(":
        return BANG_BEFORE_SCOPE
    return SPACE_BEFORE_COLON if line[at:].lstrip(_BLANKS).startswith(b":") else NO_COLON


def scan_footers(message: bytes, start: int) -> tuple[Footer, ...]:
    """Return (token_start, token_end, value_start, value_end) of every footer at or after `start`.

    The first footer begins a paragraph; every later line with a token and a separator begins the next one, and a value
    runs on, blank lines and all, until then (rules 8 to 10).
    """
    at, first = _first_footer(message, start)
    if not first:
        return ()
    heads = [first]
    while True:
        at = message.find(b"\n", at) + 1
        if not at:
            break
        head = _footer_head(message, at)
        if head:
            heads.append(head)
    ends = [head[0] for head in heads[1:]]
    ends.append(len(message))
    return tuple([(*head, _trimmed(message, head[2], end)) for head, end in zip(heads, ends, strict=True)])


def _first_footer(message: bytes, at: int) -> tuple[int, tuple[int, int, int] | None]:
    """Return where the first paragraph that begins with a footer stands, and that footer's head."""
    while True:
        while message[at : at + 1] == b"\n":
            at += 1
        head = _footer_head(message, at)
        if head:
            return at, head
        at = message.find(b"\n\n", at) + 1
        if not at:
            return 0, None


def _footer_head(message: bytes, at: int) -> tuple[int, int, int] | None:
    """Return (token_start, token_end, value_start) when the line at `at` begins a footer."""
    eol = message.find(b"\n", at)
    if eol < 0:
        eol = len(message)
    end, value = _separator(message, at, eol)
    token = message[at:end]
    if token != b"BREAKING CHANGE" and (not token or token.translate(None, _TOKEN)):
        return None
    if value == end + 1 and token in _BREAKING:
        return None
    return (at, end, value) if message[value:eol].strip(_BLANKS) else None


def _separator(message: bytes, at: int, eol: int) -> tuple[int, int]:
    """Return (end of the token, start of the value) of a line; both `at` when it has no separator."""
    colon = message.find(b": ", at, eol)
    number = message.find(b" #", at, eol if colon < 0 else colon)
    if number >= 0:
        return number, number + 1
    return (colon, colon + 2) if colon >= 0 else (at, at)


def _trimmed(message: bytes, start: int, end: int) -> int:
    while end > start and message[end - 1] in b" \t\r\n":
        end -= 1
    return end


def recorded(raw: bytes, *, mode: str = "strip", comment: bytes = b"#", verbose: bool = False) -> bytes:
    """Return the message as git records it, for a clean-up `mode` of git and a prefix of comment lines."""
    if verbose or mode == "scissors":
        raw = raw[: _scissors(raw, comment)]
    if mode == "verbatim":
        return raw
    strip = mode == "strip"
    raw = raw.replace(b"\n" * 64, b"\n\n")  # ten million empty lines must not be walked one by one
    kept: list[bytes] = []
    blank = False
    for line in raw.split(b"\n"):
        if strip and line.startswith(comment):
            continue
        text = line.rstrip(b" \t\r")
        if not text:
            blank = True
            continue
        if blank and kept:
            kept.append(b"")
        blank = False
        kept.append(text)
    if not kept:
        return b""
    kept.append(b"")
    return b"\n".join(kept)


def _scissors(raw: bytes, comment: bytes) -> int:
    line = comment + b" ------------------------ >8 ------------------------\n"
    if raw.startswith(line):
        return 0
    at = raw.find(b"\n" + line)
    return len(raw) if at < 0 else at + 1
