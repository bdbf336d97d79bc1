"""A commit message taken apart for the checker: its text, its lines and where the parts of its header stand.

Offsets are characters of the text; the grammar that finds them works on bytes. Nothing is judged here.
"""

from release_tools.domain.grammar import scan_header
from release_tools.record import record

CONTINUATION = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that continue a character."""


@record
class Message:
    """The message as git records it; `bad_at` is the character that was not valid in its encoding, or -1."""

    text: str
    lines: tuple[str, ...]
    bad_at: int
    fault: int
    at: int
    type_end: int
    scope_start: int
    scope_end: int
    description: int

    @property
    def header(self) -> str:
        """Return the first line."""
        return self.lines[0]

    @property
    def type(self) -> str:
        """Return the type as it was written; empty when there is none."""
        return self.header[: self.type_end]

    @property
    def scope(self) -> str:
        """Return the scope as it was written; empty when there is none."""
        return self.header[self.scope_start : self.scope_end]

    def place(self, at: int) -> tuple[int, int]:
        """Return the line (from 1) and the character in it of an offset into the text."""
        before = self.text[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1)


def parse_message(recorded: bytes, encoding: str = "utf-8") -> Message:
    """Return the parts of a message; bytes that its encoding does not know are read as Latin-1, as git does."""
    text, bad_at = decode(recorded, encoding)
    lines = tuple(text.removesuffix("\n").split("\n"))
    header = lines[0].encode("utf-8", "surrogatepass")
    fault, *offsets = scan_header(header)
    if not lines[0].isascii():
        # Characters are counted by their first bytes: a fault may stand in the middle of one.
        offsets = [len(header[:offset].translate(None, CONTINUATION)) for offset in offsets]
    at, type_end, scope_start, scope_end, _, description = offsets
    return Message(
        text=text,
        lines=lines,
        bad_at=bad_at,
        fault=fault,
        at=at,
        type_end=type_end,
        scope_start=scope_start,
        scope_end=scope_end,
        description=description,
    )


def decode(recorded: bytes, encoding: str = "utf-8") -> tuple[str, int]:
    """Return the text and the offset of the first character that was not valid in `encoding`, or -1."""
    try:
        return recorded.decode(encoding), -1
    except UnicodeDecodeError as error:
        before = recorded[: error.start].decode(encoding, "replace")
    except (LookupError, ValueError):  # i18n.commitEncoding holds a word that is no encoding
        return decode(recorded)
    text = recorded.decode("utf-8", "surrogateescape")
    return text.translate({0xDC00 + byte: byte for byte in range(0x80, 0x100)}), min(len(before), len(text))
