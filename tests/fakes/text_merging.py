"""A merge of three texts in memory, line by line: what both sides kept of the base holds the rest apart.

Files and trees are merged in `merging`.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[bytes]


def merge_lines(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Return the merged text, with marks around what both sides changed, and whether there was nothing such."""
    if any(b"\0" in text for text in (base, ours, theirs)):
        return ours, False
    old, mine, other = (text.splitlines(keepends=True) for text in (base, ours, theirs))
    merged: list[bytes] = []
    clean = True
    at = (0, 0, 0)
    for start, ours_at, theirs_at, length in _kept(old, mine, other):
        before, one, two = old[at[0] : start], mine[at[1] : ours_at], other[at[2] : theirs_at]
        if one in (two, before) or two == before:
            merged += two if one == before else one
        else:
            clean = False
            merged += [b"<<<<<<< ours\n", *one, b"=======\n", *two, b">>>>>>> theirs\n"]
        merged += old[start : start + length]
        at = (start + length, ours_at + length, theirs_at + length)
    return b"".join(merged), clean


def _kept(old: Lines, mine: Lines, other: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Yield the runs of the base that both sides have: where all have them, how long they are; an empty one last."""
    here, there = _matches(old, mine), _matches(old, other)
    start = 0
    while start < len(old):
        if start not in here or start not in there:
            start += 1
            continue
        length = 1
        while here.get(start + length) == here[start] + length and there.get(start + length) == there[start] + length:
            length += 1
        yield start, here[start], there[start], length
        start += length
    yield len(old), len(mine), len(other), 0


def _matches(old: Lines, new: Lines) -> dict[int, int]:
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}
