"""The messages of commits as git recorded them, streamed from one process for a whole range.

Whether they are good is not asked here.
"""

from collections.abc import Iterator
from pathlib import Path

from release_tools.adapters.git_history import PLAIN
from release_tools.adapters.git_stream import run_git
from release_tools.domain.messages.census import Recorded
from release_tools.errors import ToolFailed, UsageError

FORMAT = "%H%x00%P%x00%aN <%aE>%x00%B"
FIELDS = 4


def stream_messages(top: Path, span: str, *, timeout: float) -> Iterator[Recorded]:
    """Yield the messages of a range such as `main..HEAD`, newest first; `UsageError` when git knows no such range."""
    asked = ("-C", str(top), "log", "-z", *PLAIN, f"--format={FORMAT}", "--end-of-options", span, "--")
    pieces = run_git(asked, b"", ok=(0,), timeout=timeout, bound=False)
    told = False
    try:
        for record in _records(pieces):
            told = True
            yield record
    except ToolFailed as error:
        if told:
            raise
        raise UsageError(
            f"git cannot list the commits of '{span}': {error.failed}",
            state="Nothing was checked.",
            todo="Pass a range such as --range origin/main..HEAD, and fetch its ends first.",
        ) from error


def _records(pieces: Iterator[bytes]) -> Iterator[Recorded]:
    rest = b""
    for piece in pieces:
        fields = (rest + piece).split(b"\0")
        whole = len(fields) - 1 - (len(fields) - 1) % FIELDS
        rest = b"\0".join(fields[whole:])
        columns = (fields[column:whole:FIELDS] for column in range(FIELDS))
        for name, parents, author, message in zip(*columns, strict=True):
            yield Recorded(name.decode(), b" " in parents, author.decode("utf-8", "replace"), message)
    if rest:
        raise ToolFailed("The output of `git log` is cut off.", state="Nothing was checked.", todo="Run `git fsck`.")
