"""The contract of the environment file: `.env.example` says which keys there are, the host's file must have them.

Only names are told, never values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class EnvLine(NamedTuple):
    """An assignment in an environment file, with the number of its line."""

    line: int
    name: str
    empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvText:
    """An environment file as it is written, without its values."""

    lines: tuple[EnvLine, ...] = ()
    faults: tuple[str, ...] = ()
    """Sentences on lines that do not say the same to every reader: CRLF, `export`, no `=`, an unclosed quote."""


def parse_env(data: bytes) -> EnvText:
    """Return the assignments of an environment file; bytes that are no UTF-8 are a fault of their line."""
    lines: list[EnvLine] = []
    faults: list[str] = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        text, wrong = _read_line(number, raw)
        faults += wrong
        name, equals, value = text.partition("=")
        if text and equals:
            lines.append(EnvLine(number, name.strip().removeprefix("export ").strip(), _is_empty(value)))
        elif text:
            faults.append(f"line {number} has no `=`")
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


def _read_line(number: int, raw: bytes) -> tuple[str, list[str]]:
    faults = []
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "", [f"line {number} is not UTF-8"]
    if text.endswith("\r"):
        faults.append(f"line {number} ends with CRLF")
    text = text.strip()
    if not text or text.startswith("#"):
        return "", []
    if text.startswith("export "):
        faults.append(f"line {number} begins with `export`, which compose and systemd do not read")
    value = text.partition("=")[2].strip()
    if value[:1] in ("'", '"') and (len(value) < 2 or value.find(value[0], 1) < 0):
        faults.append(f"line {number} has a quote that is not closed")
    return text, faults


def _is_empty(value: str) -> bool:
    bare = value.strip()
    return bare in ("", '""', "''") or bare.startswith("#")
