"""A source is the text of a file together with the way back from its characters to its bytes.

No format is known here, and nothing is repaired: bytes that are not UTF-8 are refused.
"""

from collections.abc import Callable

from release_tools.errors import PreconditionFailed
from release_tools.record import record

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
KeyPath = tuple[str, ...]


class Unlocatable(PreconditionFailed):
    """A version cannot be located in a file's bytes; the sentence lacks the path, which the caller puts in front."""


@record
class Scalar:
    """A string as it is written: the byte offsets of its token, quotes included, and the text that it stands for."""

    start: int
    end: int
    text: str


TomlString = Callable[[bytes, KeyPath], Scalar | None]
"""Locates the string at a key path of a TOML file, None when it is absent; raises Unlocatable."""

YamlString = Callable[[bytes, KeyPath], Scalar | None]
"""Locates the string at a key path of a YAML file, None when it is absent; raises Unlocatable."""

YamlImages = Callable[[bytes], tuple[Scalar, ...]]
"""Locates the string of every `services.*.image` of a YAML file, each place once; raises Unlocatable."""

AskProvider = Callable[[str, str], str]
"""Asks a provider of commitizen, by its name and the directory to ask in, for the version; raises Unlocatable."""


@record
class Source:
    """Decoded text without its byte order mark, and how many bytes that mark takes."""

    text: str
    skipped: int

    def byte_at(self, character: int) -> int:
        """Return the byte offset in the file of a character offset in the text."""
        return self.skipped + len(self.text[:character].encode())


def parse_source(data: bytes) -> Source:
    """Decode the bytes of a file; raise Unlocatable when they are not UTF-8."""
    skipped = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    try:
        return Source(text=data[skipped:].decode(), skipped=skipped)
    except UnicodeDecodeError as error:
        raise Unlocatable(f"byte {error.start + skipped} is not UTF-8") from error


def line_at(data: bytes, offset: int) -> int:
    """Return the number of the line, from 1, in which a byte stands."""
    return data.count(b"\n", 0, offset) + 1


def plain_start(data: bytes, scalar: Scalar) -> int:
    """Return where the text of a scalar begins inside its token; raise Unlocatable when it is not written literally."""
    needle = scalar.text.encode(errors="surrogatepass")
    token = data[scalar.start : scalar.end]
    if needle and token.count(needle) == 1:
        return scalar.start + token.index(needle)
    reason = "is written with escapes or over several lines" if needle else "is empty"
    raise Unlocatable(f"line {line_at(data, scalar.start)}: the string {reason}; write it plainly")
