"""A draft: what an author says about a change, part by part, and the message that is made of it.

Whether the message is accepted is the lint's question; nobody is asked anything here.
"""

from release_tools.domain.grammar import recorded, scan_footers, scan_header
from release_tools.record import record

DESCRIPTIONS = {
    "feat": "a new feature",
    "fix": "a mended fault",
    "docs": "documentation alone",
    "style": "layout of the code, not its meaning",
    "refactor": "other code, same behaviour",
    "test": "tests alone",
    "chore": "upkeep that users do not see",
    "perf": "the same, faster",
    "build": "the build system or dependencies",
    "ci": "the pipeline",
    "revert": "an earlier commit taken back",
}
"""What a person reads beside the types that everybody knows."""

BREAKING = "BREAKING CHANGE"
ISSUES = "Refs"
_BREAKINGS = (BREAKING, "BREAKING-CHANGE")


@record
class Draft:
    """The parts of a message; `breaking` says what breaks, and is empty where nothing does."""

    type: str = ""
    scope: str = ""
    subject: str = ""
    body: str = ""
    breaking: str = ""
    issues: tuple[str, ...] = ()


def compose(draft: Draft) -> str:
    """Return the message that says what the draft says, as git would record it."""
    scope = f"({_line(draft.scope)})" if draft.scope.strip() else ""
    mark = "!" if draft.breaking.strip() else ""
    header = f"{_line(draft.type)}{scope}{mark}: {_line(draft.subject)}"
    footers = [f"{BREAKING}: {draft.breaking.strip()}"] if mark else []
    issues = ", ".join(filter(None, map(_line, draft.issues)))
    footers += [f"{ISSUES}: {issues}"] if issues else []
    text = "\n\n".join(part for part in (header, draft.body.strip("\n"), "\n".join(footers)) if part)
    return recorded(text.encode("utf-8", "surrogateescape"), mode="whitespace").decode("utf-8", "surrogateescape")


def parse_draft(message: str) -> Draft:
    """Return the parts of a message as far as they can be told apart; a header that does not conform is all subject."""
    data = message.strip("\n").encode("utf-8", "surrogateescape")
    header, _, rest = data.partition(b"\n")
    fault, _, type_end, start, end, mark, description = scan_header(header)
    subject = _text(header if fault else header[description:])
    footers = scan_footers(rest, 0)
    rows = [(_text(rest[one:two]), _text(rest[three:four]), _text(rest[one:four])) for one, two, three, four in footers]
    body = _text(rest[: footers[0][0]] if footers else rest).strip("\n")
    others = "\n".join(row for token, _, row in rows if token not in (*_BREAKINGS, ISSUES))
    return Draft(
        type="" if fault else _text(header[:type_end]),
        scope="" if fault else _text(header[start:end]),
        subject=subject,
        body="\n\n".join(part for part in (body, others) if part),
        breaking="\n".join(value for token, value, _ in rows if token in _BREAKINGS) or (subject if mark else ""),
        issues=tuple(part.strip() for token, value, _ in rows if token == ISSUES for part in value.split(",")),
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
