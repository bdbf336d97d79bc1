"""The selectors of a changelog: which heading the configuration gives to an entry.

How a selector is spelled stands in `domain.selector`.
"""

from collections.abc import Mapping

from release_tools.domain.history.commit import Commit
from release_tools.domain.selector import ANY_TYPE
from release_tools.record import record


@record
class Selectors:
    """The headings by selector, ready to be asked; a footer comes before a scope, a scope before a type."""

    headings: Mapping[str, str]
    tokens: Mapping[str, str]
    scopes: frozenset[str]
    lines: tuple[bytes, ...]

    def heading(self, entry: Commit) -> tuple[str | None, tuple[str, ...]]:
        """Return the heading of an entry, None where it has none, and what the footer says that led to it."""
        if any(map(entry.message.lower().__contains__, self.lines)):
            for token, heading in self.tokens.items():
                values = tuple(footer.value for footer in entry.footers if footer.token.lower() == token)
                if values:
                    return heading, values
        if entry.scope and (scope := entry.scope.lower()) in self.scopes:
            for name in (f"{entry.type}({scope})", f"{ANY_TYPE}({scope})"):
                if name in self.headings:
                    return self.headings[name], ()
        return self.headings.get(entry.type), ()


def read_selectors(sections: Mapping[str, str]) -> Selectors:
    """Return the selectors of a configuration; upper and lower case do not matter in them."""
    headings = {text.lower(): heading for text, heading in sections.items()}
    tokens = {text[:-1]: heading for text, heading in headings.items() if text.endswith(":")}
    return Selectors(
        headings=headings,
        tokens=tokens,
        scopes=frozenset(text[:-1].partition("(")[2] for text in headings if text.endswith(")")),
        lines=tuple(f"\n{token}:".encode() for token in tokens),
    )
