"""What a check expects of an answer: a value in a JSON document, as the text that is compared.

Who answered, and how long it took, is not known here.
"""

import json
from collections.abc import Callable
from typing import Any

SHOWN = 160
"""Characters of an answer that a message repeats."""


def value_at(body: str, path: str) -> str | None:
    """Return the value at a dotted path of a JSON text (`items.0.id`), None where there is none or it is no JSON.

    A string is returned as it is, everything else as JSON writes it.
    """
    try:
        found: Any = json.loads(body)
    except ValueError:
        return None
    for word in path.split("."):
        if isinstance(found, dict) and word in found:
            found = found[word]
        elif isinstance(found, list) and word.isdecimal() and int(word) < len(found):
            found = found[int(word)]
        else:
            return None
    return found if isinstance(found, str) else json.dumps(found)


def excerpt(text: str, most: int = SHOWN) -> str:
    """Return the beginning of a text in one line, for a message; what is cut must be masked before."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= most else f"{line[:most]}…"


def lint_value(what: str, found: str | None, equals: str, show: Callable[[str], str]) -> str:
    """Return what is wrong with a value, empty where nothing is; an empty `equals` takes anything.

    `show` makes of a value what a message may repeat.
    """
    if found is None:
        return f"there is no {what}"
    if equals and found != equals:
        return f"{what} is {show(found)!r} instead of {equals!r}"
    return ""
