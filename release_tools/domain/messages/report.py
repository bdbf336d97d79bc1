"""The report: what a person reads when a message is refused, warned about or mended.

Pure rendering: where the message was kept and what to type next come in as values.
"""

import unicodedata

from release_tools.domain.messages.hidden import visible
from release_tools.domain.messages.violation import Violation
from release_tools.record import record

_WIDTH = 72  # columns of a line that are shown
_MOST = 12  # violations that are shown one by one
_HOUSE = "house"


@record
class Retry:
    """How to go on: the commands that commit the kept message, and the proposed one when there is one."""

    edit: str
    take: str = ""
    header: str = ""


def render_report(
    text: str, violations: tuple[Violation, ...], *, hook: str, config: str, retry: Retry | None = None
) -> str:
    """Return the whole report, first fault first."""
    lines = text.split("\n")
    parts = [_render_violation(lines, violation, hook=hook, config=config) for violation in violations[:_MOST]]
    more = len(violations) - _MOST
    if more > 0:
        parts.append(f"{hook}: and {more} more\n")
    if retry:
        parts.append(_render_retry(retry))
    return "".join(parts)


def _render_violation(lines: list[str], violation: Violation, *, hook: str, config: str) -> str:
    line = lines[violation.line - 1] if violation.line <= len(lines) else ""
    rows = [f"{hook}: {violation.level}: {violation.says} [{violation.rule}]"]
    rows += _render_excerpt(line, violation)
    rows += [f"  {row}" for row in (violation.note, _render_source(violation.source, config)) if row]
    return "\n".join(rows) + "\n"


def _render_excerpt(line: str, violation: Violation) -> tuple[str, str]:
    """Return the line and the carets below it, cut to what fits around the fault."""
    start = min(violation.start, len(line))
    first = 0 if start < _WIDTH * 2 // 3 else start - _WIDTH // 3
    last = first + _WIDTH
    head = "…" if first else ""
    tail = "…" if last < len(line) else ""
    prefix = f"  {violation.line} | "
    indent = len(prefix) + len(head) + width(line[first:start])
    carets = "^".ljust(max(1, width(line[start : min(max(violation.end, start), last)])), "~")
    shown = f"{prefix}{head}{visible(line[first:last])}{tail}"
    return shown.rstrip(), f"{' ' * indent}{carets} {violation.hint}".rstrip()


def _render_source(source: str, config: str) -> str:
    if not source.startswith("commits."):
        return "" if source == _HOUSE else f"rule: {source}"
    return f"rule: {source}, {config or 'built in; set it in release-tools.toml'}"


def _render_retry(retry: Retry) -> str:
    text = f"Your message is kept. Edit it and commit again with:\n  {retry.edit}\n"
    if not retry.take:
        return text
    return f"{text}or take the proposal:\n  {retry.take}        {visible(retry.header)}\n"


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes, hidden characters made visible."""
    shown = visible(text)
    if shown.isascii():
        return len(shown)
    return sum([_char_width(char) for char in shown])


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
