"""The selectors of a changelog: which heading the configuration gives to an entry.

How a selector is spelled stands in `domain.selector`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from release_tools.domain.history.commit import Commit
from release_tools.domain.selector import ANY_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """The headings by selector, ready to be asked; a footer comes before a scope, a scope before a type."""

    headings: Mapping[str, str]
    tokens: Mapping[str, str]
    scoped: bool
    may_hold: re.Pattern[bytes] | None

    def heading(self, entry: Commit) -> tuple[str | None, tuple[str, ...]]:
        """Return the heading of an entry, None where it has none, and what the footer says that led to it."""
        if self.may_hold is not None and self.may_hold.search(entry.message):
            for token, heading in self.tokens.items():
                values = tuple(footer.value for footer in entry.footers if footer.token.lower() == token)
                if values:
                    return heading, values
        if self.scoped and entry.scope:
            scope = entry.scope.lower()
            for name in (f"{entry.type}({scope})", f"{ANY_TYPE}({scope})"):
                if name in self.headings:
                    return self.headings[name], ()
        return self.headings.get(entry.type), ()


def read_selectors(sections: Mapping[str, str]) -> Selectors:
    """Return the selectors of a configuration; upper and lower case do not matter in them."""
    headings = {text.lower(): heading for text, heading in sections.items()}
    tokens = {text[:-1]: heading for text, heading in headings.items() if text.endswith(":")}
    words = b"|".join(re.escape(token.encode()) for token in tokens)
    return Selectors(
        headings=headings,
        tokens=tokens,
        scoped=any(text.endswith(")") for text in headings),
        may_hold=re.compile(rb"\n(?:" + words + rb"):", re.IGNORECASE) if tokens else None,
    )
