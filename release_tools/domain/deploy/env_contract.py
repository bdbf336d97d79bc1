"""The contract of the environment file: `.env.example` says which keys there are, the host's file must have them.

Only names are told, never values.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from release_tools.record import record

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNCLOSED = "has a quote that is not closed, and what follows it was not read"
_COMMENT = re.compile(r"(^|[ \t])#")


class EnvLine(NamedTuple):
    """An assignment in an environment file, with the number of its line."""

    line: int
    name: str
    empty: bool


@record
class EnvText:
    """An environment file as it is written, without its values."""

    lines: tuple[EnvLine, ...] = ()
    faults: tuple[str, ...] = ()
    """Sentences on lines that do not say the same to every reader: CRLF, `export`, no `=`, an odd quote, `$`, ..."""


def parse_env(data: bytes) -> EnvText:
    """Return the assignments of an environment file.

    Without faults, python-dotenv, compose and systemd read the same names and values. Behind a quote that is not closed
    on its line nothing is read: what looks like a name there may be part of a secret.
    """
    lines: list[EnvLine] = []
    faults: list[str] = []
    carriage = [number for number, raw in enumerate(data.split(b"\n"), 1) if raw.endswith(b"\r")]
    if carriage:
        more = f" and {len(carriage) - 1} more end" if len(carriage) > 1 else " ends"
        faults.append(f"line {carriage[0]}{more} with CRLF")
    for number, raw in enumerate(data.split(b"\n"), 1):
        line, wrong = _parse_line(number, _decode(raw))
        lines += [line] if line else []
        faults += (f"line {number} {sentence}" for sentence in wrong)
        if _UNCLOSED in wrong:
            break
    return EnvText(lines=tuple(lines), faults=tuple(faults))


def lint_env(contract: EnvText, actual: EnvText) -> Iterator[str]:
    """Yield what keeps an environment file from fulfilling the contract: names only, in the contract's order."""
    yield from actual.faults
    names = [line.name for line in actual.lines]
    have, wanted = {line.name: line for line in actual.lines}, {line.name: line for line in contract.lines}
    yield from (f"{name} is missing" for name in wanted if name not in have)
    yield from (f"{name} is empty" for name, line in have.items() if line.empty and name in wanted)
    yield from (f"{name} is set {names.count(name)} times" for name in have if names.count(name) > 1)
    yield from (f"{name} is not in the contract any more" for name in have if name not in wanted)


def _decode(raw: bytes) -> str | None:
    try:
        return raw.decode().removesuffix("\r").strip(" \t")
    except UnicodeDecodeError:
        return None


def _parse_line(number: int, text: str | None) -> tuple[EnvLine | None, list[str]]:
    if text is None:
        return None, ["is not UTF-8"]
    if any(not char.isprintable() and char != "\t" for char in text):
        return None, ["has an invisible character"]
    if not text or text.startswith("#"):
        return None, []
    name, equals, value = text.partition("=")
    if not equals:
        return None, ["has no `=`"]
    faults = []
    if name.startswith("export "):
        faults.append("begins with `export`, which compose and systemd do not read")
        name = name.removeprefix("export ").lstrip()
    if name != name.rstrip() or value != value.lstrip():
        faults.append("has blanks around its `=`")
    if not _NAME.fullmatch(name.rstrip()):
        return None, [*faults, "has a name that is none: letters, digits and `_` are"]
    value = value.strip()
    return EnvLine(number, name.rstrip(), value in ("", '""', "''")), [*faults, *_value_faults(value)]


def _value_faults(value: str) -> Iterator[str]:
    quote = value[0] if value[:1] in ("'", '"') else ""
    inner, closing, behind = value[1:].partition(quote) if quote else (value, "", "")
    if quote and not closing:
        yield _UNCLOSED
        return
    if behind:
        yield "has something behind its closing quote"
    if not quote and _COMMENT.search(inner):
        yield "has a `#` that some readers take for a comment; put the value into quotes"
    if not quote and ("'" in inner or '"' in inner):
        yield "has a quote inside of its value; put the value into the other kind of quotes"
    if quote != "'" and "$" in inner:
        yield "has a `$` that some readers replace; put the value into single quotes"
    if "\\" in inner and (quote != "'" or "\\\\" in inner or inner.endswith("\\")):
        yield "has a backslash that some readers take away; put the value into single quotes"
