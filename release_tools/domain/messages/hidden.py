"""Hidden characters: what stands in a text and cannot be seen, and how it is made visible.

Only characters are judged here, never words.
"""

_INVISIBLE = frozenset(
    {0xAD, 0x180E, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)}
)


def is_hidden(char: str) -> bool:
    """Tell whether `char` is a control character, has no width, or turns the direction of the text around."""
    code = ord(char)
    return code < 0x20 or code == 0x7F or code in _INVISIBLE


def find_hidden(text: str) -> int:
    """Return where the first hidden character of `text` stands, or -1."""
    if text.isprintable():
        return -1
    for at, char in enumerate(text):
        if is_hidden(char):
            return at
    return -1


def without_hidden(text: str) -> str:
    """Return `text` without its hidden characters; a tab becomes a blank."""
    if text.isprintable():
        return text
    return "".join([char for char in text.replace("\t", " ") if not is_hidden(char)])


def visible(text: str) -> str:
    """Return `text` with everything that a terminal would not show as one plain character written as `<U+200B>`."""
    if text.isprintable():
        return text
    return "".join([char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text])
