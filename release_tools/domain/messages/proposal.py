"""The proposal: a message with the same words that the lint accepts, for a message that it refuses.

It is offered, never imposed; only a mechanical one (blanks, case, the empty line) may be applied without asking.
"""

import re

from release_tools.domain.messages.hidden import without_hidden
from release_tools.domain.messages.lint import lint
from release_tools.domain.messages.message import decode
from release_tools.domain.messages.rules import CommitRules
from release_tools.domain.messages.violation import errors
from release_tools.domain.spelling import nearest_type
from release_tools.record import record

_LONGEST = 300  # characters of a header that is worth taking apart
_COLONS = str.maketrans({"：": ":", "﹕": ":", "︓": ":", "\u00a0": " "})
_LOOSE = re.compile(
    r"\[?(?P<type>[^\s()\[\]:;!]+)\]? ?(?P<bang>!*)(?P<scopes>(?:[(\[][^()\[\]:]*[)\]]*)*) ?(?P<mark>!*)"
    r" ?(?P<sep>[:;]|[-–—](?= ))?\s*(?P<rest>.*)"
)
_LED = re.compile(r"(?P<lead>.{1,40}?)\s+(?P<head>(?P<type>\w+)(?:\([^()]+\))?!?): ?(?P<rest>.+)")
_SCOPE = re.compile(r"[^()\[\]]+")


@record
class Proposal:
    """A message that would be accepted; `mechanical` when no letter differs and no mark was put in or taken out."""

    text: str
    mechanical: bool

    @property
    def header(self) -> str:
        """Return the first line."""
        return self.text.partition("\n")[0]


def propose(recorded: bytes, rules: CommitRules, *, encoding: str = "utf-8") -> Proposal | None:
    """Return a message that the rules accept and that says the same, or None when that takes a person."""
    text, bad_at = decode(recorded, encoding)
    header, _, rest = text.partition("\n")
    if bad_at >= 0 or "\0" in text or len(header) > _LONGEST:
        return None
    mended = _mend_header(header, () if rules.rules == "spec" else rules.types)
    if mended is None:
        return None
    blank = "\n" if rest and not rest.startswith("\n") else ""
    proposal = f"{mended}\n{blank}{rest}"
    if proposal == text or errors(lint(proposal.encode(), rules)):
        return None
    return Proposal(text=proposal, mechanical=_marks(header) == _marks(mended))


def _mend_header(header: str, types: tuple[str, ...]) -> str | None:
    plain = " ".join(without_hidden(header.translate(_COLONS)).split())
    led = _LED.fullmatch(plain)
    if led and led["type"] in types:
        return _mend_led(led)
    loose = _LOOSE.fullmatch(plain)
    if not loose or not loose["rest"]:
        return None
    word = loose["type"] if not types or loose["type"] in types else nearest_type(loose["type"], types)
    if not word:
        return None
    if not loose["sep"] and not loose["scopes"]:
        return _mend_wordless(plain, loose, word) if types else None
    scopes = ",".join(part.strip() for part in _SCOPE.findall(loose["scopes"]) if part.strip())
    scope = f"({scopes})" if scopes else ""
    return f"{word}{scope}{'!' if loose['bang'] or loose['mark'] else ''}: {loose['rest']}"


def _mend_led(led: re.Match[str]) -> str:
    """Move what stands before the type (an issue, an ornament) to the end of the description."""
    lead = led["lead"].strip("[]():- ")
    return f"{led['head']}: {led['rest']}" + (f" ({lead})" if any(map(str.isalnum, lead)) else "")


def _mend_wordless(plain: str, loose: re.Match[str], word: str) -> str:
    """Put a type before a sentence that has none; a word that is the type already is not said twice."""
    return f"{word}: {loose['rest'] if loose['type'].casefold() == word else plain}"


def _marks(text: str) -> str:
    """Return what must stay the same for a mending to be mechanical: letters, digits, parentheses, marks."""
    return "".join([char for char in text.casefold().translate(_COLONS) if char.isalnum() or char in "()[]!:;-"])
