"""What git tells its pre-push hook: one line for each ref that a push would change, bytes in, tuples out.

Nothing is judged here, and nothing is imported: the hook loads this file before it accepts.
"""

ZEROS = b"0"  # git's name for “there is no such ref” holds this digit alone


def parse_told(text: bytes) -> tuple[tuple[bytes, bytes, bytes, bytes], ...]:
    """Return (source, ref, old, new) of every line, absent objects as empty bytes; ValueError: git does not write so.

    The source is what was typed, blanks included; the three words behind it hold none.
    """
    return tuple([_parse_line(line) for line in text.split(b"\n") if line])


def _parse_line(line: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    source, new, ref, old = line.rsplit(b" ", 3)
    return source, ref, old if old.strip(ZEROS) else b"", new if new.strip(ZEROS) else b""
