"""Markup is how a format spells headings, list items, links and plain words: Markdown, reStructuredText, AsciiDoc.

What a changelog says is not known here.
"""

import re
from collections.abc import Callable
from typing import Literal

from release_tools.record import record

Format = Literal["markdown", "rst", "asciidoc"]


@record
class Markup:
    """One format: `title` takes a level from 1 and a line, `link` takes words and an address."""

    title: Callable[[int, str], str]
    bullet: str
    bold: str
    link: Callable[[str, str], str]
    plain: Callable[[str], str]
    code: str
    more: str
    definition: str
    """A line that gives a label its address, where a heading in brackets is a link by it."""


def _marked(mark: str) -> Callable[[int, str], str]:
    return lambda level, line: f"{mark * level} {line}"


def _underlined(level: int, line: str) -> str:
    return f"{line}\n{'=-~'[level - 1] * len(line)}"


def _plain_markdown(text: str) -> str:
    """Return words in which no comment can hide anything from a reader."""
    return text.replace("<!--", "&lt;!--").replace("-->", "--&gt;")


def _plain_rst(text: str) -> str:
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def _plain_asciidoc(text: str) -> str:
    return re.sub(r"[*_`#+{<\[^~]", lambda match: f"&#{ord(match[0])};", text)


MARKUPS: dict[Format, Markup] = {
    "markdown": Markup(
        title=_marked("#"),
        bullet="- ",
        bold="**{}**",
        link=lambda words, url: f"[{words}]({url})",
        plain=_plain_markdown,
        code="`{}`",
        more="\n  {}",
        definition="[{}]: {}",
    ),
    "rst": Markup(
        title=_underlined,
        bullet="- ",
        bold="**{}**",
        link=lambda words, url: f"`{words} <{url}>`__",
        plain=_plain_rst,
        code="``{}``",
        more="\n  {}",
        definition="",
    ),
    "asciidoc": Markup(
        title=_marked("="),
        bullet="* ",
        bold="*{}*",
        link=lambda words, url: f"{url}[{words}]",
        plain=_plain_asciidoc,
        code="`+{}+`",
        more=" +\n  {}",
        definition="",
    ),
}
