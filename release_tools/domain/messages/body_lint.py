"""The rules for what follows a message's first line: long lines, and breaking changes that would not count.

The header's rules stand in the lint, the grammar of footers in the grammar.
"""

from collections.abc import Iterator

from release_tools.domain import grammar
from release_tools.domain.messages.message import Message
from release_tools.domain.messages.near_miss import is_empty_footer, is_near_miss
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import SPEC, Violation


def lint_body(message: Message, rules: CommitRules) -> Iterator[Violation]:
    """Yield what is wrong below the first line."""
    limit = rules.body_line_max
    footers = _breaking_lines(message)
    for number, line in enumerate(message.lines[1:], 2):
        if limit and len(line) > limit and _can_be_wrapped(line):
            says = f"line {number} has {len(line)} characters, {limit} are allowed"
            source = "commits.body_line_max"
            yield Violation(rule="body-length", says=says, line=number, start=limit, end=len(line), source=source)
        if is_empty_footer(line):
            yield Violation(
                rule="breaking",
                says="the breaking change is not described",
                hint="say what breaks, on this line",
                line=number,
                end=len(line),
                source=f"{SPEC}, rule 12",
            )
        elif is_near_miss(line) and number not in footers:
            yield _near_miss(line, number)


def _near_miss(line: str, number: int) -> Violation:
    exact = line.startswith(("BREAKING CHANGE: ", "BREAKING-CHANGE: "))
    hint = "put an empty line above it" if exact else "write 'BREAKING CHANGE: ...'"
    says = "this does not count as a breaking change"
    return Violation(
        rule="breaking",
        says=says,
        hint=hint,
        level="warning",
        line=number,
        end=min(len(line), 15),
        source=f"{SPEC}, rules 8, 12 and 15",
    )


def _breaking_lines(message: Message) -> frozenset[int]:
    """Return the numbers of the lines on which a real breaking footer begins."""
    if "BREAKING" not in message.text:
        return frozenset()
    data = message.text.encode("utf-8", "surrogatepass")
    footers = grammar.scan_footers(data, data.find(b"\n"))
    numbers, line, at = set(), 1, 0
    for start, end, *_ in footers:
        line, at = line + data.count(b"\n", at, start), start
        if data[start:end] in (b"BREAKING CHANGE", b"BREAKING-CHANGE"):
            numbers.add(line)
    return frozenset(numbers)


def _can_be_wrapped(line: str) -> bool:
    """Tell whether a long line could be shorter: a word of its own (a URL) or a footer cannot."""
    words = line.lstrip(" \t-*>").split(" ", 2)
    return len(words) > 1 and not words[0].endswith(":") and not any("://" in word for word in words)
