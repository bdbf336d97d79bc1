"""What is wrong with a header that does not conform: one row of words for every fault of the grammar.

Rules of the house (which types, how long) stand in the lint.
"""

from release_tools.domain import grammar
from release_tools.domain.messages.message import Message
from release_tools.domain.messages.violation import SPEC, Violation
from release_tools.domain.spelling import nearest_type

# fault: (rule, what it says, what to do, which rule of the specification)
_WORDS = {
    grammar.EMPTY_HEADER: ("empty", "the message is empty", "write 'type: description' in the first line", 1),
    grammar.LEADING_BLANK: ("type", "the first line begins with a blank", "begin with the type", 1),
    grammar.MISSING_TYPE: ("type", "no type at the beginning", "begin with a type and ': '", 1),
    grammar.EMPTY_SCOPE: ("scope", "the scope is empty", "name it or leave the parentheses out", 4),
    grammar.UNCLOSED_SCOPE: ("scope", "the scope is never closed", "')' is missing", 4),
    grammar.NESTED_SCOPE: ("scope", "parentheses inside the scope", "take them out", 4),
    grammar.SECOND_SCOPE: ("scope", "a second scope", "one pair of parentheses is allowed: 'fix(a,b): ...'", 4),
    grammar.BANG_BEFORE_SCOPE: ("breaking", "the '!' stands before the scope", "put it before the colon", 13),
    grammar.SECOND_BANG: ("breaking", "a second '!'", "one is enough", 13),
    grammar.SPACE_BEFORE_COLON: ("colon", "a blank before the colon", "take it out", 1),
    grammar.NO_SPACE: ("colon", "no space after the colon", "write ': '", 1),
    grammar.EMPTY_DESCRIPTION: ("description", "no description after the colon", "say what changes", 5),
}


def lint_format(message: Message, types: tuple[str, ...]) -> Violation | None:
    """Return the fault of the header's grammar, or None when it conforms."""
    if not message.fault:
        return None
    if message.fault == grammar.NO_COLON:
        return _no_colon(message, types)
    rule, says, hint, number = _WORDS[message.fault]
    start, end = _span(message)
    return Violation(rule=rule, says=says, hint=hint, start=start, end=end, source=f"{SPEC}, rule {number}")


def _span(message: Message) -> tuple[int, int]:
    if message.fault in (grammar.EMPTY_SCOPE, grammar.UNCLOSED_SCOPE):
        closed = message.fault == grammar.EMPTY_SCOPE
        return message.at, message.scope_end + 1 if closed else message.at + 1
    blanks = len(message.header[message.at :]) - len(message.header[message.at :].lstrip())
    return message.at, message.at + max(1, blanks)


def _no_colon(message: Message, types: tuple[str, ...]) -> Violation:
    """Tell apart a header that forgot its colon and one that has no type at all."""
    source = f"{SPEC}, rule 1"
    if message.type in types or message.scope_end:
        hint = "write ': ' here"
        return Violation(rule="colon", says="no colon", hint=hint, start=message.at, end=message.at + 1, source=source)
    word = nearest_type(message.type, types)
    hint = f"did you mean '{word}: ...'?" if word else "begin with a type and ': '"
    return Violation(
        rule="type",
        says="no type at the beginning",
        hint=hint,
        note=f"known: {', '.join(types)}" if types else "",
        end=max(1, message.type_end),
        source=source,
    )
