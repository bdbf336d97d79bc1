"""Machine-made messages: which of git's or a forge's own messages a text is.

Whether such a message is let through is the policy of the rules, not a question for this file.
"""

_MARKS = ("fixup! ", "squash! ", "amend! ")
_HEX = frozenset("0123456789abcdef")


def machine_kind(text: str, *, merging: bool = False, reverting: bool = False) -> str | None:
    """Return "merge", "revert" or "fixup" for a message that a machine wrote, else None.

    A merge is known by its state (`merging`), never by its words; "Mergesort is faster" is prose.
    """
    if merging:
        return "merge"
    header = text.partition("\n")[0]
    if without_marks(header) != header:
        return "fixup"
    if header.startswith(('Revert "', 'Reapply "')) and (reverting or _names_what_it_reverts(text)):
        return "revert"
    return None


def without_marks(header: str) -> str:
    """Return the header without the marks of `git commit --fixup` and its kin."""
    while header.startswith(_MARKS):
        rest = header.partition(" ")[2]
        if not rest.strip():
            break
        header = rest
    return header


def _names_what_it_reverts(text: str) -> bool:
    return any(_is_reference(line) for line in text.split("\n")[2:])


def _is_reference(line: str) -> bool:
    """Tell whether a line is git's `This reverts commit <sha>` or a forge's `Reverts owner/name#12`."""
    if line.startswith("This reverts commit "):
        sha = line[20:].partition(" ")[0].rstrip(".,")
        return len(sha) >= 7 and _HEX.issuperset(sha)
    owner, number = line.removeprefix("Reverts ").partition("#")[::2]
    return line.startswith("Reverts ") and "/" in owner + "/" and number.isdecimal()
