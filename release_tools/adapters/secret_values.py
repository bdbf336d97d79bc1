"""Secret values: which texts of an environment no message may hold.

Where they are replaced is the business of whoever makes the message.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

SHORT = 6
"""Shorter values than this would hide half of a message, and are secret only by their name."""
BY_NAME = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE", re.IGNORECASE)


def secret_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return what must be masked: values that are or may be secrets, and the passwords inside of URLs."""
    found: set[str] = set()
    for name, value in environment.items():
        found |= _passwords(value)
        if value and (BY_NAME.search(name) or not _is_harmless(value)):
            found.add(value)
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _passwords(value: str) -> set[str]:
    """Return the password of a URL as it is written and as it is meant."""
    try:
        password = urlsplit(value).password
    except ValueError:
        return set()
    return {password, unquote(password)} if password else set()


def _is_harmless(value: str) -> bool:
    return len(value) < SHORT or value.isdecimal() or PurePosixPath(value).is_absolute()
