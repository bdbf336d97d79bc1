"""Rendering turns outlines into the text of a changelog, of one section, or of notes for a release page.

Which commits are listed is decided in `outline`; how headings and lists are spelled in `markup`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from release_tools.domain.changelog.markup import MARKUPS, Markup
from release_tools.domain.changelog.operator import OperatorNotes, Turn
from release_tools.domain.changelog.outline import UNRELEASED, Item, Outline
from release_tools.domain.weblinks import Forge

TITLE = "Changelog"
CONTRIBUTORS_HEADING = "Contributors"
FIRST = " (first contribution)"
OPERATOR_HEADING = "For operators"
MARKDOWN = MARKUPS["markdown"]
_NUMBER = re.compile(r"\(([#!])([0-9]+)\)$")


def render_document(outlines: Sequence[Outline], *, markup: Markup = MARKDOWN, forge: Forge | None = None) -> str:
    """Render a whole changelog, newest version first; links that compare versions stand at its end."""
    parts = [
        markup.title(1, TITLE),
        *(render_outline(one, markup=markup, forge=forge).rstrip("\n") for one in outlines),
    ]
    links = [markup.definition.format(*pair) for pair in comparisons(outlines, forge)] if markup.definition else []
    return "\n\n".join((*parts, "\n".join(links)) if links else parts) + "\n"


def render_outline(outline: Outline, *, markup: Markup = MARKDOWN, forge: Forge | None = None) -> str:
    """Render the section of one version."""
    heading = f"[{outline.version}] - {outline.date}" if outline.version else f"[{UNRELEASED}]"
    return "\n\n".join((markup.title(2, heading), *_groups(outline, markup, forge))) + "\n"


def render_notes(outline: Outline, *, markup: Markup = MARKDOWN, forge: Forge | None = None) -> str:
    """Render one version without its heading, which a release page has, but with words by hand and operators' notes."""
    parts = (outline.words, *_groups(outline, markup, forge), _operator(outline.operator, markup))
    text = "\n\n".join(part for part in parts if part)
    return f"{text}\n" if text else ""


def _operator(notes: OperatorNotes, markup: Markup) -> str:
    """Render what operators must know, empty when there is nothing."""
    if not notes:
        return ""
    lines = [f"migration {_code(path, markup)}" for path in notes.migrations]
    lines += [f"configuration {_code(turn.name, markup)} {_turned(turn, markup)}" for turn in notes.keys]
    lines += [f"image {_code(turn.name, markup)} {_turned(turn, markup)}" for turn in notes.images]
    return f"{markup.title(3, OPERATOR_HEADING)}\n\n" + "\n".join(f"{markup.bullet}{line}" for line in lines)


def _turned(turn: Turn, markup: Markup) -> str:
    if turn.before and turn.after:
        return f"from {_code(turn.before, markup)} to {_code(turn.after, markup)}"
    return f"is new: {_code(turn.after, markup)}" if turn.after else f"is gone: {_code(turn.before, markup)}"


def _code(text: str, markup: Markup) -> str:
    return markup.code.format(text.replace("`", "'"))


def render_item(item: Item, *, markup: Markup = MARKDOWN, forge: Forge | None = None) -> str:
    """Render one change as a list item: scope in bold, short name, closed issues, below it what else to know."""
    scope = markup.bold.format(f"{markup.plain(item.scope)}:") + " " if item.scope else ""
    line = f"{markup.bullet}{scope}{_description(item.description, markup, forge)}{_origin(item, markup, forge)}"
    told = (*([item.breaking] if item.breaking not in (None, item.description) else ()), *item.notices)
    return line + "".join(markup.more.format(markup.plain(text or "")) for text in told)


def _origin(item: Item, markup: Markup, forge: Forge | None) -> str:
    """Return in parentheses where a change comes from: its commit and the issues closed, or the issues alone."""
    issues = [_issue(issue, markup, forge) for issue in item.closes]
    if not item.sha:
        return f" ({', '.join(issues)})" if issues else ""
    short = markup.link(item.short, forge.commit(item.sha)) if forge else item.short
    return f" ({short}{''.join(f', closes {issue}' for issue in issues)})"


def _groups(outline: Outline, markup: Markup, forge: Forge | None) -> Iterable[str]:
    for group in outline.groups:
        lines = (render_item(item, markup=markup, forge=forge) for item in group.items)
        yield f"{markup.title(3, markup.plain(group.heading))}\n\n" + "\n".join(lines)
    if outline.contributors:
        names = (f"{markup.bullet}{markup.plain(one.name)}{FIRST * one.is_new}" for one in outline.contributors)
        yield f"{markup.title(3, CONTRIBUTORS_HEADING)}\n\n" + "\n".join(names)


def _description(text: str, markup: Markup, forge: Forge | None) -> str:
    """Return the words; the number of the pull request that a forge puts behind them becomes a link."""
    found = _NUMBER.search(text) if forge else None
    if forge is None or found is None:
        return markup.plain(text)
    return f"{markup.plain(text[: found.start()])}({markup.link(found[1] + found[2], forge.pull(found[1], found[2]))})"


def _issue(text: str, markup: Markup, forge: Forge | None) -> str:
    url = forge.issue(text) if forge else ""
    return markup.link(text, url) if url else markup.plain(text)


def comparisons(outlines: Iterable[Outline], forge: Forge | None) -> Iterator[tuple[str, str]]:
    """Yield the label and the address of what changed, for each version that has one before it."""
    for outline in outlines:
        url = forge.compare(outline.previous, outline.tag) if forge and outline.previous else ""
        if url:
            yield outline.version or UNRELEASED, url
