"""Marks say what a message may hold besides its header, found for many messages at once.

Most messages hold none of it, and a history is long: whoever reads one closely asks its marks first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

REVERTS, LISTS, PICKED, CLOSES, BREAKS, RETURNS = 1, 2, 4, 8, 16, 32

_PHRASES = (
    (b"revert", REVERTS),
    (b"reapply", REVERTS),
    (b"*", LISTS),
    (b"squashed commit of the following:", LISTS),
    (b"(cherry picked from commit ", PICKED),
    (b"\nclose", CLOSES),
    (b"\nfix", CLOSES),
    (b"\nresolve", CLOSES),
    (b"breaking", BREAKS),
    (b"\r", RETURNS),
)
"""In lower case. They are found fast rather than exactly: a mark says that a message may hold something, and none that
it does not."""


def mark_message(message: bytes) -> int:
    """Return the marks of one message, as the sum of what it may hold."""
    text, marks = message.lower(), 0
    for phrase, mark in _PHRASES:
        if not marks & mark and phrase in text:
            marks |= mark
    return marks


def mark_messages(messages: Sequence[bytes]) -> dict[int, int]:
    """Return the marks of those messages that have any, by their places."""
    text = b"\0".join(messages).lower()
    ends = list(accumulate(map(len, messages), lambda end, length: end + length + 1, initial=0))
    found: dict[int, int] = {}
    for phrase, mark in _PHRASES:
        at = text.find(phrase)
        while at >= 0:
            place = bisect_right(ends, at) - 1
            found[place] = found.get(place, 0) | mark
            at = text.find(phrase, ends[place + 1])
    return found
