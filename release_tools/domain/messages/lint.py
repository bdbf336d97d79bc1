"""The lint: which rules a commit message breaks, and where.

Pure: it gets the message as git records it and the rules as a value; it neither shows nor mends anything.
"""

import re
from collections.abc import Iterator

from release_tools.domain import grammar
from release_tools.domain.messages.body_lint import lint_body
from release_tools.domain.messages.header_faults import lint_format
from release_tools.domain.messages.hidden import find_hidden, visible
from release_tools.domain.messages.machine_made import machine_kind, without_marks
from release_tools.domain.messages.message import Message, parse_message
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import SPEC, Level, Violation
from release_tools.domain.spelling import nearest, nearest_type

_SHOWN = 40  # characters of a word that a sentence repeats


def lint(
    recorded: bytes, rules: CommitRules, *, merging: bool = False, reverting: bool = False, encoding: str = "utf-8"
) -> tuple[Violation, ...]:
    """Return every violation of the message, in the order of its text; none means that it is accepted silently."""
    if b"\0" in recorded:
        return (_nul(recorded),)
    message = parse_message(recorded, encoding)
    kind = machine_kind(message.text, merging=merging, reverting=reverting)
    policy = getattr(rules, kind) if kind else "check"
    if policy == "accept":
        return ()
    if policy == "reject":
        return (_machine_made(str(kind), message),)
    if kind == "fixup":
        message = parse_message(without_marks(message.text).encode("utf-8", "surrogatepass"))
    found = [*_lint_structure(message, rules)]
    if rules.rules == "house":
        found += _lint_house(message, rules)
    return tuple(sorted(found, key=lambda violation: (violation.line, violation.start)))


def _nul(recorded: bytes) -> Violation:
    line = recorded.count(b"\n", 0, recorded.index(b"\0")) + 1
    wide = recorded.startswith((b"\xff\xfe", b"\xfe\xff"))
    hint = "this is UTF-16; let your editor write UTF-8" if wide else "git refuses such a message"
    return Violation(rule="encoding", says="a NUL byte", hint=hint, line=line, source="git")


def _machine_made(kind: str, message: Message) -> Violation:
    says = f"a message that a machine made ({kind}) is refused here"
    hint = "write a message of your own"
    return Violation(rule="machine", says=says, hint=hint, end=len(message.header), source=f"commits.machine.{kind}")


def _lint_structure(message: Message, rules: CommitRules) -> Iterator[Violation]:
    """Yield what the specification alone asks for."""
    fault = lint_format(message, () if rules.rules == "spec" else rules.types)
    if fault:
        yield fault
    if len(message.lines) > 1 and message.lines[1].strip():
        yield Violation(
            rule="blank-line",
            says="no blank line after the first line",
            hint="put an empty line above this one",
            line=2,
            end=1,
            source=f"{SPEC}, rule 6",
        )


def _lint_house(message: Message, rules: CommitRules) -> Iterator[Violation]:
    if message.fault != grammar.NO_COLON and message.type_end:
        yield from _lint_type(message, rules)
        yield from _lint_scope(message, rules)
    yield from _lint_header(message, rules)
    yield from _lint_issue(message, rules)
    yield from lint_body(message, rules)
    yield from _lint_encoding(message)


def _lint_type(message: Message, rules: CommitRules) -> Iterator[Violation]:
    if message.type in rules.types:
        return
    word = nearest_type(message.type, rules.types)
    yield Violation(
        rule="type",
        says=f"unknown type '{shown(message.type)}'",
        hint=f"did you mean '{word}'?" if word else "",
        note=f"known: {', '.join(rules.types)}",
        end=message.type_end,
        source="commits.types",
    )


def _lint_scope(message: Message, rules: CommitRules) -> Iterator[Violation]:
    scope, start, end = message.scope, message.scope_start, message.scope_end
    if not end:
        if _applies(message.type, rules.scope_required):
            says = f"type '{shown(message.type)}' needs a scope"
            at = message.type_end
            note = f"known: {', '.join(rules.scopes)}" if rules.scopes else ""
            yield Violation(rule="scope", says=says, start=at, end=at + 1, note=note, source="commits.scope_required")
        return
    if not scope.strip():
        return  # the grammar has said it
    if rules.scopes:
        yield from _lint_known_scopes(message, rules)
    hint = "the '!' belongs behind the parenthesis" if scope.endswith("!") else ""
    if hint or not any(map(str.isalnum, scope)):
        says = "the '!' is part of the scope: nothing is marked as breaking" if hint else "a scope without a letter"
        yield Violation(rule="scope", says=says, hint=hint, level="warning", start=start, end=end, source="house")


def _lint_known_scopes(message: Message, rules: CommitRules) -> Iterator[Violation]:
    at = message.scope_start
    for part in message.scope.split(","):
        name = part.strip()
        if name not in rules.scopes:
            word = nearest(name, rules.scopes) if name else None
            start = at + len(part) - len(part.lstrip())
            yield Violation(
                rule="scope",
                says=f"unknown scope '{shown(name)}'",
                hint=f"did you mean '{word}'?" if word else "",
                note=f"known: {', '.join(rules.scopes)}",
                start=start,
                end=max(start + 1, start + len(name)),
                source="commits.scopes",
            )
        at += len(part) + 1


def _lint_header(message: Message, rules: CommitRules) -> Iterator[Violation]:
    header, limit = message.header, rules.header_max
    if len(header) > limit:
        level: Level = "error" if rules.header_max_level == "error" else "warning"
        says = f"the first line has {len(header)} characters, {limit} are allowed"
        yield Violation(
            rule="length", says=says, level=level, start=limit, end=len(header), source="commits.header_max"
        )
    if message.fault:
        return
    if not header[message.description :].strip():
        says, start = "the description cannot be seen", message.description
        yield Violation(rule="description", says=says, start=start, end=len(header), source=f"{SPEC}, rule 5")
    at = find_hidden(header[message.type_end :]) + message.type_end
    if at >= message.type_end:
        says = f"a hidden character, {visible(header[at])}"
        yield Violation(rule="hidden", says=says, level="warning", start=at, end=at + 1, source="house")
    if header[: message.description].endswith("  "):
        says, start = "more than one space after the colon", header.rindex(":", 0, message.description) + 2
        yield Violation(rule="colon", says=says, level="warning", start=start, end=message.description, source="house")


def _lint_issue(message: Message, rules: CommitRules) -> Iterator[Violation]:
    if not message.type_end or not _applies(message.type, rules.issue_required):
        return
    if not re.search(rules.issue_pattern, message.text):
        says = f"type '{shown(message.type)}' needs an issue"
        note = f"pattern: {rules.issue_pattern}"
        hint = "name it in the first line or in a footer such as 'Refs: ...'"
        end = len(message.header)
        yield Violation(rule="issue", says=says, hint=hint, note=note, end=end, source="commits.issue_required")


def _lint_encoding(message: Message) -> Iterator[Violation]:
    if message.bad_at < 0:
        return
    line, start = message.place(message.bad_at)
    hint = "git records these bytes as Latin-1; write UTF-8 or set i18n.commitEncoding"
    says = "bytes that are not UTF-8"
    yield Violation(
        rule="encoding", says=says, hint=hint, level="warning", line=line, start=start, end=start + 1, source="git"
    )


def _applies(kind: str, required: tuple[str, ...]) -> bool:
    return kind in required or "*" in required


def shown(word: str) -> str:
    """Return a word for use in a sentence: hidden characters made visible, cut when it is endless."""
    text = visible(word[:_SHOWN])
    return text + "…" if len(word) > _SHOWN else text
