"""Masking: which values of an environment are secrets, and a text without them.

What is harmless by its look (a word, a number, a path, an address without a password) stays readable unless its name
says that it is a secret; everything else is taken for one.
"""

import re
from collections.abc import Iterable, Mapping

MASK = "***"
SHORTEST = 3
"""Characters below which a value is too short to be found in a text without masking half of it."""

TELLING = re.compile(r"PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|SALT|AUTH|DSN|(^|_)PW(_|$)", re.IGNORECASE)
HARMLESS = re.compile(
    r"[A-Za-z]+([-_ ][A-Za-z]+)*|[+-]?\d{1,9}(\.\d{1,6})?|/[\w./-]*|v?\d+\.\d+\.\d+[\w.+-]*"
    r"|([a-z][a-z+]*://)?([\w-]+\.)*[\w-]+(:\d+)?(/[\w./-]*)?"
)
PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
PASSWORD = re.compile(r"[a-zA-Z][\w+.-]*://[^/?#\s]*?:([^/?#\s]+)@")


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the texts that must not be shown, the longest first."""
    found: set[str] = set()
    for name, value in environment.items():
        passwords = PASSWORD.findall(value)
        found |= {form for password in passwords for form in (password, _unquoted(password))}
        if TELLING.search(name) or passwords or not HARMLESS.fullmatch(value):
            found.add(value)
    return tuple(sorted((text for text in found if len(text) >= SHORTEST), key=lambda text: (-len(text), text)))


def mask(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which no secret is left; the longest go first, so that no part of one stays behind."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _unquoted(text: str) -> str:
    """Return a part of a URL as the program behind it shows it."""
    return PERCENT.sub(lambda found: bytes((int(found[1], 16),)), text.encode()).decode("utf-8", "replace")
