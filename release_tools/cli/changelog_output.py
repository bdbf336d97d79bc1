"""How `changelog` and `notes` put outlines into words: the format asked for, or the team's template.

Which versions are told is not decided here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import click

from release_tools.domain.changelog.context import as_context
from release_tools.domain.changelog.markup import MARKUPS, Format, Markup
from release_tools.domain.changelog.outline import Outline
from release_tools.domain.weblinks import Forge
from release_tools.record import record

FORMATS = (*MARKUPS, "json")
Render = Callable[..., str]

format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How the text is marked up; default: markdown."
)


@record
class Wording:
    """A format, or a template, and where links lead."""

    form: str | None
    template: Path | None = None
    forge: Forge | None = None

    @property
    def markup(self) -> Markup:
        """Return the markup of the format."""
        return MARKUPS[cast(Format, self.form or "markdown")]

    @property
    def is_plain(self) -> bool:
        """Return whether the text is Markdown as we render it, without a template."""
        return self.form in (None, "markdown") and not self._templated

    @property
    def _templated(self) -> bool:
        return self.template is not None and self.form is None

    def context(self, outlines: Sequence[Outline]) -> dict[str, Any]:
        """Return what templates see."""
        return as_context(outlines, self.forge)

    def words(self, outlines: Sequence[Outline], render: Render) -> str:
        """Return the text of the outlines; `render` is called with them, markup and forge."""
        if self.form == "json":
            return render_json(self.context(outlines))
        if self.template is not None and self._templated:
            from release_tools.wiring.changelogs import render_template

            return render_template(self.template, self.context(outlines))
        return render(outlines, markup=self.markup, forge=self.forge)


def render_json(context: dict[str, Any]) -> str:
    """Return a context as JSON that a person can read."""
    import json

    return json.dumps(context, ensure_ascii=False, indent=2) + "\n"
